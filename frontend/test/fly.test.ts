import { describe, expect, it } from "vitest";
import { between } from "../src/fly";

describe("a flight of the camera", () => {
  const from = { u: 0.5, v: 0.5, zoom: 1 };
  const to = { u: 0.2, v: 0.9, zoom: 16 };

  it("begins and ends where it should", () => {
    expect(between(from, to, 0)).toEqual(from);
    const end = between(from, to, 1);
    expect(end.u).toBeCloseTo(to.u);
    expect(end.v).toBeCloseTo(to.v);
    expect(end.zoom).toBeCloseTo(to.zoom);
  });

  it("zooms by equal factors, and keeps the point in sight that both views share", () => {
    const half = between(from, to, 0.5);
    expect(half.zoom).toBeCloseTo(4);
    // The fixed point of the two views lies at the same place of the screen all the way.
    const fixed = (to.u * to.zoom - from.u * from.zoom) / (to.zoom - from.zoom);
    expect((fixed - half.u) * half.zoom).toBeCloseTo((fixed - from.u) * from.zoom);
  });

  it("without a zoom is a straight even way", () => {
    expect(between(from, { u: 0.7, v: 0.5, zoom: 1 }, 0.5).u).toBeCloseTo(0.6);
  });
});
