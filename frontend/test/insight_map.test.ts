import { describe, expect, it } from "vitest";
import { inBox } from "../src/engine/lasso";
import { axisOf, layoutOf, nearestIn, paintDots, shareOf } from "../src/insight/data_map";

const xs = Float64Array.of(0, 10, 5, Number.NaN, Infinity);
const ys = Float64Array.of(1, 2, 1.5, 1, 2);

describe("an axis", () => {
  it("runs from the least to the greatest, and keeps a place at its end for what never happened", () => {
    const axis = axisOf(xs);
    expect(axis).toEqual({ low: 0, high: 10, hasNever: true });
    const shares = [0, 5, 10, Infinity].map((value) => shareOf(axis, value));
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(Math.min(...shares)).toBeGreaterThan(0);
    expect(Math.max(...shares)).toBeLessThan(1);
    expect((shares[3] ?? 0) - (shares[2] ?? 0)).toBeGreaterThan(0.1);
    expect(shareOf(axis, Number.NaN)).toBeNaN();
  });

  it("of one value, or none, has it in the middle", () => {
    expect(shareOf(axisOf([7, 7]), 7)).toBeCloseTo(0.5);
    expect(axisOf([Number.NaN])).toEqual({ low: 0, high: 1, hasNever: false });
  });
});

describe("the map", () => {
  const layout = layoutOf(xs, ys);
  const size = { width: 200, height: 100 };
  const placeOf = (sample: number) => ({
    x: ((layout.xy[2 * sample] ?? 0) / 65535) * size.width,
    y: ((layout.xy[2 * sample + 1] ?? 0) / 65535) * size.height,
  });

  it("leaves out samples without a value", () => {
    expect([...layout.known]).toEqual([1, 1, 1, 0, 1]);
    expect(layout.count).toBe(4);
  });

  it("finds the dot that is near, and none where there is none", () => {
    for (const sample of [0, 1, 2, 4]) {
      const { x, y } = placeOf(sample);
      expect(nearestIn(layout, { x: x + 2, y: y - 1 }, size, 8)).toBe(sample);
    }
    expect(nearestIn(layout, { x: 100, y: 10 }, size, 8)).toBeNull();
  });

  it("is selected from by the shapes that select in the film", () => {
    const hits = new Uint8Array(5);
    const moment = { a: layout.xy, b: layout.xy, fraction: 0 };
    inBox({ left: 0, right: 0.6, bottom: 0, top: 1 }, moment, hits, (sample) => layout.known[sample] === 1);
    expect([...hits]).toEqual([1, 0, 1, 0, 0]);
  });

  it("paints what is selected over what is not, which is paler, and nothing that is hidden", () => {
    const at = { width: 40, height: 20 };
    const opaque = 0xff0000ff;
    const paint = (selection: Uint8Array | null, hidden = -1): Uint32Array => {
      const pixels = new Uint32Array(at.width * at.height);
      paintDots(pixels, at, layout, 3, { colour: (sample) => (sample === hidden ? 0 : opaque), selection });
      return pixels;
    };
    const pixelOf = (pixels: Uint32Array, sample: number): number => {
      const x = Math.round(((layout.xy[2 * sample] ?? 0) / 65535) * (at.width - 1));
      const y = Math.round((1 - (layout.xy[2 * sample + 1] ?? 0) / 65535) * (at.height - 1));
      return pixels[y * at.width + x] ?? 0;
    };
    expect([0, 1, 2, 4].map((sample) => pixelOf(paint(null), sample))).toEqual([opaque, opaque, opaque, opaque]);
    const chosen = paint(Uint8Array.of(1, 0, 0, 0, 0));
    expect(pixelOf(chosen, 0)).toBe(opaque);
    expect(pixelOf(chosen, 1) & 0xffffff).toBe(0x0000ff);
    expect(pixelOf(chosen, 1) >>> 24).toBeLessThan(100);
    expect(pixelOf(paint(null, 2), 2)).toBe(0);
    const pixels = paint(null);
    expect(pixels.slice(0, at.width).some((pixel) => pixel !== 0)).toBe(true); // 2, the greatest, lies on top
    expect(pixels.filter((pixel) => pixel !== 0).length).toBeGreaterThan(4 * 5);
  });
});
