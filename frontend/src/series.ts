/** Scalars as curves: which go into one chart, and what they say at a step. */
import { formatValue } from "./format";
import type { Scalars, ScalarTag } from "./wire";

export interface Curve {
  readonly name: string;
  readonly xs: readonly number[];
  readonly ys: readonly (number | null)[];
  readonly dashed: boolean;
  /** As logged, behind its smoothed line. */
  readonly faint?: boolean;
  /** Position in the chart's colours. */
  readonly colour: number;
}

export interface Chart {
  readonly title: string;
  readonly curves: readonly Curve[];
}

export const keyOf = ({ run, tag }: { run: string; tag: string }): string => `${run}\n${tag}`;

const words = (name: string): string[] => name.toLowerCase().split(/[^a-z0-9]+/);

/** Losses share a chart, accuracies another; any other scalar stands alone, since its unit is not known. */
export function groupOf({ name }: ScalarTag): string {
  const found = words(name);
  if (found.includes("loss")) return "loss";
  if (found.includes("accuracy") || found.includes("acc")) return "accuracy";
  return name;
}

export interface ScalarGroup {
  readonly title: string;
  readonly tags: readonly ScalarTag[];
}

/** Groups in the order loss, accuracy, others as listed. */
export function groupScalars(tags: readonly ScalarTag[]): ScalarGroup[] {
  const groups = new Map<string, ScalarTag[]>([
    ["loss", []],
    ["accuracy", []],
  ]);
  for (const tag of tags) {
    const title = groupOf(tag);
    groups.set(title, [...(groups.get(title) ?? []), tag]);
  }
  return [...groups].filter(([, members]) => members.length > 0).map(([title, members]) => ({ title, tags: members }));
}

/** Names within a group without the group's own word: `loss/train` and `loss/test` read `train` and `test`. Runs are told apart when several are in it. */
export function curveName(tag: ScalarTag, group: ScalarGroup): string {
  const shared = group.tags.some((other) => other.name === tag.name && other.run !== tag.run);
  const short = tag.name
    .split("/")
    .filter((part) => part.toLowerCase() !== group.title)
    .join("/");
  const name = short === "" ? tag.name : short;
  return shared ? `${name} (${tag.run})` : name;
}

/** Index of the last entry at or before a step, or −1. */
export function indexAt(xs: readonly number[], step: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The latest value at or before a step: what was known then. */
export const valueAt = ({ xs, ys }: Pick<Curve, "xs" | "ys">, step: number): number | null => ys[indexAt(xs, step)] ?? null;

/** TensorBoard keeps steps as logged; uPlot wants them ascending and once each (the latest wins, as after a resumed run). */
export function ascending({ steps, values }: Scalars): Pick<Curve, "xs" | "ys"> {
  const latest = new Map<number, number | null>();
  steps.forEach((step, index) => latest.set(step, values[index] ?? null));
  const sorted = [...latest].sort(([a], [b]) => a - b);
  return { xs: sorted.map(([step]) => step), ys: sorted.map(([, value]) => value) };
}

/**
 * TensorBoard's smoothing: an exponential moving average, divided by the weight that has gathered so far, so that a curve does not start
 * from zero. Worked: weight 0.5 over 2, 4 gives 2 and (0.25·2 + 0.5·4) / 0.75 = 3.33. Gaps stay gaps; a constant stays as it is.
 */
export function smoothed(ys: readonly (number | null)[], weight: number): (number | null)[] {
  let last = 0;
  let gathered = 0;
  return ys.map((value) => {
    if (value === null || !Number.isFinite(value)) return value;
    last = last * weight + (1 - weight) * value;
    gathered = gathered * weight + (1 - weight);
    return last / gathered;
  });
}

/** Each line smoothed, with what was logged faint behind it. */
export function withSmoothing(chart: Chart, weight: number): Chart {
  if (weight <= 0) return chart;
  const raw = chart.curves.filter(({ dashed }) => !dashed).map((curve) => ({ ...curve, faint: true }));
  return {
    ...chart,
    curves: [...raw, ...chart.curves.map((curve) => (curve.dashed ? curve : { ...curve, ys: smoothed(curve.ys, weight) }))],
  };
}

const isPositive = (value: number | null): value is number => value !== null && value > 0;

export const hasPositive = ({ curves }: Chart): boolean => curves.some(({ ys }) => ys.some(isPositive));

/** What a logarithmic axis can show: values that are not positive are gaps. */
export const positiveOnly = (chart: Chart): Chart => ({
  ...chart,
  curves: chart.curves.map((curve) => ({ ...curve, ys: curve.ys.map((value) => (isPositive(value) ? value : null)) })),
});

/** All curves of a chart over one ascending list of steps; a curve without a value there has undefined, which leaves its line whole. */
export function align(curves: readonly Curve[]): { xs: number[]; columns: (number | null | undefined)[][] } {
  const xs = [...new Set(curves.flatMap((curve) => curve.xs))].sort((a, b) => a - b);
  const columns = curves.map((curve) => {
    const byStep = new Map(curve.xs.map((step, index) => [step, curve.ys[index]]));
    return xs.map((step) => byStep.get(step));
  });
  return { xs, columns };
}

/** What each curve says at a step, as text. */
export const readings = ({ curves }: Chart, step: number): string[] => curves.map((curve) => formatValue(valueAt(curve, step)));

/**
 * The same name in the same colour in all charts, as far as that keeps the names of a chart apart. Curves of a chart that share a colour, such as a
 * split and its chance, go on sharing it, under the first one's name.
 */
export function agreeColours(charts: readonly Chart[]): Chart[] {
  const known = new Map<string, number>();
  return charts.map((chart) => {
    const names = new Map<number, string>();
    for (const { colour, name } of chart.curves) if (!names.has(colour)) names.set(colour, name);
    const given = new Map<number, number>();
    const taken = new Set<number>();
    const give = (colour: number, chosen: number): void => {
      given.set(colour, chosen);
      taken.add(chosen);
    };
    for (const [colour, name] of names) {
      const own = known.get(name);
      if (own !== undefined && !taken.has(own)) give(colour, own);
    }
    let free = 0;
    for (const [colour, name] of names) {
      if (given.has(colour)) continue;
      while (taken.has(free)) free++;
      give(colour, free);
      if (!known.has(name)) known.set(name, free);
    }
    return { ...chart, curves: chart.curves.map((curve) => ({ ...curve, colour: given.get(curve.colour) ?? curve.colour })) };
  });
}
