import { describe, expect, it } from "vitest";
import type { Territory } from "../src/binary";
import { race } from "../src/engine/race";
import { seeded } from "./bytes";

const one = (kind: number, margin: number): Territory => ({
  resolution: 1,
  classes: Uint8Array.of(kind),
  margin: Uint8Array.of(margin),
});

describe("the class race", () => {
  it("is the first step at the start and the second at the end", () => {
    expect(race(one(1, 90), one(2, 30), 0).classes[0]).toBe(1);
    expect(race(one(1, 90), one(2, 30), 1).classes[0]).toBe(2);
    expect(race(one(1, 90), one(2, 30), 0).margin[0]).toBe(91);
  });

  it("flips where the margins meet: 99 and 49 at two thirds", () => {
    expect(race(one(1, 99), one(2, 49), 0.66).classes[0]).toBe(1);
    expect(race(one(1, 99), one(2, 49), 0.67).classes[0]).toBe(2);
  });

  it("has no margin left where a boundary passes", () => {
    expect(race(one(1, 99), one(2, 49), 2 / 3).margin[0]).toBe(0);
  });

  it("interpolates the margin of a class that stays", () => {
    expect(race(one(4, 100), one(4, 200), 0.5).margin[0]).toBe(150);
  });

  it("agrees with the argmax of interpolated logits for two classes", () => {
    // With two classes the margin is tanh(|difference| / 2); small ones are linear in it, and there the race is exact.
    const random = seeded(3);
    for (let turn = 0; turn < 200; turn++) {
      const [a, b, t] = [random() * 200 - 100, random() * 200 - 100, random()];
      const truth = a * (1 - t) + b * t;
      if (Math.abs(truth) < 2) continue; // bytes round
      const kind = (difference: number): number => (difference > 0 ? 1 : 0);
      const found = race(one(kind(a), Math.abs(a)), one(kind(b), Math.abs(b)), t).classes[0];
      expect(found).toBe(kind(truth));
    }
  });
});
