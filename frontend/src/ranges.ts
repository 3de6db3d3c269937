/** Neighbouring indices as [first, last] pairs. */
export function ranges(indices: Iterable<number>): [number, number][] {
  const merged: [number, number][] = [];
  for (const index of [...indices].sort((a, b) => a - b)) {
    const last = merged.at(-1);
    if (last !== undefined && index === last[1] + 1) last[1] = index;
    else merged.push([index, index]);
  }
  return merged;
}
