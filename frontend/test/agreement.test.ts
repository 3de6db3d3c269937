import { describe, expect, it } from "vitest";
import { agreementOf, joinNames, OUTCOMES, type Side } from "../src/compare/agreement";

/** Samples of two splits, the last of the second; predictions and labels as given. */
function side(prediction: number[], label: number[], kinds = [0, 1, 2]): Side {
  const n = prediction.length;
  return {
    samples: {
      n,
      id: Int32Array.from(prediction.keys()),
      label: Int32Array.from(label),
      split: Uint8Array.from({ length: n }, (_, sample) => (sample === n - 1 ? 1 : 0)),
    },
    frame: {
      nSamples: n,
      xy: new Uint16Array(2 * n),
      prediction: Uint8Array.from(prediction),
      confidence: null,
      territory: null,
    },
    kinds: Int32Array.from(kinds),
  };
}

const SAME = Int32Array.from([0, 1, 2, 3, 4]);

describe("agreement of two films' predictions", () => {
  const label = [0, 1, 2, 0, -1];
  const found = agreementOf(side([0, 1, 0, 1, 2], label), side([0, 2, 2, 1, 2], label), SAME, null, 10);

  it("counts what both predict, class by class", () => {
    expect([found?.count, found?.agreed]).toEqual([5, 3]);
    expect(found?.rows).toEqual([0, 1, 2]);
    const table = [0, 1, 2].map((row) => [0, 1, 2].map((column) => found?.at(row, column)));
    expect(table).toEqual([
      [1, 0, 1],
      [0, 1, 1],
      [0, 0, 1],
    ]);
    expect(found?.largest).toBe(1);
  });

  it("tells who is right of the samples that have a label", () => {
    expect(OUTCOMES).toEqual(["both right", "only here right", "only beside right", "both wrong"]);
    expect(found?.outcomes).toEqual([1, 1, 1, 1]);
    expect([0, 1, 2, 3].map((outcome) => [...(found?.ofOutcome(outcome) ?? [])])).toEqual([[0], [1], [2], [3]]);
  });

  it("names the samples of a cell by their positions in the first film", () => {
    expect([...(found?.predicted(0, 2) ?? [])]).toEqual([2]);
    expect([...(found?.predicted(2, 0) ?? [])]).toEqual([]);
  });

  it("pairs samples by the match and leaves out those without one, and those of other splits", () => {
    const match = Int32Array.from([4, -1, 2, 1, 0]);
    const moved = agreementOf(side([0, 1, 2, 0, 1], label), side([1, 0, 2, 2, 0], label), match, null, 10);
    expect([moved?.count, moved?.agreed]).toEqual([4, 4]);
    const train = agreementOf(side([0, 1, 2, 0, 1], label), side([1, 0, 2, 2, 0], label), match, 0, 10);
    expect(train?.count).toBe(3);
  });

  it("takes classes of other numbers for the same by their names", () => {
    const { names, kinds } = joinNames(["cat", "dog"], ["dog", "emu", "cat"]);
    expect(names).toEqual(["cat", "dog", "emu"]);
    expect([...kinds]).toEqual([1, 2, 0]);
    const renamed = agreementOf(
      side([0, 1, 1, 0, 0], [0, 0, 0, 0, 0]),
      side([2, 0, 1, 0, 2], [2, 2, 2, 2, 0], [...kinds]),
      SAME,
      null,
      10,
    );
    expect([renamed?.agreed, renamed?.at(1, 2), renamed?.relabelled]).toEqual([3, 1, 1]);
  });

  it("knows classes by their place where a name comes twice", () => {
    const { names, kinds } = joinNames(["cat", "cat"], ["dog", "cat", "emu"]);
    expect(names).toEqual(["cat", "cat", "emu"]);
    expect([...kinds]).toEqual([0, 1, 2]);
  });

  it("shows the classes that occur most, and says how many it leaves out", () => {
    const few = agreementOf(side([0, 0, 1, 2, 2], label), side([0, 0, 0, 0, 1], label), SAME, null, 1);
    expect([few?.rows, few?.columns, few?.omitted]).toEqual([[0], [0], 3]);
  });

  it("is not known where a film has no predictions", () => {
    const bare = side([0, 1, 2, 0, 1], label);
    expect(agreementOf({ ...bare, frame: { ...bare.frame, prediction: null } }, bare, SAME, null, 10)).toBeNull();
  });
});
