/** What a renderer draws: plain data, no resources. Both renderers draw the same scene. */
import type { Frame, Samples } from "../binary";
import type { Projection } from "../camera";
import type { Palette, Rgb } from "../palette";
import type { ColourMode } from "../url";

export interface Scene {
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels; positions are fractions of the extent. */
  readonly projection: Projection;
  readonly samples: Samples;
  readonly nClasses: number;
  readonly a: Frame;
  readonly b: Frame;
  /** Way from a to b, 0..1. */
  readonly fraction: number;
  readonly mode: ColourMode;
  /** Colours by key of the mode. */
  readonly palette: Palette;
  /** Bit per split (the 32nd and later share one): 1 shows it. */
  readonly splitMask: number;
  /** Diameter of a dot in device pixels. */
  readonly dotSize: number;
  /** Opacity of the territory, 0..1; 0 draws none. */
  readonly territory: number;
  readonly background: Rgb;
  /** Rims and borders. */
  readonly ink: Rgb;
  /** The ring of marked samples. */
  readonly ring: Rgb;
  /** Samples drawn again on top with a ring. */
  readonly marked: readonly number[];
  /** A byte per sample: those that are not 1 are dimmed and lie below. Null dims none. */
  readonly selection: Uint8Array | null;
}

export interface Renderer {
  readonly kind: "webgl" | "cpu";
  draw(scene: Scene): void;
  destroy(): void;
}

/** The step whose predictions colour the scene: the nearer of the two. */
export const nearestFrame = (scene: Scene): Frame => (scene.fraction < 0.5 ? scene.a : scene.b);

/** Territory speaks of classes; modes that do not are drawn over a neutral one. */
export const isClassMode = (mode: ColourMode): boolean => mode === "label" || mode === "prediction";

/** Dots of wrong samples have room for a core. */
export const WRONG_GROWTH = 1.3;
/** Radius of that core as a share of the dot's. */
export const CORE_SHARE = 0.45;
/** Pixels of diameter from which a gap parts core and ring; below it the gap would eat the ring. */
export const GAP_FROM = 13;
/** Weight of the rim that sets dots off from a territory of their own colour. */
export const RIM = 0.55;
/** Opacity of dots beside a selection. */
export const DIMMED = 0.16;
/** Share of the colour that a territory keeps where its margin is zero. */
export const TERRITORY_FLOOR = 0.3;
/** Share of its strength that the territory of a hidden class keeps. */
export const HIDDEN_TERRITORY = 0.12;
/** The same for its border, which should still show where it lies. */
export const HIDDEN_BORDER = 0.25;

export const MODE_INDEX: Readonly<Record<ColourMode, number>> = { label: 0, prediction: 1, correctness: 2, confidence: 3 };

export const CORRECT = 0;
export const WRONG = 1;
export const UNKNOWN = 2;

export const isWrong = (label: number, prediction: number, nClasses: number): boolean =>
  label >= 0 && label < nClasses && prediction < nClasses && label !== prediction;

/** The key of a sample under a colour mode: an index into the scene's palette. The vertex shader computes the same. */
export function keyOf(
  mode: ColourMode,
  label: number,
  prediction: number | null,
  confidence: number | null,
  nClasses: number,
): number {
  const knownLabel = label >= 0 && label < nClasses;
  const knownPrediction = prediction !== null && prediction < nClasses;
  switch (mode) {
    case "label":
      return knownLabel ? label : nClasses;
    case "prediction":
      return knownPrediction ? prediction : nClasses;
    case "correctness":
      if (!knownLabel || !knownPrediction) return UNKNOWN;
      return label === prediction ? CORRECT : WRONG;
    case "confidence":
      return confidence ?? 256;
  }
}

export const splitShown = (mask: number, split: number): boolean => ((mask >>> Math.min(split, 31)) & 1) === 1;

/** Splits are told apart by shape: the first is round, the second a diamond, the third a square; then again. */
export const SPLIT_SHAPES = ["circle", "diamond", "square"] as const;
