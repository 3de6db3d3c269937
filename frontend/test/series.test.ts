import { describe, expect, it } from "vitest";
import {
  agreeColours,
  align,
  ascending,
  curveName,
  groupScalars,
  hasPositive,
  indexAt,
  positiveOnly,
  smoothed,
  valueAt,
  withSmoothing,
} from "../src/series";

const tag = (name: string, run = "r") => ({ run, tag: name, name, preselected: false });

describe("grouping scalars", () => {
  it("puts losses in one chart, accuracies in another, and leaves the rest alone", () => {
    const names = ["lr", "loss/train", "val_accuracy", "epoch_loss", "acc/test", "lossy_ratio"];
    const groups = groupScalars(names.map((name) => tag(name)));
    expect(groups.map(({ title, tags }) => [title, tags.map(({ name }) => name)])).toEqual([
      ["loss", ["loss/train", "epoch_loss"]],
      ["accuracy", ["val_accuracy", "acc/test"]],
      ["lr", ["lr"]],
      ["lossy_ratio", ["lossy_ratio"]],
    ]);
  });

  it("names curves without the group's word, and by run where names repeat", () => {
    const [loss] = groupScalars([
      tag("loss/train"),
      tag("loss/test"),
      tag("epoch_loss", "r/train"),
      tag("epoch_loss", "r/validation"),
    ]);
    expect(loss?.tags.map((member) => curveName(member, loss))).toEqual([
      "train",
      "test",
      "epoch_loss (r/train)",
      "epoch_loss (r/validation)",
    ]);
  });
});

describe("reading curves", () => {
  const curve = { xs: [0, 10, 20], ys: [1, null, 3] };

  it("says what was known at a step, and nothing before the first", () => {
    expect(valueAt(curve, 9)).toBe(1);
    expect(valueAt(curve, 20)).toBe(3);
    expect(valueAt(curve, -1)).toBeNull();
    expect(indexAt(curve.xs, 10)).toBe(1);
  });

  it("orders steps and lets the latest of equal ones win", () => {
    expect(ascending({ steps: [0, 5, 3, 5], values: [1, 2, 9, 4], wall_times: [] })).toEqual({ xs: [0, 3, 5], ys: [1, 9, 4] });
  });

  it("aligns curves of different steps without inventing values", () => {
    const base = { name: "", dashed: false, colour: 0 };
    const { xs, columns } = align([
      { ...base, xs: [0, 2], ys: [5, null] },
      { ...base, xs: [1], ys: [7] },
    ]);
    expect(xs).toEqual([0, 1, 2]);
    expect(columns).toEqual([
      [5, undefined, null],
      [undefined, 7, undefined],
    ]);
  });
});

describe("smoothing", () => {
  it("is the moving average of the past, without its pull to zero", () => {
    expect(smoothed([2, 4], 0.5)).toEqual([2, expect.closeTo(10 / 3)]);
    expect(smoothed([3, 1, 2], 0)).toEqual([3, 1, 2]);
  });

  it("leaves a constant as it is from its first value on", () => {
    for (const value of smoothed([7, 7, 7, 7], 0.99)) expect(value).toBeCloseTo(7);
  });

  it("leaves gaps as gaps, which weigh nothing", () => {
    expect(smoothed([2, null, 4], 0.5)).toEqual([2, null, expect.closeTo(10 / 3)]);
  });

  it("keeps what was logged, faint behind the line, and touches no dashed line", () => {
    const line = { name: "a", xs: [0, 1], ys: [0, 1], dashed: false, colour: 0 };
    const chance = { name: "chance", xs: [0, 1], ys: [0, 1], dashed: true, colour: 0 };
    const chart = { title: "t", curves: [line, chance] };
    const { curves } = withSmoothing(chart, 0.5);
    expect(curves).toEqual([{ ...line, faint: true }, { ...line, ys: [0, expect.closeTo(2 / 3)] }, chance]);
    expect(withSmoothing(chart, 0)).toBe(chart);
  });
});

describe("a logarithmic axis", () => {
  it("shows positive values and leaves gaps for others", () => {
    const chart = { title: "t", curves: [{ name: "a", xs: [0, 1, 2], ys: [0, -1, 2], dashed: false, colour: 0 }] };
    expect(hasPositive(chart)).toBe(true);
    expect(positiveOnly(chart).curves[0]?.ys).toEqual([null, null, 2]);
    expect(hasPositive({ ...chart, curves: chart.curves.map((curve) => ({ ...curve, ys: [0, null, -3] })) })).toBe(false);
  });
});

describe("colours of the charts", () => {
  const curve = (name: string, colour: number) => ({ name, xs: [0], ys: [0], dashed: false, colour });
  const coloursOf = (charts: readonly { name: string; colour: number }[][]): Record<string, number>[] =>
    agreeColours(
      charts.map((curves, at) => ({ title: `${at}`, curves: curves.map(({ name, colour }) => curve(name, colour)) })),
    ).map(({ curves }) => Object.fromEntries(curves.map(({ name, colour }) => [name, colour])));

  it("are one and the same for a name, whatever its place in a chart", () => {
    const charts = [
      [curve("test", 0), curve("train", 1)],
      [curve("train", 0), curve("test", 1)],
    ];
    expect(coloursOf(charts)).toEqual([
      { test: 0, train: 1 },
      { test: 0, train: 1 },
    ]);
  });

  it("tell the names of a chart apart before they agree with another chart", () => {
    const charts = [[curve("loss", 0)], [curve("accuracy", 0)], [curve("accuracy", 0), curve("loss", 1), curve("f1", 2)]];
    const [, , both] = coloursOf(charts);
    expect(new Set(Object.values(both ?? {})).size).toBe(3);
    expect(both?.accuracy).toBe(0);
  });

  it("stay with what belongs to a curve", () => {
    const chance = { ...curve("train, chance", 0), dashed: true };
    const charts = [
      [curve("test", 0), curve("train", 1)],
      [curve("train", 0), chance],
    ];
    expect(coloursOf(charts)[1]).toEqual({ train: 1, "train, chance": 1 });
  });
});
