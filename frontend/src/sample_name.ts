/** How samples are called. An id is an index into a data set, so that each split may have a sample of it: `test 5`. Pure. */
import type { Samples } from "./binary";

interface Known {
  readonly samples: Pick<Samples, "id" | "split">;
  readonly probe: { readonly splits: readonly string[] };
}

export const splitOf = ({ samples, probe }: Known, sample: number): string => probe.splits[samples.split[sample] ?? 0] ?? "";

/** A sample by its split and id; where there is one split, its name says nothing. */
export const fullName = (known: Known, sample: number): string =>
  `${known.probe.splits.length > 1 ? splitOf(known, sample) : "sample"} ${known.samples.id[sample]}`;

/** A sample by its id alone, where no other has it. */
export function shortName(known: Known, sample: number): string {
  const ids = known.samples.id;
  const id = ids[sample] ?? -1;
  return ids.indexOf(id) === ids.lastIndexOf(id) ? String(id) : fullName(known, sample);
}
