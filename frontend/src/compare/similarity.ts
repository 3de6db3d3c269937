/** The map of how alike two films' representations are, as numbers: its cells, their colours, and where the films stand in it. Pure. */
import { viridis } from "../palette";
import { cursorAt } from "../timeline";

export interface Similarity {
  /** The steps that were compared, of the first film's run and of that beside. */
  readonly steps: readonly number[];
  readonly with_steps: readonly number[];
  /** A row per step of the first; null where it is not defined. */
  readonly cka: readonly (readonly (number | null)[])[];
  readonly n_matched: number;
  readonly n_used: number;
}

export const valueAt = ({ cka }: Similarity, here: number, there: number): number | null => cka[here]?.[there] ?? null;

/** The ends of the scale: from the lowest value, down to a tenth and never below 0, to 1. */
export function scaleOf({ cka }: Similarity): { low: number; high: number } {
  let low = 1;
  for (const row of cka) for (const value of row) if (value !== null && value < low) low = value;
  return { low: Math.min(0.9, Math.max(0, Math.floor(low * 10) / 10)), high: 1 };
}

/** RGBA bytes, a pixel per cell: the first film's steps from left to right, those beside from the bottom up. Not defined is transparent. */
export function paint(found: Similarity): Uint8ClampedArray<ArrayBuffer> {
  const [width, height] = [found.steps.length, found.with_steps.length];
  const { low, high } = scaleOf(found);
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let there = 0; there < height; there++) {
    for (let here = 0; here < width; here++) {
      const value = valueAt(found, here, there);
      if (value === null) continue;
      pixels.set([...viridis((value - low) / (high - low)), 255], 4 * ((height - 1 - there) * width + here));
    }
  }
  return pixels;
}

/** Where a step lies along a side of the map, 0..1: the middle of its cell, between two cells for a step between two. */
export const placeOf = (step: number, steps: readonly number[]): number =>
  steps.length === 0 ? 0.5 : (cursorAt(step, steps) + 0.5) / steps.length;

/** The cell at a place along a side, 0..1. */
export const cellAt = (place: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor(place * count)));

/** The cell nearest to a step. */
export const nearestCell = (step: number, steps: readonly number[]): number => Math.round(cursorAt(step, steps));

/** The step beside that is most like a step of the first film; null where none is defined. */
export function mostAlike(found: Similarity, here: number): { readonly there: number; readonly value: number } | null {
  let best: { there: number; value: number } | null = null;
  for (let there = 0; there < found.with_steps.length; there++) {
    const value = valueAt(found, here, there);
    if (value !== null && (best === null || value > best.value)) best = { there, value };
  }
  return best;
}
