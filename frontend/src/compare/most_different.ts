/** Which samples differ most. Pure. */

export const MOST_LISTED = 300;
const NOT_MATCHED = 255;

/** Positions by falling value, then by position; those without a value, or without a difference, are not among them. Two passes, no sort. */
export function mostDifferent(values: Uint8Array, most: number): Uint32Array {
  const counts = new Uint32Array(256);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  const starts = new Uint32Array(256);
  let total = 0;
  for (let value = NOT_MATCHED - 1; value > 0; value--) {
    starts[value] = total;
    total += counts[value] ?? 0;
  }
  const found = new Uint32Array(Math.min(total, most));
  for (let sample = 0; sample < values.length; sample++) {
    const value = values[sample] ?? 0;
    if (value === 0 || value === NOT_MATCHED) continue;
    const place = starts[value] ?? 0;
    starts[value] = place + 1;
    if (place < found.length) found[place] = sample;
  }
  return found;
}
