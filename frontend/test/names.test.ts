import { describe, expect, it } from "vitest";
import { anchorsOf } from "../src/engine/anchors";
import { NameLayout } from "../src/engine/name_layout";
import { frameOf, seeded } from "./bytes";

describe("the place of a class's name", () => {
  it("is a sample of the class, not the empty middle between its two halves", () => {
    const positions = [0.1, 0.12, 0.14, 0.86, 0.88].map((u) => [u, 0.5] as const);
    const { x, y, size } = anchorsOf(frameOf(positions, null), [0, 0, 0, 0, 0], 1);
    expect(x[0]).toBeCloseTo(0.14, 2);
    expect(y[0]).toBeCloseTo(0.5, 2);
    expect(size[0]).toBe(5);
  });

  it("does not follow an outlier, as a mean would", () => {
    const positions = [...Array.from({ length: 20 }, () => [0.2, 0.2] as const), [1, 1] as const, [1, 0.9] as const];
    const anchors = anchorsOf(frameOf(positions, null), new Array<number>(22).fill(0), 1);
    expect([anchors.x[0], anchors.y[0]]).toEqual([expect.closeTo(0.2, 3), expect.closeTo(0.2, 3)]);
  });

  it("is nowhere for a class without samples, and unlabelled samples count for none", () => {
    const { x, size } = anchorsOf(frameOf([[0.5, 0.5]], null), [-1], 2);
    expect([...x]).toEqual([Number.NaN, Number.NaN]);
    expect([...size]).toEqual([0, 0]);
  });
});

const layoutOf = (widths: number[], order: number[]): NameLayout =>
  new NameLayout(Float32Array.from(widths), 16, Uint16Array.from(order));

describe("names", () => {
  it("are never on top of each other, inside the view, and the largest classes come first", () => {
    const random = seeded(3);
    const n = 100;
    const layout = layoutOf(
      Array.from({ length: n }, () => 30 + 60 * random()),
      Array.from({ length: n }, (_, i) => i),
    );
    const xs = Float32Array.from({ length: n }, () => 700 * random());
    const ys = Float32Array.from({ length: n }, () => 500 * random());
    layout.place(xs, ys, 700, 500);
    const shown = Array.from({ length: n }, (_, i) => i).filter((i) => layout.shown[i] === 1);
    expect(shown.length).toBeGreaterThan(30);
    expect(shown[0]).toBe(0);
    for (const a of shown) {
      expect(layout.left[a]).toBeGreaterThanOrEqual(0);
      expect((layout.left[a] ?? 0) + (layout.widths[a] ?? 0)).toBeLessThanOrEqual(700.01);
      for (const b of shown) {
        if (a === b) continue;
        const apartX =
          (layout.left[a] ?? 0) + (layout.widths[a] ?? 0) <= (layout.left[b] ?? 0) ||
          (layout.left[b] ?? 0) + (layout.widths[b] ?? 0) <= (layout.left[a] ?? 0);
        expect(apartX || Math.abs((layout.top[a] ?? 0) - (layout.top[b] ?? 0)) >= 16).toBe(true);
      }
    }
  });

  it("stay on their side while there is room, so that they do not hop", () => {
    const layout = layoutOf([50, 50], [0, 1]);
    const ys = Float32Array.of(100, 100);
    layout.place(Float32Array.of(100, 110), ys, 400, 400);
    expect([...layout.top]).toEqual([78, 106]); // the second has no room above
    layout.place(Float32Array.of(100, 300), ys, 400, 400);
    expect([...layout.top]).toEqual([78, 106]); // and stays below
  });

  it("go without room on either side, out of the view and without a place", () => {
    const layout = layoutOf([50, 50, 50, 50, 50], [4, 3, 2, 1, 0]);
    layout.place(Float32Array.of(-5, Number.NaN, 100, 100, 100), Float32Array.of(50, 50, 100, 100, 100), 400, 400);
    expect([...layout.shown]).toEqual([0, 0, 0, 1, 1]);
  });

  it("leave most of the picture to its dots, and the tools their place", () => {
    const random = seeded(5);
    const n = 200;
    const layout = layoutOf(new Array<number>(n).fill(120), [...Array(n).keys()]);
    const xs = Float32Array.from({ length: n }, () => 1000 * random());
    layout.place(
      xs,
      Float32Array.from({ length: n }, () => 800 * random()),
      1000,
      800,
    );
    const shown = [...Array(n).keys()].filter((i) => layout.shown[i] === 1);
    expect((shown.length * 120 * 16) / (1000 * 800)).toBeLessThan(0.13);
    layout.place(Float32Array.of(500), Float32Array.of(40), 1000, 800);
    expect(layout.top[0]).toBe(46); // below its place, not under the tools above it
  });
});
