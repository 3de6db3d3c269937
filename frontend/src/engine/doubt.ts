/**
 * Where the territory should not be believed: far from every sample, where nothing held the decoder, and where the class it draws under
 * samples is not the one that the model predicts for them. A coarse grid per frame, computed once, when the frame arrives.
 */
import type { Frame } from "../binary";

export const DOUBT_CELLS = 64; // a side, over the extent
const NEAR = 2; // cells from the next sample up to which nothing is doubted
const FAR = 5; // cells from which everything is
const FEW_WRONG = 0.3; // shares of samples around a cell whose class is not the territory's
const MANY_WRONG = 0.7;
const STRAIGHT = 3; // steps of a chamfer distance, in thirds of a cell
const DIAGONAL = 4;

const kept = new WeakMap<Frame, Uint8Array>();

/** Doubt per cell, 0..255, rows from y_min up. */
export function doubtOf(frame: Frame): Uint8Array {
  const known = kept.get(frame);
  if (known !== undefined) return known;
  const doubt = measure(frame);
  kept.set(frame, doubt);
  return doubt;
}

const smooth = (low: number, high: number, value: number): number => {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return share * share * (3 - 2 * share);
};

const SIDE = DOUBT_CELLS + 2; // with a border of empty cells, so that every cell has neighbors

function measure(frame: Frame): Uint8Array {
  const { present, strange } = count(frame);
  const [around, strangers, distance] = [sumsAround(present), sumsAround(strange), distanceTo(present)];
  const doubt = new Uint8Array(DOUBT_CELLS ** 2);
  for (let y = 0, index = 0; y < DOUBT_CELLS; y++) {
    for (let x = 0; x < DOUBT_CELLS; x++, index++) {
      const cell = (y + 1) * SIDE + x + 1;
      const share = (strangers[cell] ?? 0) / Math.max(1, around[cell] ?? 0);
      const far = smooth(NEAR, FAR, (distance[cell] ?? 0) / STRAIGHT);
      doubt[index] = Math.round(255 * Math.max(far, smooth(FEW_WRONG, MANY_WRONG, share)));
    }
  }
  return doubt;
}

/** Samples per cell, and those among them that lie in the territory of another class than their prediction. */
function count({ xy, nSamples, prediction, territory }: Frame): { present: Uint32Array; strange: Uint32Array } {
  const present = new Uint32Array(SIDE ** 2);
  const strange = new Uint32Array(SIDE ** 2);
  const g = territory?.resolution ?? 0;
  for (let sample = 0; sample < nSamples; sample++) {
    const x = xy[2 * sample] ?? 0;
    const y = xy[2 * sample + 1] ?? 0;
    const cell = (((y * DOUBT_CELLS) >> 16) + 1) * SIDE + ((x * DOUBT_CELLS) >> 16) + 1;
    present[cell] = (present[cell] ?? 0) + 1;
    if (territory === null || prediction === null) continue;
    const drawn = territory.classes[((y * g) >>> 16) * g + ((x * g) >>> 16)];
    if (drawn !== prediction[sample]) strange[cell] = (strange[cell] ?? 0) + 1;
  }
  return { present, strange };
}

/** Chamfer distance of every cell to the next that is not empty, in thirds of a cell: two sweeps over the grid, there and back. */
function distanceTo(present: Uint32Array): Uint16Array {
  const distance = new Uint16Array(SIDE ** 2);
  for (let cell = 0; cell < distance.length; cell++) distance[cell] = (present[cell] ?? 0) > 0 ? 0 : 10_000;
  for (const towards of [-1, 1]) {
    const row = towards * SIDE;
    for (let y = 1; y <= DOUBT_CELLS; y++) {
      for (let x = 1; x <= DOUBT_CELLS; x++) {
        const cell = towards < 0 ? y * SIDE + x : (SIDE - 1 - y) * SIDE + (SIDE - 1 - x);
        const straight = Math.min(distance[cell + towards] ?? 0, distance[cell + row] ?? 0) + STRAIGHT;
        const diagonal = Math.min(distance[cell + row - 1] ?? 0, distance[cell + row + 1] ?? 0) + DIAGONAL;
        distance[cell] = Math.min(distance[cell] ?? 0, straight, diagonal);
      }
    }
  }
  return distance;
}

/** Sums over a cell and the eight around it: along rows, then along columns. */
function sumsAround(counts: Uint32Array): Uint32Array {
  let sums = counts;
  for (const stride of [1, SIDE]) {
    const parts = sums;
    sums = new Uint32Array(SIDE ** 2);
    for (let cell = stride; cell < sums.length - stride; cell++)
      sums[cell] = (parts[cell] ?? 0) + (parts[cell - stride] ?? 0) + (parts[cell + stride] ?? 0);
  }
  return sums;
}

/** How doubt looks, in both renderers: territory fades towards the background, and lines run over it. */
export const DOUBT_FADE = 0.6;
export const HATCH_PERIOD = 7; // CSS pixels along a row
export const HATCH_STRENGTH = 0.24;
