import { describe, expect, it } from "vitest";
import { cursorOf, durationOf, evenly, fileName, gifDelay, nPictures } from "../src/export/plan";

const plan = { span: { first: 5, last: 20 }, stepsPerSecond: 4, fps: 30 };

describe("the pictures of a film file", () => {
  it("run from the first step to the last at the speed asked for", () => {
    expect(nPictures(plan)).toBe(114);
    expect(cursorOf(plan, 0)).toBe(5);
    expect(cursorOf(plan, 113)).toBe(20);
    expect(cursorOf(plan, 31) - cursorOf(plan, 30)).toBeCloseTo(4 / 30, 2);
    expect(durationOf(plan)).toBeCloseTo(15 / 4, 0);
  });

  it("are one where the film has one step", () => {
    const single = { ...plan, span: { first: 0, last: 0 } };
    expect(nPictures(single)).toBe(1);
    expect(cursorOf(single, 0)).toBe(0);
  });

  it("stand in a GIF for whole hundredths of a second that add up", () => {
    const delays = Array.from({ length: 60 }, (_, picture) => gifDelay(picture, 30));
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBe(2000);
    expect(new Set(delays)).toEqual(new Set([30, 40]));
  });

  it("have even sides", () => {
    expect([evenly(641), evenly(640), evenly(0)]).toEqual([642, 640, 2]);
  });
});

describe("the name of a file", () => {
  it("says run and step, whatever the run is called", () => {
    expect(fileName("digits", "step-12", "png")).toBe("digits-step-12.png");
    expect(fileName("../a b/é:*?", "step--1", "gif")).toBe("a-b-e-step--1.gif");
    expect(fileName("x".repeat(500), "step-1", "webm").length).toBeLessThan(130);
  });
});
