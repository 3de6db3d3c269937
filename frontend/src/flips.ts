/** Prediction flips per step as bars. */

export interface Bar {
  /** Indices of the steps it stands for, both included. */
  readonly first: number;
  readonly last: number;
  /** Of the step among them that has most, so that a lone peak among quiet steps keeps its height. */
  readonly flips: number;
}

const PITCH = 3; // pixels: below it a bar and its gap cannot be told apart

/** A bar per step where they have room, else one per few steps. `width` in pixels is that from the first step to the last. */
export function barsOf(flips: readonly (number | null)[], width: number): Bar[] {
  const per = Math.max(1, Math.ceil((PITCH * (flips.length - 1)) / Math.max(1, width)));
  const bars: Bar[] = [];
  for (let first = 0; first < flips.length; first += per) {
    const last = Math.min(flips.length, first + per) - 1;
    bars.push({ first, last, flips: Math.max(0, ...flips.slice(first, last + 1).map((count) => count ?? 0)) });
  }
  return bars;
}

/** As a path over indices, 1 high, y down. */
export function barsPath(bars: readonly Bar[]): string {
  const most = Math.max(1, ...bars.map((bar) => bar.flips));
  return bars
    .filter((bar) => bar.flips > 0)
    .map(({ first, last, flips }) => {
      const height = Math.sqrt(flips / most).toFixed(3); // a few late flips matter and would vanish beside the first steps' thousands
      const half = (last - first + 1) * 0.38;
      return `M${((first + last) / 2 - half).toFixed(3)} 1v-${height}h${(2 * half).toFixed(3)}v${height}z`;
    })
    .join("");
}
