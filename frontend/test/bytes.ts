/** Builders of wire bytes and small scenes for tests. */
import type { Frame, Samples } from "../src/binary";
import type { Scene } from "../src/engine/scene";
import { classPalette } from "../src/palette";

export interface FrameSpec {
  readonly n: number;
  readonly grid: number;
  readonly classBytes: 1 | 2;
  readonly predicted: boolean;
}

/** A frame as http_api.md lays it out, with every row filled by its position. */
export function frameBuffer({ n, grid, classBytes, predicted }: FrameSpec): ArrayBuffer {
  const rows = [4 * n, predicted ? classBytes * n : 0, predicted ? n : 0, classBytes * grid * grid, grid * grid];
  const total = rows.reduce((sum, length) => sum + Math.ceil(length / 4) * 4, 16);
  const buffer = new ArrayBuffer(total);
  const view = new DataView(buffer);
  [..."TTF1"].forEach((letter, index) => view.setUint8(index, letter.charCodeAt(0)));
  view.setUint32(4, n, true);
  view.setUint16(8, grid, true);
  view.setUint8(10, classBytes);
  view.setUint8(11, predicted ? 1 : 0);
  for (let index = 16; index < total; index++) view.setUint8(index, (index * 7) % 251);
  return buffer;
}

export function samplesOf(labels: readonly number[], splits: readonly number[] = labels.map(() => 0)): Samples {
  return {
    n: labels.length,
    label: Int32Array.from(labels),
    id: Int32Array.from(labels, (_, index) => index),
    split: Uint8Array.from(splits),
  };
}

/** Positions are extent fractions; territory is one row per string, top row first, a class digit per cell, all margins 255. */
export function frameOf(
  positions: readonly (readonly [number, number])[],
  predictions: readonly number[] | null,
  map: readonly string[] = [],
): Frame {
  const rows = [...map].reverse();
  return {
    nSamples: positions.length,
    xy: Uint16Array.from(positions.flatMap(([u, v]) => [Math.round(u * 65535), Math.round(v * 65535)])),
    prediction: predictions === null ? null : Uint8Array.from(predictions),
    confidence: predictions === null ? null : Uint8Array.from(predictions, () => 204),
    territory:
      rows.length === 0
        ? null
        : {
            resolution: rows.length,
            classes: Uint8Array.from(rows.flatMap((row) => [...row].map(Number))),
            margin: new Uint8Array(rows.length ** 2).fill(255),
          },
  };
}

export function sceneOf(samples: Samples, frame: Frame, changes: Partial<Scene> = {}): Scene {
  const size = 64;
  return {
    width: size,
    height: size,
    projection: { scaleX: size, scaleY: -size, offsetX: 0, offsetY: size },
    samples,
    nClasses: 3,
    a: frame,
    b: frame,
    fraction: 0,
    mode: "label",
    palette: classPalette(3, new Set()),
    splitMask: ~0,
    dotSize: 7,
    territory: 0.5,
    background: [255, 255, 255],
    ink: [0, 0, 0],
    ring: [1, 2, 3],
    marked: [],
    selection: null,
    ratio: 1,
    values: null,
    trust: null,
    wrongMarked: true,
    contour: true,
    patch: null,
    doubt: false,
    ...changes,
  };
}

/** A seeded source of numbers in [0, 1) (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
