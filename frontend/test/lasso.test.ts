import { describe, expect, it } from "vitest";
import { boundsOf, inBox, inRaster, type Moment, rasterise } from "../src/engine/lasso";
import { seeded } from "./bytes";

const every = (_sample: number): boolean => true;

function moment(points: readonly (readonly [number, number])[], later = points, fraction = 0): Moment {
  const pack = (places: typeof points): Uint16Array => Uint16Array.from(places.flat(), (value) => Math.round(value * 65535));
  return { a: pack(points), b: pack(later), fraction };
}

function lassoed(shape: readonly number[], where: Moment, passes = every): number[] {
  const hits = new Uint8Array(where.a.length / 2).fill(1);
  inRaster(rasterise(shape), where, hits, passes);
  return [...hits];
}

/** Winding number of a polygon around a point, by angles. */
function winding(shape: readonly number[], x: number, y: number): number {
  const corners = shape.length / 2;
  let angle = 0;
  for (let at = 0; at < corners; at++) {
    const after = (at + 1) % corners;
    const [ax, ay] = [(shape[2 * at] ?? 0) - x, (shape[2 * at + 1] ?? 0) - y];
    const [bx, by] = [(shape[2 * after] ?? 0) - x, (shape[2 * after + 1] ?? 0) - y];
    angle += Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
  }
  return Math.round(angle / (2 * Math.PI));
}

describe("a lasso", () => {
  it("holds what lies inside it and not what lies in a bay", () => {
    const shape = [0.1, 0.1, 0.9, 0.1, 0.9, 0.9, 0.5, 0.2, 0.1, 0.9]; // an M
    const inside = lassoed(
      shape,
      moment([
        [0.15, 0.5],
        [0.5, 0.7],
        [0.85, 0.5],
        [0.05, 0.5],
      ]),
    );
    expect(inside).toEqual([1, 0, 1, 0]);
  });

  it("agrees with the winding number for any polygon, but within a cell of its edge", () => {
    const random = seeded(3);
    for (let trial = 0; trial < 20; trial++) {
      const shape = Array.from({ length: 2 * (3 + Math.floor(random() * 9)) }, random);
      const points = Array.from({ length: 2000 }, () => [random(), random()] as const);
      const found = lassoed(shape, moment(points));
      const wrong = points.filter(([x, y], index) => (winding(shape, x, y) !== 0 ? 1 : 0) !== found[index]);
      expect(wrong.length).toBeLessThan(30);
    }
  });

  it("that crosses itself has no hole where it lies twice", () => {
    const twice = [0.1, 0.1, 0.9, 0.1, 0.9, 0.9, 0.1, 0.9, 0.1, 0.1, 0.3, 0.3, 0.7, 0.3, 0.7, 0.7, 0.3, 0.7, 0.3, 0.3];
    expect(lassoed(twice, moment([[0.5, 0.5]]))).toEqual([1]);
  });

  it("looks where samples are between two steps", () => {
    const shape = [0.4, 0.4, 0.6, 0.4, 0.6, 0.6, 0.4, 0.6];
    const [from, to] = [[[0, 0]], [[1, 1]]] as const;
    expect(lassoed(shape, moment(from, to, 0.5))).toEqual([1]);
    expect(lassoed(shape, moment(from, to, 0.2))).toEqual([0]);
  });

  it("reaches beyond the picture's edge and leaves out what does not pass", () => {
    const shape = [-1, -1, 2, -1, 2, 2, -1, 2];
    const corners = moment([
      [0, 0],
      [1, 1],
      [0, 1],
    ]);
    expect(lassoed(shape, corners)).toEqual([1, 1, 1]);
    expect(lassoed(shape, corners, (sample) => sample !== 1)).toEqual([1, 0, 1]);
  });

  it("without an area holds nothing", () => {
    expect(lassoed([0.5, 0.5], moment([[0.5, 0.5]]))).toEqual([0]);
    expect(lassoed([0.1, 0.5, 0.9, 0.5], moment([[0.5, 0.5]]))).toEqual([0]);
  });
});

describe("a box", () => {
  it("holds what lies inside it at that instant, whichever corner was drawn first", () => {
    const hits = new Uint8Array(2);
    const where = moment(
      [
        [0.2, 0.2],
        [0.2, 0.2],
      ],
      [
        [0.4, 0.2],
        [0.8, 0.2],
      ],
      1,
    );
    inBox(boundsOf([0.5, 0.3, 0.3, 0.1]), where, hits, every);
    expect([...hits]).toEqual([1, 0]);
  });
});
