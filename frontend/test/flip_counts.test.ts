import { describe, expect, it } from "vitest";
import { flipsUntil, usualFlips } from "../src/page/flip_counts";

describe("flips of each sample", () => {
  const predictions = [Uint8Array.of(0, 1, 2), Uint8Array.of(0, 2, 1), Uint8Array.of(0, 2, 2)];

  it("are counted up to a step", () => {
    expect([0, 1, 2].map((index) => [...flipsUntil(predictions, index)])).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [0, 1, 2],
    ]);
    expect([...flipsUntil([null], 0)]).toEqual([]);
  });

  it("are shown on a scale that a few wavering samples do not stretch", () => {
    expect(usualFlips(Uint32Array.from({ length: 1000 }, (_, at) => (at < 5 ? 90 : 3)))).toBe(3);
    expect(usualFlips(Uint32Array.of(0, 0))).toBe(1);
    expect(usualFlips(Uint32Array.of(0, 10))).toBe(10); // 9.8 between the two, as numpy's quantile has it
  });
});
