/** Which sample of one film is which of another: by the id in the user's dataset, or by position where they are the same samples. Pure. */
import type { Samples } from "./binary";

/** For each sample of `from` its position in `to`, −1 where it is not there; of ids that come twice the first counts. */
export function matchIds(from: Samples, to: Samples): Int32Array {
  const positions = new Map<number, number>();
  for (let sample = to.n - 1; sample >= 0; sample--) positions.set(to.id[sample] ?? -1, sample);
  return Int32Array.from(from.id, (id) => positions.get(id) ?? -1);
}

export const countMatched = (match: Int32Array): number => match.reduce((count, other) => count + (other >= 0 ? 1 : 0), 0);

/** Carry a byte per sample of one film over to the samples of another, 0 where there is none; `match` leads from the other to the first. */
export function carried(mask: Uint8Array, match: Int32Array): Uint8Array {
  return Uint8Array.from(match, (other) => (other >= 0 ? (mask[other] ?? 0) : 0));
}
