import { describe, expect, it } from "vitest";
import { formatRange, type LoopRange, parseRange, spanOf, withEnd } from "../src/loop";

const steps = [0, 100, 200, 1000];

describe("a loop range", () => {
  it("covers the steps it names, and all of a film where it names none", () => {
    expect(spanOf({ from: 100, to: 200 }, steps)).toEqual({ first: 1, last: 2 });
    expect(spanOf({ from: 100, to: null }, steps)).toEqual({ first: 1, last: 3 });
    expect(spanOf(null, steps)).toEqual({ first: 0, last: 3 });
    expect(spanOf(null, [])).toEqual({ first: 0, last: 0 });
  });

  it("covers all of a film that it lies outside of", () => {
    expect(spanOf({ from: 5000, to: 6000 }, steps)).toEqual({ first: 0, last: 3 });
  });

  it("keeps its place in a film with more steps", () => {
    expect(spanOf({ from: 100, to: 200 }, [0, 50, 100, 150, 200, 1000])).toEqual({ first: 2, last: 4 });
  });

  it("has no end where the film ends", () => {
    expect(withEnd({ from: 100, to: null }, "from", 0, steps)).toBeNull();
    expect(withEnd({ from: 100, to: 200 }, "to", 3, steps)).toEqual({ from: 100, to: null });
  });

  it("lets the other end go when one is moved past it, and never shrinks to one step", () => {
    expect(withEnd({ from: null, to: 100 }, "from", 2, steps)).toEqual({ from: 200, to: null });
    expect(withEnd({ from: 100, to: 200 }, "to", 1, steps)).toEqual({ from: null, to: 100 });
    expect(withEnd(null, "from", 3, steps)).toEqual({ from: 200, to: null });
    expect(withEnd(null, "to", 0, steps)).toEqual({ from: null, to: 100 });
    expect(withEnd(null, "from", 0, [7])).toBeNull();
  });

  it("survives a link, and nonsense in a link is no range", () => {
    const ranges: LoopRange[] = [
      { from: 1, to: 20 },
      { from: -3, to: null },
      { from: null, to: 9 },
    ];
    for (const range of ranges) expect(parseRange(formatRange(range) ?? "")).toEqual(range);
    for (const raw of ["", "..", "5", "9..2", "a..b", "1..2..3"]) expect(parseRange(raw)).toBeNull();
  });
});
