/** A scene again at another size and another instant: what thumbnails and exports draw. */
import type { Frame, Samples } from "../binary";
import { project } from "../camera";
import type { Scene } from "./scene";

export interface Moment {
  readonly a: Frame;
  readonly b: Frame;
  /** Way from a to b, 0 ≤ fraction < 1. */
  readonly fraction: number;
}

/** Device pixels; `dotScale` is the factor on the diameter of dots. */
export interface Format {
  readonly width: number;
  readonly height: number;
  readonly dotScale: number;
}

/**
 * The camera looks at the same point; as much around it is seen as the new shape allows. What is known of the samples at one step only, and the
 * finer part of its territory, goes: another instant has its own.
 */
export function recast(scene: Scene, { width, height, dotScale }: Format, { a, b, fraction }: Moment): Scene {
  const { scaleX, scaleY, offsetX, offsetY } = scene.projection;
  const aspect = scaleX / -scaleY;
  const camera = {
    u: (scene.width / 2 - offsetX) / scaleX,
    v: (scene.height / 2 - offsetY) / scaleY,
    zoom: -scaleY / Math.min(scene.height, scene.width / aspect),
  };
  const projection = project(camera, { width, height, aspect });
  return {
    ...scene,
    width,
    height,
    projection,
    dotSize: scene.dotSize * dotScale,
    ratio: scene.ratio * dotScale,
    a,
    b,
    fraction,
    values: null,
    trust: null,
    patch: null,
  };
}

/** At most so many samples, evenly taken: as many as a small picture can show. */
export function thinned(scene: Scene, most: number): Scene {
  const { n } = scene.samples;
  if (n <= most) return scene;
  const stride = Math.ceil(n / most);
  const samples = thinnedSamples(scene.samples, stride);
  const a = thinnedFrame(scene.a, stride);
  const b = scene.b === scene.a ? a : thinnedFrame(scene.b, stride);
  const values = scene.values && every(scene.values, new Uint8Array(samples.n), stride);
  return { ...scene, samples, a, b, marked: [], selection: null, values, trust: null };
}

function every<T extends Uint8Array | Uint16Array | Int32Array>(source: T, target: T, stride: number): T {
  for (let index = 0; index < target.length; index++) target[index] = source[index * stride] ?? 0;
  return target;
}

function thinnedSamples({ n, label, id, split }: Samples, stride: number): Samples {
  const kept = Math.ceil(n / stride);
  return {
    n: kept,
    label: every(label, new Int32Array(kept), stride),
    id: every(id, new Int32Array(kept), stride),
    split: every(split, new Uint8Array(kept), stride),
  };
}

function thinnedFrame(frame: Frame, stride: number): Frame {
  const kept = Math.ceil(frame.nSamples / stride);
  const xy = new Uint16Array(2 * kept);
  for (let sample = 0; sample < kept; sample++) {
    xy[2 * sample] = frame.xy[2 * sample * stride] ?? 0;
    xy[2 * sample + 1] = frame.xy[2 * sample * stride + 1] ?? 0;
  }
  const { prediction, confidence } = frame;
  const predicted = prediction instanceof Uint16Array ? new Uint16Array(kept) : new Uint8Array(kept);
  return {
    nSamples: kept,
    xy,
    prediction: prediction === null ? null : every(prediction, predicted, stride),
    confidence: confidence === null ? null : every(confidence, new Uint8Array(kept), stride),
    territory: frame.territory,
  };
}
