import { describe, expect, it } from "vitest";
import { advance, cursorAt, instantLabel, jump, locate, stepAt } from "../src/timeline";

const steps = [0, 500, 1000, 1010];
const all = { count: 4, loop: false, span: { first: 0, last: 3 }, isLoaded: () => true };

describe("a cursor over the indices of steps", () => {
  it("names the steps around it and the nearer one", () => {
    expect(locate(1.7, 4)).toEqual({ a: 1, b: 2, fraction: expect.closeTo(0.7), nearest: 2 });
    expect(locate(3, 4)).toEqual({ a: 3, b: 3, fraction: 0, nearest: 3 });
    expect(locate(99, 4).a).toBe(3);
  });

  it("stays at zero in a film of one step and in none", () => {
    expect(locate(5, 1)).toEqual({ a: 0, b: 0, fraction: 0, nearest: 0 });
    expect(locate(5, 0).a).toBe(0);
  });

  it("labels instants between steps as such, with the steps' own numbers", () => {
    expect(instantLabel(1.3, steps)).toBe("step 500 → 1000 (30 %)");
    expect(instantLabel(2, steps)).toBe("step 1000");
    expect(instantLabel(1.999, steps)).toBe("step 1000");
  });

  it("maps to step numbers and back, over uneven gaps", () => {
    for (const cursor of [0, 0.5, 1.25, 2.9, 3]) expect(cursorAt(stepAt(cursor, steps), steps)).toBeCloseTo(cursor);
    expect(cursorAt(-4, steps)).toBe(0);
    expect(cursorAt(5000, steps)).toBe(3);
  });

  it("jumps land on real steps", () => {
    expect(jump(1.4, 1, 4)).toBe(2);
    expect(jump(1.4, -1, 4)).toBe(1);
    expect(jump(1, -10, 4)).toBe(0);
  });
});

describe("advance", () => {
  it("stops at the last step", () => {
    expect(advance(2.5, 3, all)).toEqual({ cursor: 3, waiting: false, ended: true });
  });

  it("goes on at the first step in a loop", () => {
    expect(advance(2.75, 0.5, { ...all, loop: true }).cursor).toBeCloseTo(0.25);
  });

  it("waits at the last loaded step instead of entering a missing one", () => {
    expect(advance(0.5, 2, { ...all, isLoaded: (index) => index < 2 })).toEqual({ cursor: 1, waiting: true, ended: false });
  });

  it("waits for the first frame before it starts over", () => {
    const next = advance(3, 0.2, { ...all, loop: true, isLoaded: (index) => index > 0 });
    expect(next).toEqual({ cursor: 3, waiting: true, ended: false });
  });

  it("goes round the span of a loop, from wherever it comes", () => {
    const inside = { ...all, loop: true, span: { first: 1, last: 2 } };
    expect(advance(1.75, 0.5, inside).cursor).toBeCloseTo(1.25);
    expect(advance(0.5, 0.75, inside).cursor).toBeCloseTo(1.25);
    expect(advance(2.9, 0.5, inside).cursor).toBeCloseTo(1.5);
  });

  it("ends at once in a film of one step", () => {
    expect(advance(0, 1, { ...all, count: 1 })).toEqual({ cursor: 0, waiting: false, ended: true });
  });
});
