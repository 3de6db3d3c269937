import { describe, expect, it } from "vitest";
import { formatEnd } from "../src/format";

describe("the ends of a scale", () => {
  it("keep whole numbers and are else short enough for three of them in a legend", () => {
    expect([2024, 123456, -7, 0].map(formatEnd)).toEqual(["2024", "123456", "-7", "0"]);
    expect([0.00637096, 0.455892, -3.21987, 35.6789].map(formatEnd)).toEqual(["0.00637", "0.456", "-3.22", "35.7"]);
  });
});
