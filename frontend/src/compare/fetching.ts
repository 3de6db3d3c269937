/** What the server tells of two runs, kept for a while. */
import { decodeColumn } from "../binary";
import { list, nullable, number, object } from "../decode";
import { getBytes, getJson, Recent } from "../lent";
import type { Reel } from "../state";
import type { Similarity } from "./similarity";

const similarity = object({
  steps: list(number),
  with_steps: list(number),
  cka: list(list(nullable(number))),
  n_matched: number,
  n_used: number,
});

const similarities = new Recent<Similarity>(8);
const shares = new Recent<Uint8Array>(64);

/** Two runs, and the data that each has now. */
const pairOf = (one: Reel, other: Reel): { query: Record<string, string>; key: string } => {
  const query = { run: one.place.run, tag: one.place.tag, with_run: other.place.run, with_tag: other.place.tag };
  return { query, key: [...Object.values(query), one.probe.fingerprint, other.probe.fingerprint].join("\n") };
};

export function fetchSimilarity(one: Reel, other: Reel): Promise<Similarity> {
  const { query, key } = pairOf(one, other);
  return similarities.get(key, () => getJson(similarity, "compare", query));
}

/** A byte per sample of the first film: the share of its nearest that differ, 0..254; 255 where it was not measured. */
export function fetchNeighborsDiffer(one: Reel, other: Reel, step: number, withStep: number): Promise<Uint8Array> {
  const { query, key } = pairOf(one, other);
  return shares.get([key, step, withStep].join("\n"), async () => {
    const buffer = await getBytes("compare_neighbors", { ...query, step, with_step: withStep });
    return decodeColumn(buffer).values;
  });
}
