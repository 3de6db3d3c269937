/** Samples laid out by two of their values: where each lies, which one is near, and how they are painted. Pure. */

/** From a value to its place along an axis. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  /** Whether some are infinite: what never happened has a place of its own at the end. */
  readonly hasNever: boolean;
}

const MARGIN = 0.03; // of the axis, at both ends, so that dots at the ends are whole
const NEVER_ROOM = 0.12;

export function axisOf(values: ArrayLike<number>): Axis {
  let [low, high, hasNever] = [Infinity, -Infinity, false];
  for (let sample = 0; sample < values.length; sample++) {
    const value = values[sample] ?? Number.NaN;
    if (value === Infinity) hasNever = true;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low > high ? { low: 0, high: 1, hasNever } : { low, high, hasNever };
}

/** 0..1 along the axis, NaN for no value. */
export function shareOf({ low, high, hasNever }: Axis, value: number): number {
  if (value === Infinity) return 1 - MARGIN;
  const room = 1 - 2 * MARGIN - (hasNever ? NEVER_ROOM : 0);
  return MARGIN + room * (high > low ? (value - low) / (high - low) : 0.5);
}

export interface Layout {
  /** Over the map, as a frame has its positions: x and y alternating, y up. */
  readonly xy: Uint16Array;
  /** 1 where a sample has both values. */
  readonly known: Uint8Array;
  readonly count: number;
}

export function layoutOf(xs: ArrayLike<number>, ys: ArrayLike<number>): Layout {
  const n = xs.length;
  const [xAxis, yAxis] = [axisOf(xs), axisOf(ys)];
  const xy = new Uint16Array(2 * n);
  const known = new Uint8Array(n);
  let count = 0;
  for (let sample = 0; sample < n; sample++) {
    const x = shareOf(xAxis, xs[sample] ?? Number.NaN);
    const y = shareOf(yAxis, ys[sample] ?? Number.NaN);
    if (!Number.isFinite(x + y)) continue;
    xy[2 * sample] = Math.round(x * 65535);
    xy[2 * sample + 1] = Math.round(y * 65535);
    known[sample] = 1;
    count++;
  }
  return { xy, known, count };
}

/** The sample nearest to a place in pixels from the lower left, within a radius; null where there is none. */
export function nearestIn(
  { xy, known }: Layout,
  place: { readonly x: number; readonly y: number },
  size: { readonly width: number; readonly height: number },
  radius: number,
): number | null {
  let best = radius * radius;
  let found: number | null = null;
  for (let sample = 0; sample < known.length; sample++) {
    if (known[sample] !== 1) continue;
    const dx = ((xy[2 * sample] ?? 0) / 65535) * size.width - place.x;
    const dy = ((xy[2 * sample + 1] ?? 0) / 65535) * size.height - place.y;
    const distance = dx * dx + dy * dy;
    if (distance > best) continue;
    best = distance;
    found = sample;
  }
  return found;
}

/** Offsets of the pixels of a disc. */
function discOf(diameter: number): readonly (readonly [x: number, y: number])[] {
  const radius = diameter / 2;
  const reach = Math.ceil(radius);
  const found: [number, number][] = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) if (x * x + y * y <= radius * radius + 0.25) found.push([x, y]);
  }
  return found;
}

export interface Ink {
  /** RGBA of a sample as 32 bits, as they lie in memory; 0 hides it. */
  colour(sample: number): number;
  /** Those that are not 1 are paler and lie below; null makes none pale. */
  readonly selection: Uint8Array | null;
}

const PALE = 56; // alpha of what is not selected

/** Paint dots into pixels, rows from the top down. */
export function paintDots(
  pixels: Uint32Array,
  { width, height }: { readonly width: number; readonly height: number },
  { xy, known }: Layout,
  diameter: number,
  { colour, selection }: Ink,
): void {
  pixels.fill(0);
  const disc = discOf(diameter);
  const pale = (rgba: number): number => ((rgba & 0xffffff) | (PALE << 24)) >>> 0; // little-endian, as all browsers are
  for (const chosen of selection === null ? [null] : [false, true]) {
    for (let sample = 0; sample < known.length; sample++) {
      if (known[sample] !== 1 || (chosen !== null && (selection?.[sample] === 1) !== chosen)) continue;
      const own = colour(sample);
      if (own === 0) continue;
      const rgba = chosen === false ? pale(own) : own;
      const x = Math.round(((xy[2 * sample] ?? 0) / 65535) * (width - 1));
      const y = Math.round((1 - (xy[2 * sample + 1] ?? 0) / 65535) * (height - 1));
      for (const [dx, dy] of disc) {
        if (x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height) pixels[(y + dy) * width + x + dx] = rgba;
      }
    }
  }
}

/** Diameter of a dot in CSS pixels: few samples get big dots, many small ones. */
export const dotOf = (n: number): number => Math.min(7, Math.max(1.5, 24 / Math.max(1, n) ** 0.2));
