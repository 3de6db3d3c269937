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

function measure(frame: Frame): Uint8Array {
  const { present, strange } = count(frame);
  const distance = distanceTo(present);
  const doubt = new Uint8Array(DOUBT_CELLS ** 2);
  for (let y = 0; y < DOUBT_CELLS; y++) {
    for (let x = 0; x < DOUBT_CELLS; x++) {
      const cell = y * DOUBT_CELLS + x;
      const around = sumAround(present, x, y);
      const share = around === 0 ? 0 : sumAround(strange, x, y) / around;
      const far = smooth(NEAR, FAR, (distance[cell] ?? 0) / STRAIGHT);
      doubt[cell] = Math.round(255 * Math.max(far, smooth(FEW_WRONG, MANY_WRONG, share)));
    }
  }
  return doubt;
}

/** Samples per cell, and those among them that lie in the territory of another class than their prediction. */
function count({ xy, nSamples, prediction, territory }: Frame): { present: Uint32Array; strange: Uint32Array } {
  const present = new Uint32Array(DOUBT_CELLS ** 2);
  const strange = new Uint32Array(DOUBT_CELLS ** 2);
  const g = territory?.resolution ?? 0;
  for (let sample = 0; sample < nSamples; sample++) {
    const x = xy[2 * sample] ?? 0;
    const y = xy[2 * sample + 1] ?? 0;
    const cell = ((y * DOUBT_CELLS) >> 16) * DOUBT_CELLS + ((x * DOUBT_CELLS) >> 16);
    present[cell] = (present[cell] ?? 0) + 1;
    if (territory === null || prediction === null) continue;
    const drawn = territory.classes[((y * g) >>> 16) * g + ((x * g) >>> 16)];
    if (drawn !== prediction[sample]) strange[cell] = (strange[cell] ?? 0) + 1;
  }
  return { present, strange };
}

/** Chamfer distance of every cell to the next that is not empty, in thirds of a cell: two sweeps over the grid. */
function distanceTo(present: Uint32Array): Uint16Array {
  const n = DOUBT_CELLS;
  const distance = Uint16Array.from(present, (count) => (count > 0 ? 0 : 10_000));
  const relax = (cell: number, x: number, y: number, cost: number): void => {
    if (x < 0 || y < 0 || x >= n || y >= n) return;
    distance[cell] = Math.min(distance[cell] ?? 0, (distance[y * n + x] ?? 0) + cost);
  };
  const sweep = (cell: number, towards: 1 | -1): void => {
    const x = cell % n;
    const y = (cell - x) / n;
    relax(cell, x + towards, y, STRAIGHT);
    relax(cell, x, y + towards, STRAIGHT);
    relax(cell, x + towards, y + towards, DIAGONAL);
    relax(cell, x - towards, y + towards, DIAGONAL);
  };
  for (let cell = 0; cell < n * n; cell++) sweep(cell, -1);
  for (let cell = n * n - 1; cell >= 0; cell--) sweep(cell, 1);
  return distance;
}

function sumAround(counts: Uint32Array, x: number, y: number): number {
  let sum = 0;
  for (let row = Math.max(0, y - 1); row <= Math.min(DOUBT_CELLS - 1, y + 1); row++) {
    for (let column = Math.max(0, x - 1); column <= Math.min(DOUBT_CELLS - 1, x + 1); column++) {
      sum += counts[row * DOUBT_CELLS + column] ?? 0;
    }
  }
  return sum;
}

/** How doubt looks, in both renderers: territory fades towards the background, and lines run over it. */
export const DOUBT_FADE = 0.6;
export const HATCH_PERIOD = 7; // CSS pixels along a row
export const HATCH_STRENGTH = 0.24;
