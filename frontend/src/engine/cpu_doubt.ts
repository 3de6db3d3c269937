/** Doubt over the territory without WebGL: the grid in bilinear interpolation, faded and hatched. */
import { DOUBT_CELLS, DOUBT_FADE, doubtOf, HATCH_PERIOD, HATCH_STRENGTH } from "./doubt";
import { pack } from "./pixel";
import type { Scene } from "./scene";

const LEAST = 8; // of 255: below it nothing shows

/** Weights are of 256. Red and blue share a multiplication: eight spare bits lie between them. */
function blended(under: number, colour: number, weight: number): number {
  const rest = 256 - weight;
  const redBlue = (((under & 0xff00ff) * rest + (colour & 0xff00ff) * weight) >>> 8) & 0xff00ff;
  const green = (((under & 0xff00) * rest + (colour & 0xff00) * weight) >>> 8) & 0xff00;
  return (0xff000000 | redBlue | green) >>> 0;
}

/** Paint over opaque pixels of the scene's size, inside the extent. */
export function paintDoubt(scene: Scene, pixels: Uint32Array): void {
  const n = DOUBT_CELLS;
  const [from, to] = [doubtOf(scene.a), doubtOf(scene.b)];
  const { width, height } = scene;
  const { offsetX, offsetY, scaleX, scaleY } = scene.projection;
  const background = pack(...scene.background);
  const line = pack(...scene.ring);
  const period = Math.max(3, Math.round(HATCH_PERIOD * scene.ratio));
  const origin = Math.round(offsetX - offsetY);
  const row = new Float32Array(n);
  const left = Math.max(0, Math.ceil(offsetX - 0.5));
  const right = Math.min(width, Math.ceil(offsetX + scaleX - 0.5));
  for (let y = Math.max(0, Math.ceil(offsetY + scaleY - 0.5)); y < Math.min(height, Math.ceil(offsetY - 0.5)); y++) {
    const v = Math.min(n - 1, Math.max(0, ((y + 0.5 - offsetY) / scaleY) * n - 0.5));
    const low = Math.floor(v);
    const high = Math.min(n - 1, low + 1);
    let most = 0;
    for (let cell = 0; cell < n; cell++) {
      const below = blend(from[low * n + cell] ?? 0, to[low * n + cell] ?? 0, scene.fraction);
      const above = blend(from[high * n + cell] ?? 0, to[high * n + cell] ?? 0, scene.fraction);
      const value = blend(below, above, v - low);
      row[cell] = value;
      most = Math.max(most, value);
    }
    if (most < LEAST) continue;
    const step = n / scaleX;
    let u = (left + 0.5 - offsetX) * step - 0.5;
    for (let x = left; x < right; x++, u += step) {
      const at = Math.min(n - 1, Math.max(0, u));
      const cell = at | 0;
      const here = row[cell] ?? 0;
      const doubt = here + ((row[Math.min(n - 1, cell + 1)] ?? 0) - here) * (at - cell);
      if (doubt < LEAST) continue;
      const index = y * width + x;
      const faded = blended(pixels[index] ?? 0, background, (doubt * DOUBT_FADE) | 0);
      // Twice a multiple of the period, so that the remainder is never of a negative number.
      const onLine = (x - y - origin + 65536 * period) % period < scene.ratio;
      pixels[index] = onLine ? blended(faded, line, (doubt * HATCH_STRENGTH) | 0) : faded;
    }
  }
}

const blend = (from: number, to: number, share: number): number => from + (to - from) * share;
