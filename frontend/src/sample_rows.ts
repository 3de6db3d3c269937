/** Samples as rows of a table: their values at a step, in an order, as CSV, and counted by label and prediction. Pure. */
import type { Frame, Samples } from "./binary";
import { cell } from "./csv";

export const COLUMNS = ["id", "label", "prediction", "confidence", "split"] as const;
export type Column = (typeof COLUMNS)[number];

/** The columns that tell anything: not one of what was not logged, nor of a single split. */
export const columnsOf = (labelled: boolean, predicted: boolean, nSplits: number): readonly Column[] =>
  COLUMNS.filter((name) => (name === "id" ? true : name === "label" ? labelled : name === "split" ? nSplits > 1 : predicted));

export interface Order {
  readonly column: Column;
  readonly descending: boolean;
}

/** Whether a column's values change with the step. */
export const isOfStep = (column: Column): boolean => column === "prediction" || column === "confidence";

/** A sample's value as a number; −1 where there is none. */
export function cellOf(column: Column, sample: number, samples: Samples, frame: Frame | null): number {
  switch (column) {
    case "id":
      return samples.id[sample] ?? -1;
    case "label":
      return samples.label[sample] ?? -1;
    case "prediction":
      return frame?.prediction?.[sample] ?? -1;
    case "confidence":
      return frame?.confidence?.[sample] ?? -1;
    case "split":
      return samples.split[sample] ?? -1;
  }
}

const COUNTED = 2 ** 17; // distinct values up to which counting them beats sorting

/** Positions, which come in order, ordered by a column, or by whole numbers of all samples; in order among equals. Counted where values are few, so 100,000 take milliseconds. */
export function ordered(
  positions: Uint32Array,
  { column, descending }: Order,
  samples: Samples,
  frame: Frame | null,
  ranks: Float64Array | null = null,
): Uint32Array {
  const valueFor = (sample: number): number => (ranks === null ? cellOf(column, sample, samples, frame) : (ranks[sample] ?? 0));
  const values = Float64Array.from(positions, (sample) => (descending ? -1 : 1) * valueFor(sample));
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (high - low >= COUNTED) {
    return Uint32Array.from(values.keys())
      .sort((first, second) => (values[first] ?? 0) - (values[second] ?? 0) || first - second)
      .map((at) => positions[at] ?? 0);
  }
  const starts = new Uint32Array(positions.length === 0 ? 1 : high - low + 2);
  for (const value of values) starts[value - low + 1] = (starts[value - low + 1] ?? 0) + 1;
  for (let at = 1; at < starts.length; at++) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
  const rows = new Uint32Array(positions.length);
  values.forEach((value, at) => {
    const row = starts[value - low] ?? 0;
    rows[row] = positions[at] ?? 0;
    starts[value - low] = row + 1;
  });
  return rows;
}

export interface Confusion {
  /** Classes (−1 = none) that occur, most frequent first as far as they are shown, then in order. */
  readonly labels: readonly number[];
  readonly predictions: readonly number[];
  count(label: number, prediction: number): number;
  readonly largest: number;
  /** Classes that occur and are left out. */
  readonly omitted: number;
}

/** Count positions by label and prediction, for the classes that occur most. */
export function confusionOf(positions: Uint32Array, samples: Samples, frame: Frame, nClasses: number, limit: number): Confusion {
  const side = nClasses + 1; // the last stands for none
  const at = (kind: number): number => (kind >= 0 && kind < nClasses ? kind : nClasses);
  const cells = new Map<number, number>();
  const totals = [new Map<number, number>(), new Map<number, number>()] as const;
  const bump = (counts: Map<number, number>, key: number): void => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  for (const sample of positions) {
    const label = at(samples.label[sample] ?? -1);
    const prediction = at(frame.prediction?.[sample] ?? -1);
    bump(cells, label * side + prediction);
    bump(totals[0], label);
    bump(totals[1], prediction);
  }
  const shown = totals.map((counts) =>
    [...counts]
      .sort((first, second) => second[1] - first[1])
      .slice(0, limit)
      .map(([kind]) => kind)
      .sort((first, second) => first - second),
  );
  const name = (kind: number): number => (kind === nClasses ? -1 : kind);
  return {
    labels: (shown[0] ?? []).map(name),
    predictions: (shown[1] ?? []).map(name),
    count: (label, prediction) => cells.get(at(label) * side + at(prediction)) ?? 0,
    largest: Math.max(1, ...cells.values()),
    omitted: totals.reduce((sum, counts, axis) => sum + counts.size - (shown[axis]?.length ?? 0), 0),
  };
}

export interface CsvSource {
  readonly samples: Samples;
  readonly frame: Frame;
  readonly step: number;
  readonly extent: readonly number[];
  /** Without classes there are no columns of labels, predictions and confidences. */
  readonly hasClasses: boolean;
  className(index: number): string;
  splitName(index: number): string;
  /** Columns of the samples. */
  readonly more: readonly { readonly name: string; cell(sample: number): string }[];
}

/** One line per sample: id, label, split, step, x, y, prediction, confidence, and its columns under names that are free; empty where there is none. */
export function csvOf(positions: Uint32Array, source: CsvSource): string {
  const { samples, frame, extent } = source;
  const [left = 0, right = 1, bottom = 0, top = 1] = extent;
  const name = (kind: number): string => (kind < 0 ? "" : cell(source.className(kind)));
  const head = ["id", ...(source.hasClasses ? ["label"] : []), "split", "step", "x", "y"];
  if (source.hasClasses) head.push("prediction", "confidence");
  for (const { name } of source.more) {
    let free = name;
    while (head.includes(free)) free = `column.${free}`;
    head.push(free);
  }
  const lines = [head.map(cell).join(",")];
  for (const sample of positions) {
    const x = left + ((right - left) * (frame.xy[2 * sample] ?? 0)) / 65535;
    const y = bottom + ((top - bottom) * (frame.xy[2 * sample + 1] ?? 0)) / 65535;
    const confidence = frame.confidence?.[sample];
    lines.push(
      [
        samples.id[sample],
        ...(source.hasClasses ? [name(samples.label[sample] ?? -1)] : []),
        cell(source.splitName(samples.split[sample] ?? 0)),
        source.step,
        x.toFixed(5),
        y.toFixed(5),
        ...(source.hasClasses
          ? [name(frame.prediction?.[sample] ?? -1), confidence === undefined ? "" : (confidence / 255).toFixed(3)]
          : []),
        ...source.more.map((column) => cell(column.cell(sample))),
      ].join(","),
    );
  }
  return `${lines.join("\n")}\n`;
}
