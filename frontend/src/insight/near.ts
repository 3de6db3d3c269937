/** Who is near, as it changes through time. Pure. */
import type { NearStep } from "./wire";

export interface Neighbor {
  readonly sample: number;
  readonly distance: number | null;
  /** Not among those of the row before. */
  readonly isNew: boolean;
}

export interface NearRow {
  readonly step: number;
  readonly neighbors: readonly Neighbor[];
  /** How many are new; null in the first row, which nothing is compared to. */
  readonly nNew: number | null;
}

/** A row per step, of the first (or only) sample that was asked about. */
export function nearRows(steps: readonly NearStep[]): readonly NearRow[] {
  let before: ReadonlySet<number> | null = null;
  return steps.map(({ step, positions, distances }) => {
    const here = positions[0] ?? [];
    const known = before;
    before = new Set(here);
    const neighbors = here.map((sample, rank) => ({
      sample,
      distance: distances[0]?.[rank] ?? null,
      isNew: known !== null && !known.has(sample),
    }));
    return { step, neighbors, nNew: known === null ? null : neighbors.filter(({ isNew }) => isNew).length };
  });
}

/** Positions as an address has them: 3,5-9. Null where they are too scattered for one. */
export function rangesText(pieces: readonly (readonly [first: number, last: number])[], most: number): string | null {
  const text = pieces.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(",");
  return text.length > most ? null : text;
}
