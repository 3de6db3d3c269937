/** From the state to the scene that is drawn: the pieces that stay the same are kept, so that playing builds nothing but two numbers. */
import { computed } from "@preact/signals";
import { project, type View } from "./camera";
import type { Scene } from "./engine/scene";
import { classPalette, confidencePalette, correctnessPalette, type Rgb } from "./palette";
import * as state from "./state";

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

export const nClasses = computed(() => {
  const open = state.reel.value;
  return open === null ? 0 : Math.max(open.probe.n_classes, open.probe.class_names.length);
});

const palette = computed(() => {
  switch (state.colour.value) {
    case "label":
    case "prediction":
      return classPalette(nClasses.value, state.hiddenClasses.value);
    case "correctness":
      return correctnessPalette(state.hiddenOutcomes.value);
    case "confidence":
      return confidencePalette();
  }
});

const splitMask = computed(() => [...state.hiddenSplits.value].reduce((mask, split) => mask & ~(1 << Math.min(split, 31)), ~0));

const marked = computed(() => [...new Set([state.selected.value, state.hovered.value])].filter((sample) => sample !== null));

const style = computed(() => {
  const theme = state.dark.value ? "dark" : "light";
  return {
    mode: state.colour.value,
    palette: palette.value,
    nClasses: nClasses.value,
    splitMask: splitMask.value,
    territory: state.territoryShown.value ? state.territory.value : 0,
    background: INK[theme].background,
    ink: INK[theme].ink,
    ring: MARK_INK[theme],
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
  if (frameA === undefined || frameB === undefined) return null;
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
  };
}

// Dots grow a little with the zoom: enough to show their cores, not enough to hide what the zoom is for.
const dotZoom = (zoom: number): number => Math.max(1, zoom) ** 0.25;
