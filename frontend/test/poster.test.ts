import { describe, expect, it } from "vitest";
import { placed, posterAround, posterOf } from "../src/export/poster";

describe("a poster", () => {
  it("leaves the picture its size and grows around it", () => {
    for (const unit of [1, 2, 4]) {
      const poster = posterAround(700 * unit, 500 * unit, unit, 10, 40);
      expect([poster.picture.width, poster.picture.height]).toEqual([700 * unit, 500 * unit]);
      expect(poster.width).toBe(poster.picture.width + poster.legend.width);
      expect(poster.height).toBe(poster.picture.y + poster.picture.height);
      expect(poster.legend.x).toBe(poster.picture.width);
    }
  });

  it("of a given size gives the picture what is left, most of it, however many keys there are", () => {
    for (const nKeys of [0, 10, 100, 1000]) {
      const poster = posterOf(1280, 720, 1, nKeys, 90);
      expect(poster.picture.width + poster.legend.width).toBe(1280);
      expect(poster.picture.width).toBeGreaterThan(0.6 * 1280);
      expect(poster.columns).toBeGreaterThanOrEqual(1);
    }
  });

  it("spreads many keys over columns, and says how many find no room", () => {
    expect(posterOf(1920, 720, 1, 20, 60).columns).toBe(1);
    expect(posterOf(1920, 720, 1, 60, 60).columns).toBe(2);
    const keys = Array.from({ length: 100 }, (_, key) => key);
    const { shown, more } = placed(keys, { rows: 10, columns: 2 });
    expect(shown.length + more).toBe(100);
    expect(shown.length).toBe(19);
    expect(placed(keys.slice(0, 20), { rows: 10, columns: 2 }).more).toBe(0);
  });
});
