/** The class race in plain code: what the shader computes per cell, for the CPU renderer and for tests. */
import type { Territory } from "../binary";

export interface Cells {
  readonly resolution: number;
  readonly classes: Uint16Array;
  readonly margin: Uint8Array;
}

/**
 * The class of the earlier step scores (margin + 1)·(1 − t), that of the later one (margin + 1)·t; the stronger owns the cell and the difference is
 * its margin. Worked: margins 99 and 49 of different classes meet at t = 100/150.
 */
export function race(from: Territory, to: Territory, fraction: number, cells: Cells = cellsOf(from.resolution)): Cells {
  const { classes, margin } = cells;
  for (let cell = 0; cell < classes.length; cell++) {
    const kindA = from.classes[cell] ?? 0;
    const kindB = to.classes[cell] ?? 0;
    const a = ((from.margin[cell] ?? 0) + 1) * (1 - fraction);
    const b = ((to.margin[cell] ?? 0) + 1) * fraction;
    classes[cell] = a >= b ? kindA : kindB;
    margin[cell] = Math.min(255, Math.max(0, (kindA === kindB ? a + b - 1 : Math.abs(a - b)) + 0.5));
  }
  return cells;
}

/** Room for the cells of a grid. */
export const cellsOf = (resolution: number): Cells => ({
  resolution,
  classes: new Uint16Array(resolution ** 2),
  margin: new Uint8Array(resolution ** 2),
});
