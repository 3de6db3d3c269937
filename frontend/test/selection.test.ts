import { describe, expect, it } from "vitest";
import { combined, dragOf, howOfClick, inverted, NOTHING, ofPositions, positionsOf } from "../src/selection";

const keys = { shiftKey: false, altKey: false, ctrlKey: false, metaKey: false };

describe("a selection", () => {
  const some = ofPositions(6, [1, 4, 4, 9, -1]);

  it("counts each sample once and none that does not exist", () => {
    expect(some.count).toBe(2);
    expect([...positionsOf(some)]).toEqual([1, 4]);
  });

  it("is replaced, added to and subtracted from by hits", () => {
    const hits = Uint8Array.of(1, 1, 0, 0, 0, 0);
    const result = (how: "replace" | "add" | "subtract"): number[] => [...positionsOf(combined(some, hits, how))];
    expect(result("replace")).toEqual([0, 1]);
    expect(result("add")).toEqual([0, 1, 4]);
    expect(result("subtract")).toEqual([4]);
    expect(combined(some, hits, "subtract").count).toBe(1);
  });

  it("of nothing takes hits like any other", () => {
    expect([...positionsOf(combined(NOTHING, Uint8Array.of(0, 1), "add"))]).toEqual([1]);
    expect(combined(NOTHING, Uint8Array.of(0, 1), "subtract").count).toBe(0);
  });

  it("turns inside out, also the empty one", () => {
    expect([...positionsOf(inverted(6, some))]).toEqual([0, 2, 3, 5]);
    expect(inverted(6, NOTHING).count).toBe(6);
  });
});

describe("modifier keys", () => {
  it("of a click add with Ctrl, Cmd or Shift and take away with Alt", () => {
    expect(howOfClick(keys)).toBe("replace");
    expect(howOfClick({ ...keys, ctrlKey: true })).toBe("add");
    expect(howOfClick({ ...keys, metaKey: true })).toBe("add");
    expect(howOfClick({ ...keys, shiftKey: true })).toBe("add");
    expect(howOfClick({ ...keys, altKey: true })).toBe("subtract");
  });

  it("turn a pan into a box or a lasso", () => {
    expect(dragOf("pan", keys)).toEqual({ tool: "pan", how: "replace" });
    expect(dragOf("pan", { ...keys, shiftKey: true })).toEqual({ tool: "box", how: "replace" });
    expect(dragOf("pan", { ...keys, shiftKey: true, ctrlKey: true })).toEqual({ tool: "box", how: "add" });
    expect(dragOf("pan", { ...keys, shiftKey: true, altKey: true })).toEqual({ tool: "lasso", how: "replace" });
  });

  it("say what a box or a lasso does to what is selected", () => {
    expect(dragOf("box", { ...keys, metaKey: true })).toEqual({ tool: "box", how: "add" });
    expect(dragOf("lasso", { ...keys, altKey: true })).toEqual({ tool: "lasso", how: "subtract" });
  });
});
