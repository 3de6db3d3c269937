/** The part of a film that playback goes round, kept as step numbers so that it outlives a refit with more steps. */
import { cursorAt } from "./timeline";

/** Null at an end: as far as the film goes. */
export interface LoopRange {
  readonly from: number | null;
  readonly to: number | null;
}

/** Indices into a film's steps, both included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

export type LoopEnd = keyof LoopRange;

const indexOf = (step: number | null, steps: readonly number[], otherwise: number): number =>
  step === null ? otherwise : Math.round(cursorAt(step, steps));

/** What a range covers in a film. A range that lies outside covers all of it: there is nothing to go round in one step. */
export function spanOf(range: LoopRange | null, steps: readonly number[]): Span {
  const whole = { first: 0, last: Math.max(0, steps.length - 1) };
  const first = indexOf(range?.from ?? null, steps, whole.first);
  const last = indexOf(range?.to ?? null, steps, whole.last);
  return first < last ? { first, last } : whole;
}

/** Move one end to an index. An end at the film's own is no end, and the other end gives way when it is passed. */
export function withEnd(range: LoopRange | null, end: LoopEnd, index: number, steps: readonly number[]): LoopRange | null {
  const final = steps.length - 1;
  if (final < 1) return null;
  const at = Math.min(Math.max(index, end === "from" ? 0 : 1), end === "from" ? final - 1 : final);
  const step = at === (end === "from" ? 0 : final) ? null : (steps[at] ?? null);
  const other = end === "from" ? "to" : "from";
  const opposite = range?.[other] ?? null;
  const otherIndex = indexOf(opposite, steps, end === "from" ? final : 0);
  const passed = end === "from" ? otherIndex <= at : otherIndex >= at;
  const kept = passed ? null : opposite;
  if (step === null && kept === null) return null;
  return end === "from" ? { from: step, to: kept } : { from: kept, to: step };
}

/** `10..40`, `10..`, `..40`. */
export const formatRange = (range: LoopRange | null): string | null =>
  range === null ? null : `${range.from ?? ""}..${range.to ?? ""}`;

export function parseRange(raw: string): LoopRange | null {
  const [, from, to] = /^(-?\d+)?\.\.(-?\d+)?$/.exec(raw) ?? [];
  const range = { from: from === undefined ? null : Number(from), to: to === undefined ? null : Number(to) };
  if (range.from === null && range.to === null) return null;
  return range.from !== null && range.to !== null && range.from >= range.to ? null : range;
}
