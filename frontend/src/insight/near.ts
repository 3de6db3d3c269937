/** Who is near, as it changes through time. Pure. */
import { formatCount, formatPercent, plural } from "../format";
import type { NearAcrossStep, NearStep } from "./wire";

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

/** How far an answer of another run can be believed: how often samples find themselves there. */
export function recallSentence({ recall, recall_by_chance: chance, n_anchors, n_matched }: NearAcrossStep, k: number): string {
  const tied = `Tied together by ${plural(n_anchors, "sample")} of ${formatCount(n_matched)} in common`;
  if (recall === null) return `${tied}.`;
  return `${tied}; of others ${formatPercent(recall)} find themselves among the ${k} nearest (by chance ${(chance * 100).toFixed(1)} %).`;
}

/** The same of all steps. */
export function recallThroughTime(steps: readonly NearAcrossStep[], k: number): string {
  const known = steps.flatMap(({ recall }) => (recall === null ? [] : [recall]));
  const [low, high] = [Math.min(...known), Math.max(...known)].map(formatPercent);
  if (low === undefined || high === undefined || known.length === 0) return "";
  const chance = Math.max(...steps.map(({ recall_by_chance }) => recall_by_chance));
  const share = low === high ? high : `${low} to ${high}, by the step,`;
  return `Of others ${share} find themselves among the ${k} nearest (by chance ${(chance * 100).toFixed(1)} %).`;
}

/** The sample's own place among all of the other run, as a cell has it: empty where it has none. */
export const ownWords = (rank: number | null): string => (rank === null ? "" : formatCount(rank));

/** Where the sample itself comes in the other run. */
export function ownSentence(rank: number | null, n: number): string {
  if (rank === null) return "The other run has not this sample itself.";
  return rank === 1
    ? "The sample itself is the nearest there."
    : `The sample itself is number ${formatCount(rank)} of ${formatCount(n)} there; by chance ${formatCount(Math.round((n + 1) / 2))}.`;
}

/** Positions as an address has them: 3,5-9. Null where they are too scattered for one. */
export function rangesText(pieces: readonly (readonly [first: number, last: number])[], most: number): string | null {
  const text = pieces.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(",");
  return text.length > most ? null : text;
}
