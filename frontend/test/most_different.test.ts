import { describe, expect, it } from "vitest";
import { mostDifferent } from "../src/compare/most_different";
import { seeded } from "./bytes";

describe("the most different samples", () => {
  it("come by falling difference, and by position where that is the same", () => {
    expect([...mostDifferent(Uint8Array.of(10, 254, 0, 255, 10, 200), 10)]).toEqual([1, 5, 0, 4]);
  });

  it("are those that sorting all would find", () => {
    const random = seeded(4);
    const values = Uint8Array.from({ length: 5000 }, () => 256 * random());
    const sorted = [...values.keys()]
      .filter((i) => values[i] !== 0 && values[i] !== 255)
      .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
    expect([...mostDifferent(values, 300)]).toEqual(sorted.slice(0, 300));
  });

  it("are none where nothing differs or nothing is in both", () => {
    expect(mostDifferent(Uint8Array.of(0, 0, 255), 10)).toHaveLength(0);
  });
});
