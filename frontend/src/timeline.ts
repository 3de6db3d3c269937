/**
 * Time as pure functions. A cursor is a real number over the *indices* of a film's steps: 3.25 lies a quarter of the way from the fourth
 * step to the fifth, whatever numbers those steps carry.
 */

import type { Span } from "./loop";

export interface Instant {
  /** Index of the step at or before the cursor. */
  readonly a: number;
  /** Index of the step after it; equal to `a` on a step. */
  readonly b: number;
  /** Way from a to b, 0 ≤ fraction < 1. */
  readonly fraction: number;
  /** Index of the nearest real step: the one that numbers are taken from. */
  readonly nearest: number;
}

export const clampCursor = (cursor: number, count: number): number => Math.min(Math.max(cursor, 0), Math.max(0, count - 1));

export function locate(cursor: number, count: number): Instant {
  const inside = clampCursor(cursor, count);
  const a = Math.floor(inside);
  const fraction = inside - a;
  return { a, b: fraction > 0 ? a + 1 : a, fraction, nearest: Math.round(inside) };
}

/** "step 12", or "step 12 → 13 (30 %)" for an instant between two steps. */
export function instantLabel(cursor: number, steps: readonly number[]): string {
  const { a, b, fraction } = locate(cursor, steps.length);
  const percent = Math.round(fraction * 100);
  if (a === b || percent === 0) return `step ${steps[a] ?? "–"}`;
  if (percent === 100) return `step ${steps[b] ?? "–"}`;
  return `step ${steps[a] ?? "–"} → ${steps[b] ?? "–"} (${percent} %)`;
}

/** The (possibly fractional) step number at a cursor: where the playhead stands in the curves. */
export function stepAt(cursor: number, steps: readonly number[]): number {
  const { a, b, fraction } = locate(cursor, steps.length);
  const from = steps[a] ?? 0;
  return from + ((steps[b] ?? from) - from) * fraction;
}

/** The cursor at a step number, between two logged steps when the number was not logged. */
export function cursorAt(step: number, steps: readonly number[]): number {
  let low = 0;
  let high = steps.length - 1;
  if (high <= 0 || step <= (steps[0] ?? 0)) return 0;
  if (step >= (steps[high] ?? 0)) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) <= step) low = middle;
    else high = middle;
  }
  const from = steps[low] ?? 0;
  const to = steps[high] ?? from;
  return to === from ? low : low + (step - from) / (to - from);
}

export interface Advance {
  readonly cursor: number;
  /** The frame that playback needs next is not here yet. */
  readonly waiting: boolean;
  /** The last step was reached and playback does not loop. */
  readonly ended: boolean;
}

export interface Playing {
  readonly count: number;
  readonly loop: boolean;
  /** What a loop goes round. */
  readonly span: Span;
  isLoaded(index: number): boolean;
}

/** Move on by `delta` steps, never into a frame that is not loaded: playback waits at the edge, as a video does. */
export function advance(cursor: number, delta: number, { count, loop, span, isLoaded }: Playing): Advance {
  if (count < 2) return { cursor: 0, waiting: false, ended: true };
  const last = loop ? span.last : count - 1;
  let at = cursor;
  let left = delta;
  while (left > 0) {
    if (at >= last) {
      if (!loop) return { cursor: last, waiting: false, ended: true };
      if (!isLoaded(span.first)) return { cursor: at, waiting: true, ended: false };
      at = span.first;
    }
    const next = Math.floor(at) + 1;
    if (!isLoaded(next)) return { cursor: Math.floor(at), waiting: true, ended: false };
    const stride = Math.min(left, next - at);
    at = stride === next - at ? next : at + stride;
    left -= stride;
  }
  return { cursor: at, waiting: false, ended: !loop && at >= last };
}

/** Whole steps forth or back, landing on a real step even from between two. */
export function jump(cursor: number, by: number, count: number): number {
  const from = by > 0 ? Math.floor(cursor) : Math.ceil(cursor);
  return clampCursor(from + by, count);
}
