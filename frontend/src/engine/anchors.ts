/** Where the name of each class belongs at a step: on the sample of the class that lies nearest to the class's median, so never beside its dots. */
import type { Frame } from "../binary";

export interface Anchors {
  /** Fractions of the extent per class; NaN where the class has no sample. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Samples per class. */
  readonly size: Uint32Array;
}

const BINS = 256; // per axis: finer than the distance between the dots of a class
const kept = new WeakMap<Frame, Map<ArrayLike<number>, Anchors>>();

/** Computed once per frame and grouping; `kinds` is the class per sample, what is not below `nClasses` counts for none. */
export function anchorsOf(frame: Frame, kinds: ArrayLike<number>, nClasses: number): Anchors {
  const known = kept.get(frame) ?? new Map<ArrayLike<number>, Anchors>();
  kept.set(frame, known);
  const found = known.get(kinds);
  if (found?.x.length === nClasses) return found;
  const anchors = locate(frame, kinds, nClasses);
  known.set(kinds, anchors);
  return anchors;
}

function locate({ xy }: Frame, kinds: ArrayLike<number>, nClasses: number): Anchors {
  const size = new Uint32Array(nClasses);
  const bins = [new Uint32Array(nClasses * BINS), new Uint32Array(nClasses * BINS)] as const;
  for (let sample = 0; sample < kinds.length; sample++) {
    const kind = kinds[sample] ?? -1;
    if (kind < 0 || kind >= nClasses) continue;
    size[kind] = (size[kind] ?? 0) + 1;
    for (let axis = 0; axis < 2; axis++) {
      const counts = bins[axis as 0 | 1];
      const bin = kind * BINS + ((xy[2 * sample + axis] ?? 0) >> 8);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
  }
  const [medianX, medianY] = [medians(bins[0], size), medians(bins[1], size)];
  const [x, y] = [new Float32Array(nClasses).fill(Number.NaN), new Float32Array(nClasses).fill(Number.NaN)];
  const least = new Float64Array(nClasses).fill(Number.POSITIVE_INFINITY);
  for (let sample = 0; sample < kinds.length; sample++) {
    const kind = kinds[sample] ?? -1;
    if (kind < 0 || kind >= nClasses) continue;
    const [px, py] = [xy[2 * sample] ?? 0, xy[2 * sample + 1] ?? 0];
    const distance = (px - (medianX[kind] ?? 0)) ** 2 + (py - (medianY[kind] ?? 0)) ** 2;
    if (distance >= (least[kind] ?? 0)) continue;
    least[kind] = distance;
    x[kind] = px / 65535;
    y[kind] = py / 65535;
  }
  return { x, y, size };
}

/** The middle of the bin in which half the samples of a class are reached. */
const medians = (counts: Uint32Array, size: Uint32Array): Float32Array =>
  Float32Array.from(size, (total, kind) => {
    let seen = 0;
    for (let bin = 0; bin < BINS; bin++) {
      seen += counts[kind * BINS + bin] ?? 0;
      if (2 * seen >= total) return (bin + 0.5) * (65536 / BINS);
    }
    return 0;
  });
