/** How often each sample's prediction has changed, counted as the server counts it. */

type Predictions = ArrayLike<number> | null;

/** Changes from one step to the next, up to the step at an index. */
export function flipsUntil(predictions: readonly Predictions[], index: number): Uint32Array {
  const counts = new Uint32Array(predictions[0]?.length ?? 0);
  for (let at = 1; at <= index; at++) {
    const [before, now] = [predictions[at - 1], predictions[at]];
    for (let sample = 0; sample < counts.length; sample++) {
      if (before?.[sample] !== now?.[sample]) counts[sample] = (counts[sample] ?? 0) + 1;
    }
  }
  return counts;
}

const USUAL = 0.98; // share of samples within the scale; few waver many times more, and would leave one colour to all others

/** The number of flips that a scale ends at: at least one. */
export function usualFlips(counts: Uint32Array): number {
  const sorted = Uint32Array.from(counts).sort();
  const at = USUAL * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return Math.max(1, Math.ceil(low + (high - low) * (at % 1)));
}
