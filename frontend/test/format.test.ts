import { describe, expect, it } from "vitest";
import { asSentence, formatEnd } from "../src/format";

describe("the ends of a scale", () => {
  it("keep whole numbers and are else short enough for three of them in a legend", () => {
    expect([2024, 123456, -7, 0].map(formatEnd)).toEqual(["2024", "123456", "-7", "0"]);
    expect([0.00637096, 0.455892, -3.21987, 35.6789].map(formatEnd)).toEqual(["0.00637", "0.456", "-3.22", "35.7"]);
  });
});

describe("what went wrong", () => {
  it("begins with a capital letter, but for a name that would be another then", () => {
    expect(["the disk is full", "The disk is full", "expected 3, got 2"].map(asSentence)).toEqual([
      "The disk is full",
      "The disk is full",
      "Expected 3, got 2",
    ]);
    for (const named of [
      "/tmp/runs/a.npy is damaged",
      "s3://team/runs is gone",
      "--end 3 is too far",
      "a_run/x is not there",
      "'odd' was saved",
    ])
      expect(asSentence(named)).toBe(named);
  });
});
