/** From the state to the scene that is drawn: the pieces that stay the same are kept, so that playing builds nothing but two numbers. */
import { computed } from "@preact/signals";
import { project, type View } from "./camera";
import { classColours } from "./class_colours";
import { colouring, columnsReady, trusting } from "./columns";
import type { Scene } from "./engine/scene";
import { classPalette, confidencePalette, correctnessPalette, type Rgb, splitPalette, valuePalette } from "./palette";
import { patch } from "./refine";
import * as state from "./state";

const INK: Record<"light" | "dark", { background: Rgb; ink: Rgb }> = {
  light: { background: [255, 255, 255], ink: [20, 24, 32] },
  dark: { background: [48, 48, 48], ink: [12, 12, 14] },
};
const MARK_INK: Record<"light" | "dark", Rgb> = { light: [0, 0, 0], dark: [255, 255, 255] };

/** Diameter in CSS pixels: few samples get big dots, many small ones. */
export const defaultDotSize = (nSamples: number): number => Math.min(9, Math.max(2.5, 30 / Math.max(1, nSamples) ** 0.2));

/** Dots grow with the picture, slower than it: 1 where its shorter side is 640 CSS pixels. */
const sizeFactor = (width: number, height: number): number =>
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
      return valuePalette();
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
    territory: state.territoryShown.value ? state.territory.value : 0,
    background: INK[theme].background,
    ink: INK[theme].ink,
    ring: MARK_INK[theme],
    wrongMarked: !state.switchedOff.value.has("wrong"),
    contour: !state.switchedOff.value.has("contour"),
    doubt: !state.switchedOff.value.has("doubt"),
  };
});

export function aspectOf(extent: readonly number[]): number {
  const [left = 0, right = 1, bottom = 0, top = 1] = extent;
  return top > bottom && right > left ? (right - left) / (top - bottom) : 1;
}

/** The scene at a size in CSS pixels and a pixel ratio, or null while its frames are not here. Reads signals: call it in an effect. */
export function scene(width: number, height: number, ratio: number): Scene | null {
  const open = state.reel.value;
  if (open === null || width <= 0 || height <= 0 || !state.bothFramesLoaded.value) return null;
  const { a, b, fraction } = state.instant.value;
  const frameA = open.frames.get(a);
  const frameB = open.frames.get(b);
  if (frameA === undefined || frameB === undefined || !columnsReady(state.nearest.value)) return null;
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
    marked: marked.value,
    selection: dimming(open.samples.n),
    ratio,
    values: colouring(state.nearest.value)?.values ?? null,
    trust: trustAt(state.nearest.value),
    patch: patch.value,
  };
}

// One selected sample carries its ring; dimming all the others around it would take its neighbourhood away.
function dimming(nSamples: number): Uint8Array | null {
  const { mask, count } = state.selection.value;
  return count > 1 && mask.length === nSamples ? mask : null;
}

function trustAt(index: number): Scene["trust"] {
  const mark = state.trust.value;
  const values = trusting(index)?.values;
  return mark === "off" || values === undefined ? null : { mark, values };
}

// Dots grow a little with the zoom: enough to show their cores, not enough to hide what the zoom is for.
const dotZoom = (zoom: number): number => Math.max(1, zoom) ** 0.25;
