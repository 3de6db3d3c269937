/** Doubt over the territory without WebGL: faded, and hatched. */
import { DOUBT_CELLS, DOUBT_FADE, doubtOf, HATCH_PERIOD, HATCH_STRENGTH } from "./doubt";
import type { Scene } from "./scene";

const LAST_CELL = DOUBT_CELLS - 1;
const LEAST = 8; // of 255: below it nothing shows

/** Doubt along rows of pixels, in bilinear interpolation of the grid. */
class DoubtRow {
  readonly cells = new Float32Array(DOUBT_CELLS);
  readonly #from: Uint8Array;
  readonly #to: Uint8Array;
  /** Pixels inside the extent. */
  readonly left: number;
  readonly right: number;
  readonly #top: number;
  readonly #bottom: number;

  constructor(readonly scene: Scene) {
    const { width, height, projection, a, b } = scene;
    this.#from = doubtOf(a);
    this.#to = doubtOf(b);
    this.left = Math.max(0, Math.ceil(projection.offsetX - 0.5));
    this.right = Math.min(width, Math.ceil(projection.offsetX + projection.scaleX - 0.5));
    this.#top = Math.max(0, Math.ceil(projection.offsetY + projection.scaleY - 0.5));
    this.#bottom = Math.min(height, Math.ceil(projection.offsetY - 0.5));
  }

  /** Whether there is something to see in a row of pixels; its cells are filled in then. */
  moveTo(y: number): boolean {
    if (y < this.#top || y >= this.#bottom) return false;
    const n = DOUBT_CELLS;
    const { projection, fraction } = this.scene;
    const v = Math.min(n - 1, Math.max(0, ((y + 0.5 - projection.offsetY) / projection.scaleY) * n - 0.5));
    const low = Math.floor(v);
    const high = Math.min(n - 1, low + 1);
    let most = 0;
    for (let cell = 0; cell < n; cell++) {
      const below = blend(this.#from[low * n + cell] ?? 0, this.#to[low * n + cell] ?? 0, fraction);
      const above = blend(this.#from[high * n + cell] ?? 0, this.#to[high * n + cell] ?? 0, fraction);
      const value = blend(below, above, v - low);
      this.cells[cell] = value;
      most = Math.max(most, value);
    }
    return most >= LEAST;
  }
}

// The loops below are written out: of a function that is called for every pixel, not inlined, the calls would cost more than the work.

/** Fade what is doubted towards the background, in rows of opaque pixels of the scene's size. */
export function fadeDoubt(scene: Scene, pixels: Uint32Array, from: number, to: number): void {
  const row = new DoubtRow(scene);
  const { cells, left, right } = row;
  const [red, green, blue] = scene.background;
  const step = DOUBT_CELLS / scene.projection.scaleX;
  for (let y = from; y < to; y++) {
    if (!row.moveTo(y)) continue;
    let u = (left + 0.5 - scene.projection.offsetX) * step - 0.5;
    for (let x = left, index = y * scene.width + left; x < right; x++, index++, u += step) {
      const at = u < 0 ? 0 : Math.min(u, LAST_CELL);
      const cell = at | 0;
      const here = cells[cell] ?? 0;
      const doubt = here + ((cells[cell < LAST_CELL ? cell + 1 : cell] ?? 0) - here) * (at - cell);
      if (doubt < LEAST) continue;
      const weight = (doubt * DOUBT_FADE) | 0; // of 256
      const rest = 256 - weight;
      const under = pixels[index] ?? 0;
      // Red and blue share a multiplication: eight spare bits lie between them.
      const redBlue = ((under & 0xff00ff) * rest + ((blue << 16) | red) * weight) >>> 8;
      pixels[index] = 0xff000000 | (redBlue & 0xff00ff) | ((((under & 0xff00) * rest + (green << 8) * weight) >>> 8) & 0xff00);
    }
  }
}

/** Draw lines over it, which move with the picture and keep their distance at any zoom. */
export function hatchDoubt(scene: Scene, pixels: Uint32Array, from: number, to: number): void {
  const row = new DoubtRow(scene);
  const { cells, left, right } = row;
  const [red, green, blue] = scene.ring;
  const { offsetX, offsetY, scaleX } = scene.projection;
  const period = Math.max(3, Math.round(HATCH_PERIOD * scene.ratio));
  const origin = Math.round(offsetX - offsetY);
  for (let y = from; y < to; y++) {
    if (!row.moveTo(y)) continue;
    // Twice a multiple of the period, so that the remainder is never of a negative number.
    const first = left - ((left - y - origin + 65536 * period) % period);
    for (let start = first; start < right; start += period) {
      for (let x = Math.max(left, start); x < right && x < start + scene.ratio; x++) {
        const u = ((x + 0.5 - offsetX) / scaleX) * DOUBT_CELLS - 0.5;
        const at = u < 0 ? 0 : Math.min(u, LAST_CELL);
        const cell = at | 0;
        const here = cells[cell] ?? 0;
        const doubt = here + ((cells[cell < LAST_CELL ? cell + 1 : cell] ?? 0) - here) * (at - cell);
        if (doubt < LEAST) continue;
        const weight = (doubt * HATCH_STRENGTH) | 0;
        const rest = 256 - weight;
        const under = pixels[y * scene.width + x] ?? 0;
        const redBlue = ((under & 0xff00ff) * rest + ((blue << 16) | red) * weight) >>> 8;
        const mid = (((under & 0xff00) * rest + (green << 8) * weight) >>> 8) & 0xff00;
        pixels[y * scene.width + x] = 0xff000000 | (redBlue & 0xff00ff) | mid;
      }
    }
  }
}

/** Both, on the whole picture. */
export function paintDoubt(scene: Scene, pixels: Uint32Array): void {
  fadeDoubt(scene, pixels, 0, scene.height);
  hatchDoubt(scene, pixels, 0, scene.height);
}

const blend = (from: number, to: number, share: number): number => from + (to - from) * share;
