import { describe, expect, it } from "vitest";
import { nearRows, ownSentence, ownWords, rangesText, recallSentence, recallThroughTime } from "../src/insight/near";

describe("the nearest through time", () => {
  it("marks who was not there at the step before", () => {
    const rows = nearRows([
      { step: 1, positions: [[4, 7]], distances: [[0.5, null]] },
      { step: 5, positions: [[7, 9]], distances: [[0.25, 1]] },
      { step: 9, positions: [[9, 7]], distances: [[0.25, 1]] },
    ]);
    expect(rows.map(({ step, nNew }) => [step, nNew])).toEqual([
      [1, null],
      [5, 1],
      [9, 0],
    ]);
    expect(rows[0]?.neighbors.map(({ isNew }) => isNew)).toEqual([false, false]);
    expect(rows[0]?.neighbors[1]?.distance).toBeNull();
    expect(rows[1]?.neighbors).toEqual([
      { sample: 7, distance: 0.25, isNew: false },
      { sample: 9, distance: 1, isNew: true },
    ]);
  });

  it("may be of nobody", () => {
    expect(nearRows([{ step: 1, positions: [[]], distances: [[]] }])).toEqual([{ step: 1, neighbors: [], nNew: null }]);
    expect(nearRows([])).toEqual([]);
  });
});

describe("the nearest in another run", () => {
  it("are told with how often samples find themselves there, and by chance", () => {
    const found = {
      step: 1,
      with_step: 1,
      positions: [],
      distances: [],
      own: [],
      n_matched: 1797,
      n_anchors: 997,
      recall: 0.86,
      recall_by_chance: 0.00836,
    };
    expect(recallSentence(found, 10)).toBe(
      "Tied together by 997 samples of 1,797 in common; of others 86 % find themselves among the 10 nearest (by chance 0.8 %).",
    );
    expect(recallSentence({ ...found, recall: null }, 10)).toMatch(/in common\.$/);
    const early = { ...found, recall: 0.012 };
    expect(recallThroughTime([early, { ...found, recall: null }, found], 10)).toBe(
      "Of others 1 % to 86 %, by the step, find themselves among the 10 nearest (by chance 0.8 %).",
    );
    expect(recallThroughTime([found], 10)).toMatch(/^Of others 86 % find/);
    expect(recallThroughTime([{ ...found, recall: null }], 10)).toBe("");
    expect([1, 1234, null].map(ownWords)).toEqual(["1", "1,234", ""]);
    expect(ownSentence(1, 1797)).toBe("The sample itself is the nearest there.");
    expect(ownSentence(12, 1797)).toBe("The sample itself is number 12 of 1,797 there; by chance 899.");
    expect(ownSentence(null, 9)).toMatch(/has not this sample/);
  });
});

describe("samples in an address", () => {
  it("are ranges, unless they are too scattered for one", () => {
    const pieces = [
      [3, 3],
      [5, 9],
    ] as const;
    expect(rangesText(pieces, 5)).toBe("3,5-9");
    expect(rangesText(pieces, 4)).toBeNull();
    expect(rangesText([], 4)).toBe("");
  });
});
