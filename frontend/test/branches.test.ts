import { describe, expect, it } from "vitest";
import { columnsOf, drawnIn, type Lane, lanesOf, nearestOf, type Run, sharers, shownColumns, stepAt } from "../src/branches/tree";

const run = (name: string, steps: number[], fork: Run["fork"] = null): Run => ({ run: name, tag: "probe", steps, fork });
const left = (name: string, step: number, own_step = step): Run["fork"] => ({ run: name, step, own_step });

// 1 → 2 → 3 → 4 → 5, 3 → 6 → 7, 1 → 8
const TREE = [run("e5", [1, 2, 3, 4, 5]), run("e7", [1, 2, 3, 6, 7], left("e5", 3)), run("e8", [1, 8], left("e5", 1))];

const drawn = (lanes: readonly Lane[], at: number): (number | undefined)[] => {
  const lane = lanes[at];
  return lane === undefined ? [] : shownColumns(lanes, at, 1).map((column) => stepAt(lane, column));
};

describe("lanes of a tree", () => {
  it("have each step once, below the run that they left, those that left later first", () => {
    const lanes = lanesOf([...TREE].reverse());
    expect(lanes.map(({ run }) => run)).toEqual(["e5", "e7", "e8"]);
    expect([0, 1, 2].map((at) => drawn(lanes, at))).toEqual([[1, 2, 3, 4, 5], [6, 7], [8]]);
    expect(lanes.map(({ fork }) => fork)).toEqual([-1, 2, 0]);
    expect(columnsOf(lanes)).toBe(5);
  });

  it("stand under the same moment though a branch counts from 1", () => {
    const lanes = lanesOf([run("a", [10, 20, 30]), run("b", [1, 2, 3, 4], left("a", 20, 2))]);
    expect(drawn(lanes, 1)).toEqual([3, 4]);
    expect(shownColumns(lanes, 1, 1)).toEqual([2, 3]);
    expect(drawnIn(lanes, 1, 1)).toBe(0);
  });

  it("of a branch of a branch lead back to the root", () => {
    const lanes = lanesOf([...TREE, run("e9", [1, 2, 3, 6, 9], left("e7", 6))]);
    const at = lanes.findIndex(({ run }) => run === "e9");
    expect([0, 2, 3, 4].map((column) => lanes[drawnIn(lanes, at, column)]?.run)).toEqual(["e5", "e5", "e7", "e9"]);
    expect([0, 2].map((column) => sharers(lanes, 0, column))).toEqual([4, 3]);
    expect(sharers(lanes, 1, 3)).toBe(2);
  });

  it("are drawn though a run lacks the step at which it left, or steps at all", () => {
    const lanes = lanesOf([run("a", [5, 6]), run("b", [1, 7], left("a", 3, 1)), run("c", [], left("a", 5))]);
    expect(lanes.map(({ run }) => run)).toEqual(["a", "c", "b"]);
    expect([drawn(lanes, 2), drawn(lanes, 1)]).toEqual([[7], []]);
  });

  it("are none where nothing is at the root", () => {
    expect(lanesOf([run("a", [1], left("b", 1)), run("b", [1], left("a", 1))])).toEqual([]);
    expect(lanesOf([])).toEqual([]);
  });
});

describe("columns that there is room for", () => {
  const lanes = lanesOf([
    run(
      "a",
      Array.from({ length: 50 }, (_, step) => step),
    ),
    run("b", [0, 70], left("a", 13)),
  ]);

  it("are the last, those that lanes leave and the first, and others between", () => {
    const shown = shownColumns(lanes, 0, 6);
    expect(shown).toEqual([0, 6, 13, 19, 25, 31, 37, 43, 49]);
    expect(shown.every((column, at) => at === 0 || column - (shown[at - 1] ?? 0) >= 6)).toBe(true);
  });

  it("are found again by the nearest", () => {
    expect(nearestOf([0, 6, 13], 10)).toBe(13);
    expect(nearestOf([], 3)).toBeUndefined();
  });
});
