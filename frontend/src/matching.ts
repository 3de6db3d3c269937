/** Which sample of one film is which of another: the one of the same split with the same id in the user's dataset. Pure. */
import type { Samples } from "./binary";

/** Samples and the names of their splits. Each split has ids of its own, so an id alone would take a test sample for one of training. */
export interface Named {
  readonly samples: Samples;
  readonly splits: readonly string[];
}

/** For each sample of `from` its position in `to`, −1 where it is not there; of ids that come twice the first counts. */
export function matchIds(from: Named, to: Named): Int32Array {
  const positions = to.splits.map(() => new Map<number, number>());
  for (let sample = to.samples.n - 1; sample >= 0; sample--)
    positions[to.samples.split[sample] ?? 0]?.set(to.samples.id[sample] ?? -1, sample);
  const ofSplit = from.splits.map((name) => positions[to.splits.indexOf(name)]);
  return Int32Array.from(from.samples.id, (id, sample) => ofSplit[from.samples.split[sample] ?? 0]?.get(id) ?? -1);
}

export const countMatched = (match: Int32Array): number => match.reduce((count, other) => count + (other >= 0 ? 1 : 0), 0);

/** Carry a byte per sample of one film over to the samples of another, 0 where there is none; `match` leads from the other to the first. */
export function carried(mask: Uint8Array, match: Int32Array): Uint8Array {
  return Uint8Array.from(match, (other) => (other >= 0 ? (mask[other] ?? 0) : 0));
}
