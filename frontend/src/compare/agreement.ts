/** How the predictions of two films agree, class by class, and which of them is right. Pure. */
import type { Frame, Samples } from "../binary";

/** Which of the two films predicts the label. */
export const OUTCOMES = ["both right", "only here right", "only beside right", "both wrong"] as const;

/** One film of two: its samples and its predictions at a step, with its classes numbered as those of both films together. */
export interface Side {
  readonly samples: Samples;
  readonly frame: Frame;
  readonly kinds: Int32Array;
}

/** The names of two films' classes together, and which of them each class of the second is. A class is known by its name, or by its place where a name comes twice. */
export function joinNames(names: readonly string[], other: readonly string[]): { names: string[]; kinds: Int32Array } {
  const twice = [names, other].some((list) => new Set(list).size < list.length);
  const joint = twice ? [...names, ...other.slice(names.length)] : [...new Set([...names, ...other])];
  return { names: joint, kinds: Int32Array.from(other, (name, index) => (twice ? index : joint.indexOf(name))) };
}

export interface Agreement {
  /** Samples that both films predict. */
  readonly count: number;
  readonly agreed: number;
  /** Of those with a label, as `OUTCOMES` has them. */
  readonly outcomes: readonly number[];
  /** Samples whose label beside is another. */
  readonly relabelled: number;
  /** Classes that occur, most frequent first as far as they are shown, then in order. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly omitted: number;
  readonly largest: number;
  at(row: number, column: number): number;
  /** Positions in the first film of those predicted so. */
  predicted(row: number, column: number): Uint32Array;
  /** Positions in the first film of an outcome. */
  ofOutcome(outcome: number): Uint32Array;
}

const RIGHT_HERE = 1;
const RIGHT_THERE = 2;

/** Agreement over the samples that `match` pairs (positions beside, −1 for none) and `split` admits (null: all), for at most `limit` classes a side. */
export function agreementOf(one: Side, other: Side, match: Int32Array, split: number | null, limit: number): Agreement | null {
  const [here, there] = [one.frame.prediction, other.frame.prediction];
  if (here === null || there === null) return null;
  const kindOf = ({ kinds }: Side, own: number): number => (own < 0 ? -1 : (kinds[own] ?? own));
  const n = match.length;
  const [rowOf, columnOf] = [new Int32Array(n).fill(-1), new Int32Array(n)];
  const outcomeOf = new Int8Array(n).fill(-1);
  const outcomes = [0, 0, 0, 0];
  const cells = new Map<number, number>();
  const totals = [new Map<number, number>(), new Map<number, number>()] as const;
  const bump = (counts: Map<number, number>, key: number): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  let [count, agreed, relabelled] = [0, 0, 0];
  for (let sample = 0; sample < n; sample++) {
    const beside = match[sample] ?? -1;
    if (beside < 0 || (split !== null && one.samples.split[sample] !== split)) continue;
    const row = kindOf(one, here[sample] ?? -1);
    const column = kindOf(other, there[beside] ?? -1);
    const label = kindOf(one, one.samples.label[sample] ?? -1);
    count++;
    if (row === column) agreed++;
    if (label !== kindOf(other, other.samples.label[beside] ?? -1)) relabelled++;
    rowOf[sample] = row;
    columnOf[sample] = column;
    bump(cells, key(row, column));
    bump(totals[0], row);
    bump(totals[1], column);
    if (label < 0) continue;
    const right = (row === label ? RIGHT_HERE : 0) + (column === label ? RIGHT_THERE : 0);
    const outcome = right === RIGHT_HERE + RIGHT_THERE ? 0 : right === RIGHT_HERE ? 1 : right === RIGHT_THERE ? 2 : 3;
    outcomeOf[sample] = outcome;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  const shown = totals.map((counts) => mostFrequent(counts, limit));
  const where = (holds: (sample: number) => boolean): Uint32Array => {
    const found: number[] = [];
    for (let sample = 0; sample < n; sample++) if (holds(sample)) found.push(sample);
    return Uint32Array.from(found);
  };
  return {
    count,
    agreed,
    outcomes,
    relabelled,
    rows: shown[0] ?? [],
    columns: shown[1] ?? [],
    omitted: totals.reduce((sum, counts, axis) => sum + counts.size - (shown[axis]?.length ?? 0), 0),
    largest: Math.max(1, ...[...cells].flatMap(([at, number]) => (isDiagonal(at) ? [] : [number]))),
    at: (row, column) => cells.get(key(row, column)) ?? 0,
    predicted: (row, column) => where((sample) => rowOf[sample] === row && columnOf[sample] === column),
    ofOutcome: (outcome) => where((sample) => outcomeOf[sample] === outcome),
  };
}

const SIDE = 2 ** 20; // more classes than a frame can name
const key = (row: number, column: number): number => row * SIDE + column;
const isDiagonal = (at: number): boolean => Math.floor(at / SIDE) === at % SIDE;

const mostFrequent = (counts: ReadonlyMap<number, number>, limit: number): number[] =>
  [...counts]
    .sort((first, second) => second[1] - first[1] || first[0] - second[0])
    .slice(0, limit)
    .map(([kind]) => kind)
    .sort((first, second) => first - second);
