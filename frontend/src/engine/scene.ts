/** What a renderer draws: plain data, no resources. Both renderers draw the same scene. */
import type { Frame, Samples, Territory } from "../binary";
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
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  /** A byte per sample at the nearer step, for the modes that colour by a value: 0..254 over its scale, 255 for none; of a category its kind. */
  readonly values: Uint8Array | null;
  /** How faithfully the nearer step shows each sample, in such bytes, and by what a dot says so. */
  readonly trust: { readonly mark: TrustMark; readonly values: Uint8Array } | null;
  /** Dots of wrong predictions carry a core. */
  readonly wrongMarked: boolean;
  /** Lines between territories. */
  readonly contour: boolean;
  /** A part of the territory that is known finer, its window in fractions of the extent; drawn over the coarse one. */
  readonly patch: {
    readonly window: { readonly left: number; readonly right: number; readonly bottom: number; readonly top: number };
    readonly territory: Territory;
  } | null;
  /** Hatching where the territory should not be believed. */
  readonly doubt: boolean;
}

export type TrustMark = "fade" | "ring";

/** Draws a scene at once. */
export interface Renderer {
  readonly kind: "webgl" | "cpu";
  draw(scene: Scene): void;
  destroy(): void;
}

/** Puts scenes on a canvas in its own time. */
export interface Screen {
  readonly kind: Renderer["kind"];
  /** Of scenes that come faster than they can be drawn, the newest counts. */
  show(scene: Scene, pace: Pace): void;
  destroy(): void;
}

export interface Pace {
  /** The scene shows another instant or place than the last: a rough picture at once is better than a whole one too late. */
  readonly isMoving: boolean;
  /** The next scene is about to come, so that a rough picture needs no whole one after it. */
  readonly isPlaying: boolean;
}

/** A scene is on the canvas. A rough one is followed by the whole, unless another comes before; milliseconds are those of painting. */
export type OnShown = (scene: Scene, isWhole: boolean, milliseconds: number) => void;

/** Whether the same instant is seen by the same camera. */
export function isSamePlace(one: Scene, other: Scene): boolean {
  const [from, to] = [one.projection, other.projection];
  return (
    one.a === other.a &&
    one.b === other.b &&
    one.fraction === other.fraction &&
    one.width === other.width &&
    one.height === other.height &&
    from.scaleX === to.scaleX &&
    from.scaleY === to.scaleY &&
    from.offsetX === to.offsetX &&
    from.offsetY === to.offsetY
  );
}

/** The step whose predictions colour the scene: the nearer of the two. */
export const nearestFrame = (scene: Scene): Frame => (scene.fraction < 0.5 ? scene.a : scene.b);

/** Territory speaks of classes; modes that do not are drawn over a neutral one. */
export const isClassMode = (mode: ColourMode): boolean => mode === "label" || mode === "prediction";

/** Dots of wrong samples have room for a core. */
export const WRONG_GROWTH = 1.3;
/** Radius of that core as a share of the dot's. */
export const CORE_SHARE = 0.45;
/** CSS pixels of diameter from which a gap parts core and ring; below it the gap would eat the ring. */
export const GAP_FROM = 13;
/** Extra diameter of a marked dot, for its ring, in CSS pixels. */
export const RING_WIDTH = 6;
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

export const MODE_INDEX: Readonly<Record<ColourMode, number>> = {
  label: 0,
  prediction: 1,
  correctness: 2,
  confidence: 3,
  split: 4,
  flips: 5,
  fidelity: 6,
  difference: 7,
  column: 8,
};

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
  split = 0,
  value = NO_VALUE,
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
    case "split":
      return split;
    case "flips":
    case "fidelity":
    case "difference":
    case "column":
      return value;
  }
}

/** The key of a sample in a scene, coloured by the nearer step. */
export function keyIn(scene: Scene, sample: number): number {
  const frame = nearestFrame(scene);
  const { label, split } = scene.samples;
  const [prediction, confidence] = [frame.prediction?.[sample] ?? null, frame.confidence?.[sample] ?? null];
  return keyOf(scene.mode, label[sample] ?? -1, prediction, confidence, scene.nClasses, split[sample], scene.values?.[sample]);
}

/** The byte of a sample without a value. */
export const NO_VALUE = 255;

export const splitShown = (mask: number, split: number): boolean => ((mask >>> Math.min(split, 31)) & 1) === 1;

/** Splits are told apart by shape: the first is round, the second a diamond, the third a square; then again. */
export const SPLIT_SHAPES = ["circle", "diamond", "square"] as const;

/** Beyond this many classes, colours repeat and shape tells apart the classes that share one. */
export const COLOURS_APART = 20;
export const DOT_SHAPES = [...SPLIT_SHAPES, "triangle", "cross"] as const;
export type DotShape = (typeof DOT_SHAPES)[number];

export const shapedByClass = (mode: ColourMode, nClasses: number): boolean => isClassMode(mode) && nClasses > COLOURS_APART;

/** Index into DOT_SHAPES of the dot of a class among many. */
export const classShape = (key: number, nClasses: number): number =>
  key >= nClasses ? 0 : Math.floor(key / COLOURS_APART) % DOT_SHAPES.length;

/** From a triangle's middle to its corners, in radii of the disc that is as large to the eye. */
export const TRIANGLE_REACH = 1.3;
/** Length and half the width of a cross's arms, likewise. */
export const CROSS_ARM = 1.3;
export const CROSS_WIDTH = 0.42;

/** What is left of a dot that is not faithful at all, of one. */
export const FADED = 0.12;
/** Width of its ring in radii. */
export const HALO = 0.45;

/** The projection of a window of the extent: where its own fractions 0 to 1 lie. */
export const projectWindow = (
  { scaleX, scaleY, offsetX, offsetY }: Projection,
  { left, right, bottom, top }: { left: number; right: number; bottom: number; top: number },
): Projection => ({
  scaleX: scaleX * (right - left),
  scaleY: scaleY * (top - bottom),
  offsetX: offsetX + scaleX * left,
  offsetY: offsetY + scaleY * bottom,
});
