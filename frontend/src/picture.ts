/** From the state to the scene that is drawn: the pieces that stay the same are kept, so that playing builds nothing but two numbers. */
import { computed } from "@preact/signals";
import { besideInstant, matching } from "./beside";
import { aspectOf, project, type View } from "./camera";
import { classColours } from "./class_colours";
import { colouring, columnsReady, trusting } from "./columns";
import { difference } from "./difference_at";
import { isClassMode, type Scene } from "./engine/scene";
import { carried } from "./matching";
import {
  classPalette,
  confidencePalette,
  correctnessPalette,
  kindPalette,
  type Rgb,
  splitPalette,
  valuePalette,
} from "./palette";
import { patch } from "./refine";
import { colouredBeside, colouringColumn } from "./sample_columns";
import * as state from "./state";
import type { Instant } from "./timeline";

const INK: Record<"light" | "dark", { background: Rgb; ink: Rgb }> = {
  light: { background: [255, 255, 255], ink: [20, 24, 32] },
  dark: { background: [48, 48, 48], ink: [12, 12, 14] },
};
const MARK_INK: Record<"light" | "dark", Rgb> = { light: [0, 0, 0], dark: [255, 255, 255] };

/** Diameter in CSS pixels: few samples get big dots, many small ones. */
export const defaultDotSize = (nSamples: number): number => Math.min(9, Math.max(2.5, 30 / Math.max(1, nSamples) ** 0.2));

/** Dots grow with the picture, slower than it: 1 where its shorter side is 640 CSS pixels. */
export const sizeFactor = (width: number, height: number): number =>
  Math.min(1.6, Math.max(0.8, Math.sqrt(Math.min(width, height) / 640)));

const palette = computed(() => {
  switch (state.colour.value) {
    case "label":
    case "prediction":
      return classPalette(state.nClasses.value, state.hiddenClasses.value, classColours.value);
    case "correctness":
      return correctnessPalette(state.hiddenOutcomes.value);
    case "confidence":
      return confidencePalette();
    case "split":
      return splitPalette(state.reel.value?.probe.splits.length ?? 1);
    case "flips":
    case "fidelity":
    case "difference":
      return valuePalette();
    case "column": {
      const info = colouringColumn.value?.info;
      return info?.kind === "category" ? kindPalette(info.kinds.length, state.hiddenKinds.value) : valuePalette();
    }
  }
});

const splitMask = computed(() => [...state.hiddenSplits.value].reduce((mask, split) => mask & ~(1 << Math.min(split, 31)), ~0));

const marked = computed(() => [...new Set([state.selected.value, state.hovered.value])].filter((sample) => sample !== null));

const style = computed(() => {
  const theme = state.dark.value ? "dark" : "light";
  return {
    mode: state.colour.value,
    palette: palette.value,
    nClasses: state.nClasses.value,
    splitMask: splitMask.value,
    territory: state.isSwitchedOn("territory") ? state.territory.value : 0,
    background: INK[theme].background,
    ink: INK[theme].ink,
    ring: MARK_INK[theme],
    wrongMarked: state.isSwitchedOn("wrong"),
    contour: state.isSwitchedOn("contour"),
    doubt: state.isSwitchedOn("doubt"),
  };
});

/** What two films are drawn alike by, at a size in CSS pixels and a pixel ratio; null while the frames are not here. Reads signals. */
function basis(open: state.Reel, { a, b, fraction }: Instant, width: number, height: number, ratio: number) {
  const frameA = open.frames.get(a);
  const frameB = open.frames.get(b);
  if (width <= 0 || height <= 0 || frameA === undefined || frameB === undefined) return null;
  const view: View = { width: Math.round(width * ratio), height: Math.round(height * ratio), aspect: aspectOf(open.film.extent) };
  return {
    ...style.value,
    width: view.width,
    height: view.height,
    projection: project(state.camera.value, view),
    samples: open.samples,
    a: frameA,
    b: frameB,
    fraction,
    dotSize:
      defaultDotSize(open.samples.n) *
      sizeFactor(width, height) *
      state.dotScale.value *
      dotZoom(state.camera.value.zoom) *
      ratio,
    ratio,
  };
}

/** The scene at a size in CSS pixels and a pixel ratio, or null while its frames are not here. Reads signals: call it in an effect. */
export function scene(width: number, height: number, ratio: number): Scene | null {
  const open = state.reel.value;
  if (open === null || !state.bothFramesLoaded.value || !columnsReady(state.nearest.value)) return null;
  const common = basis(open, state.instant.value, width, height, ratio);
  if (common === null) return null;
  return {
    ...common,
    marked: marked.value,
    selection: dimming.value?.length === open.samples.n ? dimming.value : null,
    values:
      state.colour.value === "difference" ? (difference.value?.here ?? null) : (colouring(state.nearest.value)?.values ?? null),
    trust: trustAt(state.nearest.value),
    patch: patch.value,
  };
}

const isOwn = (mode: Scene["mode"]): boolean => mode === "flips" || mode === "fidelity" || mode === "column";

const classesBeside = computed(() => {
  const open = state.beside.value;
  return classPalette(open === null ? 0 : state.classesOf(open.probe), state.hiddenClasses.value, classColours.value);
});

const markedBeside = computed(() =>
  marked.value.map((sample) => matching.value?.there[sample] ?? -1).filter((sample) => sample >= 0),
);

/** The scene of the film beside; modes that colour by values that only the first film has show the labels there. */
export function sceneBeside(width: number, height: number, ratio: number): Scene | null {
  const open = state.beside.value;
  const found = matching.value;
  state.besideVersion.value;
  if (open === null || found === null) return null;
  const common = basis(open, besideInstant.value, width, height, ratio);
  if (common === null) return null;
  const coloured = colouredBeside(besideInstant.value.nearest, found.here);
  if (coloured === undefined) return null;
  const mode = isOwn(common.mode) && coloured === null ? "label" : common.mode;
  return {
    ...common,
    mode,
    nClasses: state.classesOf(open.probe),
    palette: isClassMode(mode) ? classesBeside.value : common.palette,
    marked: markedBeside.value,
    selection: dimming.value === null ? null : dimmingBeside.value,
    values: mode === "difference" ? (difference.value?.there ?? null) : coloured,
    trust: null,
    patch: null,
  };
}

// One selected sample carries its ring; dimming all the others around it would take its neighbourhood away.
const dimming = computed(() => (state.selection.value.count > 1 ? state.selection.value.mask : null));

const dimmingBeside = computed(() => {
  const found = matching.value;
  return found === null ? null : carried(state.selection.value.mask, found.here);
});

function trustAt(index: number): Scene["trust"] {
  const mark = state.trust.value;
  const values = trusting(index)?.values;
  return mark === "off" || values === undefined ? null : { mark, values };
}

// Dots grow a little with the zoom: enough to show their cores, not enough to hide what the zoom is for.
const dotZoom = (zoom: number): number => Math.max(1, zoom) ** 0.25;
