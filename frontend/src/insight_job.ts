/** What the log says of each sample, as far as a job on the server has worked it out: asked for with the film, followed while the job runs. */
import { computed, effect, signal } from "@preact/signals";
import * as api from "./api";
import { messageOf } from "./format";
import { isHidden } from "./host";
import * as state from "./state";
import type { Insight } from "./wire";

const RUNNING_MS = 1000;
const RETRY_MS = 5000;

/** Null while it is not here. */
export const insight = signal<Insight | null>(null);
/** Why the last request was refused. */
export const insightTrouble = signal<string | null>(null);

const isFollowed = signal(false);
/** Whether it is here, or will not come: an exported page asks for none. */
export const isInsightKnown = computed(() => !isFollowed.value || insight.value !== null || insightTrouble.value !== null);

export const isWorking = (found: Insight | null): boolean => ["queued", "starting", "running"].includes(found?.state ?? "none");

/** Counts up to ask anew. */
const round = signal(0);

async function change(request: (place: api.Place, film: string) => Promise<Insight>): Promise<void> {
  const reel = state.reel.peek();
  if (reel === null) return;
  try {
    insight.value = await request(reel.place, reel.film.film);
    insightTrouble.value = null;
    round.value++;
  } catch (error) {
    insightTrouble.value = messageOf(error);
  }
}

export const startInsight = (): Promise<void> => change(api.startInsight);
export const cancelInsight = (): Promise<void> => change(api.cancelInsight);

/** Ask when a film opens, when steps were added to its log and when TensorBoard reloads; every second while a job runs. */
export function followInsight(): () => void {
  isFollowed.value = true;
  let open = "";
  return effect(() => {
    const reel = state.reel.value;
    state.probe.value?.fingerprint;
    state.reloads.value;
    round.value;
    const shown = reel === null ? "" : [reel.place.run, reel.place.tag, reel.film.film].join("\n");
    if (shown !== open) insight.value = null; // a film that only grew keeps what is known until the next answer
    open = shown;
    if (reel === null) return undefined;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = (pause: number): void => {
      timer = setTimeout(() => void ask(), pause);
    };
    const ask = async (): Promise<void> => {
      if (isHidden()) return again(RUNNING_MS);
      try {
        const found = await api.fetchInsight(reel.place, reel.film.film, controller.signal);
        if (controller.signal.aborted) return;
        insight.value = found;
        insightTrouble.value = null;
        if (isWorking(found)) again(RUNNING_MS);
      } catch (error) {
        if (controller.signal.aborted) return;
        insightTrouble.value = messageOf(error);
        again(RETRY_MS);
      }
    };
    void ask();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  });
}
