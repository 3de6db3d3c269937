/** A dot as a short list of pixels, so that the CPU renderer draws one by walking it. */
import { CORE_SHARE, CROSS_ARM, CROSS_WIDTH, type DotShape, GAP_FROM, TRIANGLE_REACH } from "./scene";

/** Colours that a pixel may have. At few pixels a dot is only told from a square by its soft edges, so some are mixtures. */
export const GAP = 0;
export const RING = 1;
/** The dot's colour, and the first of `STEPS` + 1 on the way to that of its rim. */
export const OUTER = 2;
export const STEPS = 3;
/** The first of `STEPS` on the way from what is around the core to the core. */
export const TO_CORE = OUTER + STEPS + 1;
export const N_LAYERS = TO_CORE + STEPS;
const WHOLE = 256;

export interface Stamp {
  /** From the middle to each pixel, in a picture of the width it was made for; those that it covers wholly come first. */
  readonly offset: Int32Array;
  readonly nSolid: number;
  /** 0..256. */
  readonly coverage: Uint16Array;
  readonly layer: Uint8Array;
  /** The layer that its core fades into. */
  readonly around: number;
  readonly reach: number;
}

export interface StampShape {
  readonly shape: DotShape;
  /** Pixels. */
  readonly diameter: number;
  /** Wrong samples carry a core. */
  readonly cored: boolean;
  /** Extra diameter for the ring of a marked sample; 0 for none. */
  readonly growth: number;
  /** Width of the ring of a sample that the picture shows unfaithfully, pixels; 0 for none. */
  readonly halo: number;
  /** Width of rims and gaps, pixels. */
  readonly line: number;
  /** Of the picture, pixels. */
  readonly width: number;
}

/** The radius of the dot whose edge runs through here; y points down. The fragment shader computes the same. */
function distance(shape: DotShape, x: number, y: number, radius: number): number {
  const [dx, dy] = [Math.abs(x), Math.abs(y)];
  switch (shape) {
    case "circle":
      return Math.hypot(x, y);
    case "diamond":
      return (dx + dy) * 0.84;
    case "square":
      return Math.max(dx, dy) * 1.1;
    case "triangle":
      return (Math.max(y, dx * 0.866 - y * 0.5) * 2) / TRIANGLE_REACH;
    case "cross": {
      const [along, across] = [Math.abs(x + y) * Math.SQRT1_2, Math.abs(x - y) * Math.SQRT1_2];
      return radius + Math.max(Math.max(along, across) - radius * CROSS_ARM, Math.min(along, across) - radius * CROSS_WIDTH);
    }
  }
}

/** As the shading language has it. */
function smoothstep(from: number, to: number, at: number): number {
  const t = Math.min(1, Math.max(0, (at - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

const hasGap = ({ diameter, line }: StampShape): boolean => diameter >= GAP_FROM * line;

function layerAt(d: number, middle: number, radius: number, shape: StampShape): number {
  const { cored, growth, halo, diameter, line } = shape;
  if (growth > 0 && d > radius) return d > radius + growth * 0.25 ? RING : GAP;
  if (halo > 0 && d > radius) return RING;
  if (cored) {
    const edge = radius * CORE_SHARE;
    const share = Math.round(STEPS * (1 - smoothstep(edge - 0.5, edge + 0.5, middle)));
    if (share > 0) return TO_CORE + share - 1;
    if (hasGap(shape) && middle <= edge + line) return GAP;
  }
  const rim = smoothstep(3, 6, diameter / line) * smoothstep(radius - line - 0.5, radius - line + 0.5, d);
  return OUTER + Math.round(STEPS * rim);
}

export function stamp(shape: StampShape): Stamp {
  const radius = shape.diameter / 2;
  const outer = radius + shape.growth / 2 + shape.halo;
  const reach = Math.ceil(outer * 1.35 + 1);
  const pixels: { offset: number; coverage: number; layer: number }[] = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const d = distance(shape.shape, x, y, radius);
      const coverage = Math.round(WHOLE * Math.min(1, Math.max(0, outer - d + 0.5)));
      if (coverage > 0)
        pixels.push({ offset: y * shape.width + x, coverage, layer: layerAt(d, Math.hypot(x, y), radius, shape) });
    }
  }
  const solid = pixels.filter(({ coverage }) => coverage === WHOLE);
  const ordered = [...solid, ...pixels.filter(({ coverage }) => coverage < WHOLE)];
  return {
    offset: Int32Array.from(ordered, ({ offset }) => offset),
    nSolid: solid.length,
    coverage: Uint16Array.from(ordered, ({ coverage }) => coverage),
    layer: Uint8Array.from(ordered, ({ layer }) => layer),
    around: hasGap(shape) ? GAP : OUTER,
    reach,
  };
}
