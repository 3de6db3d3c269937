/** The list of samples whose labels are likely to be wrong, as it changes under a person's judgements. Pure. */
import { cell } from "../csv";
import type { Suspect, Suspects, Verdict } from "./wire";

/** Judgements that were made here and that the server has not yet kept, by sample. */
export type Pending = ReadonlyMap<number, Verdict | null>;

/** The server's list as it looks with what is about to be kept; the order is the server's. */
export function withPending(list: readonly Suspect[], pending: Pending): readonly Suspect[] {
  if (pending.size === 0) return list;
  return list.map((row) => {
    const verdict = pending.get(row.sample);
    return verdict === undefined || verdict === row.verdict ? row : { ...row, verdict };
  });
}

/** How many were judged how, with what is about to be kept of the samples in the list. */
export function countsWith(
  { suspects, n_verdicts }: Suspects,
  pending: Pending,
): { readonly suspicious: number; readonly fine: number } {
  const found = { suspicious: n_verdicts.suspicious ?? 0, fine: n_verdicts.fine ?? 0 };
  for (const { sample, verdict } of suspects) {
    const next = pending.get(sample);
    if (next === undefined || next === verdict) continue;
    if (verdict !== null) found[verdict]--;
    if (next !== null) found[next]++;
  }
  return found;
}

/** What is to be judged after a row: the next below without a verdict, else the next below, else the last. */
export function nextToJudge(list: readonly Suspect[], at: number): number {
  const next = list.findIndex(({ verdict }, index) => index > at && verdict === null);
  return next >= 0 ? next : Math.min(at + 1, list.length - 1);
}

export interface SuspectSource {
  id(sample: number): number;
  split(sample: number): string;
  label(sample: number): number;
  className(kind: number): string;
}

/** A table to relabel by: the columns of `timetravel suspects --csv`, which reads it back. */
export function suspectsCsv(list: readonly Suspect[], source: SuspectSource): string {
  // Without control characters, as the command writes names: they come from a log.
  const name = (text: string): string => cell(text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, " "));
  const ofClass = (kind: number): string => (kind < 0 ? "" : name(source.className(kind)));
  const lines = list.map(({ sample, score, looks_like, why, verdict }) =>
    [
      source.id(sample),
      name(source.split(sample)),
      ofClass(source.label(sample)),
      ofClass(looks_like),
      score === null ? "" : score.toFixed(4),
      cell(why),
      verdict ?? "",
    ].join(","),
  );
  return ["id,split,label,looks_like,score,why,verdict", ...lines, ""].join("\n");
}
