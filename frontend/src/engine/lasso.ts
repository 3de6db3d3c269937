/**
 * Which samples lie inside a drawn shape. A lasso is rasterised once, then each sample is a look-up, so the cost does not grow with the
 * lasso's corners; both work in the middle of a move. Shapes are in extent fractions, u and v alternating.
 */

/** What lies under a lasso, over its bounding box, in cells of its 512th part. */
export interface Raster {
  readonly left: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
  /** 1 inside; rows from the bottom up. */
  readonly cells: Uint8Array;
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** Where samples are: between two steps, positions as in a frame. */
export interface Moment {
  readonly a: Uint16Array;
  readonly b: Uint16Array;
  /** Way from a to b, 0..1. */
  readonly fraction: number;
}

export const RASTER_SIZE = 512;

export function boundsOf(points: readonly number[]): Box {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at + 1 < points.length; at += 2) {
    left = Math.min(left, points[at] ?? 0);
    right = Math.max(right, points[at] ?? 0);
    bottom = Math.min(bottom, points[at + 1] ?? 0);
    top = Math.max(top, points[at + 1] ?? 0);
  }
  return { left, right, bottom, top };
}

interface Crossing {
  readonly x: number;
  readonly turn: 1 | -1;
}

/** Fill a polygon by the nonzero rule: where a hand-drawn line crosses itself, no hole is meant. */
export function rasterise(points: readonly number[]): Raster {
  const { left, right, bottom, top } = boundsOf(points);
  const [width, height] = [right - left, top - bottom];
  const size = RASTER_SIZE;
  const cells = new Uint8Array(size * size);
  if (!(width > 0) || !(height > 0)) return { left: 0, bottom: 0, width: 0, height: 0, cells };
  const rows: Crossing[][] = Array.from({ length: size }, () => []);
  const corners = points.length >> 1;
  for (let corner = 0; corner < corners; corner++) {
    const after = (corner + 1) % corners;
    const [x0, x1] = [corner, after].map((at) => (((points[2 * at] ?? 0) - left) / width) * size);
    const [y0, y1] = [corner, after].map((at) => (((points[2 * at + 1] ?? 0) - bottom) / height) * size);
    if (x0 === undefined || x1 === undefined || y0 === undefined || y1 === undefined || y0 === y1) continue;
    const turn = y1 > y0 ? 1 : -1;
    // A row is crossed where the edge passes the middle of its cells.
    const last = Math.min(size - 1, Math.ceil(Math.max(y0, y1) - 0.5) - 1);
    for (let row = Math.max(0, Math.ceil(Math.min(y0, y1) - 0.5)); row <= last; row++) {
      rows[row]?.push({ x: x0 + ((row + 0.5 - y0) / (y1 - y0)) * (x1 - x0), turn });
    }
  }
  rows.forEach((crossings, row) => {
    crossings.sort((first, second) => first.x - second.x);
    let winding = 0;
    crossings.forEach(({ x, turn }, index) => {
      winding += turn;
      const end = crossings[index + 1];
      if (winding === 0 || end === undefined) return;
      cells.fill(1, row * size + Math.ceil(x - 0.5), row * size + Math.max(Math.ceil(x - 0.5), Math.ceil(end.x - 0.5)));
    });
  });
  return { left, bottom, width, height, cells };
}

/** Mark in `hits` the samples inside a lasso that pass the test, and unmark the others. */
export function inRaster(
  raster: Raster,
  { a, b, fraction }: Moment,
  hits: Uint8Array,
  passes: (sample: number) => boolean,
): void {
  const { left, bottom, width, height, cells } = raster;
  const size = RASTER_SIZE;
  const [kx, ky] = [size / width / 65535, size / height / 65535];
  const [x0, y0] = [(left * size) / width, (bottom * size) / height];
  for (let sample = 0; sample < hits.length; sample++) {
    hits[sample] = 0;
    const fromX = a[2 * sample] ?? 0;
    const x = (fromX + ((b[2 * sample] ?? 0) - fromX) * fraction) * kx - x0;
    if (x < 0 || x >= size) continue;
    const fromY = a[2 * sample + 1] ?? 0;
    const y = (fromY + ((b[2 * sample + 1] ?? 0) - fromY) * fraction) * ky - y0;
    if (y < 0 || y >= size || cells[(y | 0) * size + (x | 0)] !== 1) continue;
    if (passes(sample)) hits[sample] = 1;
  }
}

/** Mark in `hits` the samples inside a box that pass the test, and unmark the others. */
export function inBox(box: Box, { a, b, fraction }: Moment, hits: Uint8Array, passes: (sample: number) => boolean): void {
  const [left, right, bottom, top] = [box.left * 65535, box.right * 65535, box.bottom * 65535, box.top * 65535];
  for (let sample = 0; sample < hits.length; sample++) {
    const fromX = a[2 * sample] ?? 0;
    const fromY = a[2 * sample + 1] ?? 0;
    const x = fromX + ((b[2 * sample] ?? 0) - fromX) * fraction;
    const y = fromY + ((b[2 * sample + 1] ?? 0) - fromY) * fraction;
    hits[sample] = x >= left && x <= right && y >= bottom && y <= top && passes(sample) ? 1 : 0;
  }
}
