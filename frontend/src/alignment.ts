/** Where a second film stands while the first plays: at the same step, or where it was as accurate. Pure. */
import { cursorAt, stepAt } from "./timeline";
import type { Alignment } from "./url";
import type { FilmStep } from "./wire";

/** The best accuracy so far at each step, of the first split that both films know; null where there is none. */
export function bestSoFar(steps: readonly FilmStep[], split: string): number[] | null {
  let best = Number.NEGATIVE_INFINITY;
  const curve = steps.map(({ accuracy }) => {
    best = Math.max(best, accuracy?.[split] ?? Number.NEGATIVE_INFINITY);
    return best;
  });
  return Number.isFinite(best) && Number.isFinite(curve[0]) ? curve : null;
}

/** A split whose accuracy both films have at every step. */
export function sharedSplit(one: readonly FilmStep[], other: readonly FilmStep[]): string | null {
  const names = Object.keys(one[0]?.accuracy ?? {});
  return names.find((name) => bestSoFar(one, name) !== null && bestSoFar(other, name) !== null) ?? null;
}

/** The first cursor at which a curve that never falls reaches a value, between two steps where it passes it there. */
export function firstAt(curve: readonly number[], value: number): number {
  const after = curve.findIndex((reached) => reached >= value);
  if (after < 0) return Math.max(0, curve.length - 1);
  const [from, to] = [curve[after - 1] ?? value, curve[after] ?? value];
  return after === 0 ? 0 : after - 1 + (value - from) / (to - from);
}

function valueAt(curve: readonly number[], cursor: number): number {
  const a = Math.floor(cursor);
  const from = curve[a] ?? 0;
  return from + ((curve[a + 1] ?? from) - from) * (cursor - a);
}

/** Make of a cursor of the first film one of the second. Without accuracies, films are held at the same step. */
export function aligner(one: readonly FilmStep[], other: readonly FilmStep[], alignment: Alignment): (cursor: number) => number {
  const split = alignment === "accuracy" ? sharedSplit(one, other) : null;
  const [first, second] = split === null ? [] : [bestSoFar(one, split), bestSoFar(other, split)];
  if (first && second) return (cursor) => firstAt(second, valueAt(first, cursor));
  const [from, to] = [one, other].map((steps) => steps.map(({ step }) => step));
  return (cursor) => cursorAt(stepAt(cursor, from ?? []), to ?? []);
}
