import { describe, expect, it } from "vitest";
import { barsOf, barsPath } from "../src/flips";

describe("bars of flips", () => {
  it("stand one per step where there is room", () => {
    expect(barsOf([null, 4, 0, 9], 300)).toEqual([0, 4, 0, 9].map((flips, index) => ({ first: index, last: index, flips })));
    expect(barsOf([null], 300)).toEqual([{ first: 0, last: 0, flips: 0 }]);
  });

  it("stand for several steps where single ones would be too thin, and keep a lone peak", () => {
    const flips = Array.from({ length: 700 }, (_, index) => (index === 401 ? 50 : 1));
    const bars = barsOf(flips, 800);
    expect(800 / bars.length).toBeGreaterThanOrEqual(3);
    expect(bars.slice(1).every(({ first }, index) => first === (bars[index]?.last ?? 0) + 1)).toBe(true);
    expect(bars.at(-1)?.last).toBe(699);
    expect(bars.find(({ first, last }) => first <= 401 && last >= 401)?.flips).toBe(50);
  });

  it("are as high as the root of their share", () => {
    expect(barsPath(barsOf([null, 4, 0, 16], 300))).toBe("M0.620 1v-0.500h0.760v0.500zM2.620 1v-1.000h0.760v1.000z");
  });
});
