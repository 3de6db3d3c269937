/** A dot as a short list of pixels, so that the CPU renderer draws one by walking it. */
import { CORE_SHARE, GAP_FROM, type SPLIT_SHAPES } from "./scene";

export const OUTER = 0;
export const RIM_LAYER = 1;
export const GAP = 2;
export const CORE = 3;
export const RING = 4;

export interface Stamp {
  readonly dx: Int16Array;
  readonly dy: Int16Array;
  /** 0..256. */
  readonly coverage: Uint16Array;
  readonly layer: Uint8Array;
  readonly reach: number;
}

export interface StampShape {
  readonly shape: (typeof SPLIT_SHAPES)[number];
  /** Pixels. */
  readonly diameter: number;
  /** Wrong samples carry a core. */
  readonly cored: boolean;
  /** Extra diameter for the ring of a marked sample; 0 for none. */
  readonly growth: number;
}

function distance(shape: StampShape["shape"], x: number, y: number): number {
  if (shape === "circle") return Math.hypot(x, y);
  if (shape === "diamond") return (Math.abs(x) + Math.abs(y)) * 0.84;
  return Math.max(Math.abs(x), Math.abs(y)) * 1.1;
}

function layerAt(d: number, radius: number, { cored, growth, diameter }: StampShape): number {
  if (growth > 0 && d > radius) return d > radius + growth * 0.25 ? RING : GAP;
  if (cored && d <= radius * CORE_SHARE) return CORE;
  if (cored && diameter >= GAP_FROM && d <= radius * CORE_SHARE + 1) return GAP;
  return diameter >= 4.5 && d > radius - 1 ? RIM_LAYER : OUTER;
}

export function stamp(shape: StampShape): Stamp {
  const radius = shape.diameter / 2;
  const outer = radius + shape.growth / 2;
  const reach = Math.ceil(outer * 1.2 + 1);
  const pixels: [number, number, number, number][] = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const d = distance(shape.shape, x, y);
      const coverage = Math.round(256 * Math.min(1, Math.max(0, outer - d + 0.5)));
      if (coverage > 0) pixels.push([x, y, coverage, layerAt(d, radius, shape)]);
    }
  }
  return {
    dx: Int16Array.from(pixels, ([x]) => x),
    dy: Int16Array.from(pixels, ([, y]) => y),
    coverage: Uint16Array.from(pixels, ([, , coverage]) => coverage),
    layer: Uint8Array.from(pixels, ([, , , layer]) => layer),
    reach,
  };
}
