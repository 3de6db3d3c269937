import { describe, expect, it } from "vitest";
import { CLASS_COLOURS, classColour, classPalette, NONE_COLOUR, parseHex, viridis } from "../src/palette";

/** CIE76 in Lab: coarse, but a floor under it catches a mistyped or repeated colour. */
function lab(hex: string): [number, number, number] {
  const [r, g, b] = parseHex(hex).map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = [r, g, b];
  const f = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
  const y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function closest(colours: readonly string[]): number {
  const points = colours.map(lab);
  let least = Number.POSITIVE_INFINITY;
  points.forEach((a, i) => {
    for (const b of points.slice(i + 1)) least = Math.min(least, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
  });
  return least;
}

describe("the palette", () => {
  it("has a hundred distinct colours, ten and twenty of them far apart", () => {
    expect(new Set(CLASS_COLOURS).size).toBe(100);
    expect(closest(CLASS_COLOURS.slice(0, 10))).toBeGreaterThan(18);
    expect(closest(CLASS_COLOURS.slice(0, 20))).toBeGreaterThan(11);
    expect(closest(CLASS_COLOURS)).toBeGreaterThan(4);
  });

  it("gives more than twenty classes one of twenty colours each, as shape tells the rest", () => {
    expect(classColour(25, 100)).toBe(classColour(5, 100));
    expect(new Set(Array.from({ length: 100 }, (_, kind) => classColour(kind, 100))).size).toBe(20);
    expect(classColour(12, 20)).toBe(CLASS_COLOURS[12]);
  });

  it("gives a class the colour that a person chose", () => {
    const { rgba } = classPalette(2, new Set(), ["#010203", "#040506"]);
    expect([...rgba.slice(0, 8)]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
  });

  it("cycles beyond a hundred and greys what has no class", () => {
    expect(classColour(103)).toBe(classColour(3));
    expect(classColour(-1)).toBe(NONE_COLOUR);
  });

  it("hides a class by its alpha and ends with the colour of none", () => {
    const { rgba, size } = classPalette(3, new Set([1]));
    expect(size).toBe(4);
    expect([rgba[3], rgba[7], rgba[11], rgba[15]]).toEqual([255, 0, 255, 255]);
    expect([...rgba.slice(12, 15)]).toEqual(parseHex(NONE_COLOUR));
  });

  it("grows lighter with confidence all the way", () => {
    const luma = (value: number): number => {
      const [r, g, b] = viridis(value);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    for (let byte = 1; byte <= 255; byte++) expect(luma(byte / 255)).toBeGreaterThanOrEqual(luma((byte - 1) / 255) - 0.5);
  });
});
