import { describe, expect, it } from "vitest";
import { nearestInPlane } from "../src/plane_neighbors";
import { seeded } from "./bytes";

describe("the nearest in the plane", () => {
  it("are those that sorting all distances finds, nearest first, without the sample itself", () => {
    const random = seeded(5);
    const xy = Uint16Array.from({ length: 400 }, () => random() * 65535);
    const distance = (other: number): number =>
      Math.hypot(((xy[2 * other] ?? 0) - (xy[14] ?? 0)) * 2, (xy[2 * other + 1] ?? 0) - (xy[15] ?? 0));
    const all = Array.from({ length: 200 }, (_, other) => other).filter((other) => other !== 7);
    expect(nearestInPlane(xy, 7, 10, 2)).toEqual(all.sort((a, b) => distance(a) - distance(b)).slice(0, 10));
  });

  it("are all others where there are fewer, and the earlier of equals", () => {
    expect(nearestInPlane(Uint16Array.of(5, 5, 5, 5, 5, 5), 1, 9, 1)).toEqual([0, 2]);
    expect(nearestInPlane(Uint16Array.of(5, 5, 6, 5, 4, 5, 5, 6), 0, 2, 1)).toEqual([1, 2]);
  });
});
