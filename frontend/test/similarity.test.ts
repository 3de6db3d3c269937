import { describe, expect, it } from "vitest";
import { cellAt, mostAlike, nearestCell, paint, placeOf, type Similarity, scaleOf, valueAt } from "../src/compare/similarity";
import { viridis } from "../src/palette";

const found: Similarity = {
  steps: [0, 10, 30],
  with_steps: [0, 5],
  cka: [
    [0.45, 0.7],
    [null, 0.8],
    [1, 0.6],
  ],
  n_matched: 9,
  n_used: 9,
};

describe("the map of similarities", () => {
  it("lays the first film's steps from left to right and those beside from the bottom up", () => {
    const pixels = paint(found);
    const at = (x: number, y: number): number[] => [...pixels.subarray(4 * (y * 3 + x), 4 * (y * 3 + x) + 4)];
    expect(at(2, 1)).toEqual([...viridis(1), 255]);
    expect(at(0, 0)).toEqual([...viridis((0.7 - 0.4) / 0.6), 255]);
    expect(at(1, 1)).toEqual([0, 0, 0, 0]);
  });

  it("has a scale from a tenth at or below the lowest value, never below none, to one", () => {
    expect(scaleOf(found)).toEqual({ low: 0.4, high: 1 });
    expect(scaleOf({ ...found, cka: [[-0.02]] }).low).toBe(0);
    expect(scaleOf({ ...found, cka: [[1]] }).low).toBe(0.9);
    expect(scaleOf({ ...found, cka: [[null]] }).low).toBe(0.9);
  });

  it("finds the cell under the pointer, and none beyond the sides", () => {
    expect([0, 0.3, 0.34, 0.99, 1, 1.5, -1].map((place) => cellAt(place, 3))).toEqual([0, 0, 1, 2, 2, 2, 0]);
  });

  it("puts a step in the middle of its cell, and a step between two between their cells", () => {
    expect(placeOf(0, found.steps)).toBeCloseTo(0.5 / 3);
    expect(placeOf(20, found.steps)).toBeCloseTo(2 / 3);
    expect(placeOf(99, found.steps)).toBeCloseTo(2.5 / 3);
    expect(nearestCell(24, found.steps)).toBe(2);
  });

  it("knows the step beside that is most like a step", () => {
    expect(mostAlike(found, 0)).toEqual({ there: 1, value: 0.7 });
    expect(mostAlike(found, 1)).toEqual({ there: 1, value: 0.8 });
    expect(mostAlike(found, 2)).toEqual({ there: 0, value: 1 });
    expect(mostAlike({ ...found, cka: [[null, null]] }, 0)).toBeNull();
    expect(valueAt(found, 9, 0)).toBeNull();
  });
});
