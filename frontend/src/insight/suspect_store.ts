/** The list of suspects of what is open, and a person's judgements on their way to the server. */

import { messageOf } from "../format";
import * as tab from "../lent";
import { fetchSuspects, saveVerdict } from "./api";
import type { Pending } from "./suspects";
import type { Suspects, Verdict } from "./wire";

const TOP = 1000;

export const suspects = tab.signal<Suspects | null>(null);
/** Why the list, or a judgement, was refused. */
export const suspectTrouble = tab.signal<string | null>(null);
export const pending = tab.signal<Pending>(new Map());

let open = "";
/** Judgements are kept one after the other, so that the list that comes last is of all of them. */
let queue: Promise<void> = Promise.resolve();

/** Ask for the list where it is of something else. */
export function openSuspects(reel: tab.Reel, insight: string): void {
  const key = [reel.place.run, reel.place.tag, insight].join("\n");
  if (key === open) return;
  open = key;
  tab.batch(() => {
    suspects.value = null;
    suspectTrouble.value = null;
    pending.value = new Map();
  });
  fetchSuspects(reel.place, insight, TOP).then(
    (found) => {
      if (key === open) suspects.value = found;
    },
    (error: unknown) => {
      if (key !== open) return;
      open = ""; // a later look tries again
      suspectTrouble.value = messageOf(error);
    },
  );
}

/** Judge a sample, or take a judgement back: seen at once, kept by the server, which then ranks anew; a refusal says so and undoes it. */
export function judge(reel: tab.Reel, insight: string, sample: number, verdict: Verdict | null): void {
  const key = open;
  pending.value = new Map(pending.peek()).set(sample, verdict);
  const settle = (found: Suspects | null, trouble: string | null): void => {
    if (key !== open) return;
    tab.batch(() => {
      const rest = new Map(pending.peek());
      if (rest.get(sample) === verdict) rest.delete(sample);
      pending.value = rest;
      if (found !== null) suspects.value = found;
      suspectTrouble.value = trouble;
    });
  };
  queue = queue.then(async () => {
    try {
      settle(await saveVerdict(reel.place, insight, sample, verdict, TOP), null);
    } catch (error) {
      settle(null, `Not kept for ${tab.shortName(reel, sample)}: ${messageOf(error)}`);
    }
  });
}
