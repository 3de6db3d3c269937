/**
 * A tree of runs as lanes: what a run shares with the one that it left is drawn in that one's lane. A column is a place in time, counted
 * from the root; the steps of different runs in one column need not have the same number. Pure.
 */

export interface Run {
  readonly run: string;
  readonly tag: string;
  readonly steps: readonly number[];
  readonly fork: { readonly run: string; readonly step: number; readonly own_step: number } | null;
}

export interface Lane {
  readonly run: string;
  readonly tag: string;
  readonly steps: readonly number[];
  /** Index of the lane that it left; null at the root. */
  readonly parent: number | null;
  /** Column of the last shared step; −1 at the root. */
  readonly fork: number;
  /** Index of the first of its steps that it shares with no lane before it. */
  readonly first: number;
  /** Column of a step less its index. */
  readonly offset: number;
}

const countUpTo = (steps: readonly number[], last: number): number => steps.filter((step) => step <= last).length;

/**
 * Put runs in lanes, each below the one that it left: those that left it later come first, so that no line from lane to lane crosses a
 * step. Runs beyond the first root's tree are left out.
 */
export function lanesOf(runs: readonly Run[]): Lane[] {
  const lanes: Lane[] = [];
  const add = ({ run, tag, steps, fork: left }: Run, parent: number | null): void => {
    const above = parent === null ? undefined : lanes[parent];
    const fork = above === undefined || left === null ? -1 : countUpTo(above.steps, left.step) - 1 + above.offset;
    const first = left === null || parent === null ? 0 : countUpTo(steps, left.own_step);
    const lane = lanes.push({ run, tag, steps, parent, fork, first, offset: fork + 1 - first }) - 1;
    const followers = runs.filter((other) => other.fork?.run === run);
    followers.sort((a, b) => (b.fork?.step ?? 0) - (a.fork?.step ?? 0));
    for (const follower of followers) add(follower, lane);
  };
  const root = runs.find(({ fork }) => fork === null);
  if (root !== undefined) add(root, null);
  return lanes;
}

export const columnsOf = (lanes: readonly Lane[]): number =>
  Math.max(0, ...lanes.map(({ steps, offset }) => steps.length + offset));

export const stepAt = ({ steps, offset }: Lane, column: number): number | undefined =>
  steps[Math.min(steps.length - 1, Math.max(0, column - offset))];

/** The lane in which a column of a lane's run is drawn: its own, or that of one that it left after it. */
export function drawnIn(lanes: readonly Lane[], lane: number, column: number): number {
  let at = lane;
  for (;;) {
    const { parent, fork } = lanes[at] ?? { parent: null, fork: -1 };
    if (parent === null || column > fork) return at;
    at = parent;
  }
}

/** How many runs have the step that is drawn in a lane's column. */
export const sharers = (lanes: readonly Lane[], lane: number, column: number): number =>
  lanes.filter((other, at) => column < other.steps.length + other.offset && drawnIn(lanes, at, column) === lane).length;

/**
 * The columns of a lane that there is room to draw, in order, where any two must be `stride` apart: the last one, where lanes leave it
 * and the first one before those between.
 */
export function shownColumns(lanes: readonly Lane[], at: number, stride: number): number[] {
  const lane = lanes[at];
  if (lane === undefined || lane.first >= lane.steps.length) return [];
  const from = lane.first + lane.offset;
  const to = lane.steps.length - 1 + lane.offset;
  const forks = lanes.filter(({ parent }) => parent === at).map(({ fork }) => fork);
  const all = Array.from({ length: to - from + 1 }, (_, by) => from + by);
  const shown: number[] = [];
  for (const column of [to, ...forks, from, ...all]) {
    const fits = shown.every((other) => Math.abs(other - column) >= stride);
    if (fits && column >= from && column <= to) shown.push(column);
  }
  return shown.sort((a, b) => a - b);
}

/** The one of some numbers, in order, that is nearest to another; undefined of none. */
export function nearestOf(sorted: readonly number[], to: number): number | undefined {
  let best = sorted[0];
  for (const value of sorted) if (Math.abs(value - to) < Math.abs((best ?? 0) - to)) best = value;
  return best;
}
