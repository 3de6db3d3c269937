/** Follows a training that goes on: while live, a film that is opened with newer steps is shown at its newest. */
import { computed, effect, signal } from "@preact/signals";
import * as state from "./state";

/** Steps of the probe set when the tab first saw it; null before. */
const seen = signal<{ readonly place: string; readonly nSteps: number } | null>(null);

/** New steps arrived while the tab was open: there is something to follow. */
export const isTraining = computed(() => {
  const probe = state.probe.value;
  return probe !== null && seen.value !== null && probe.steps.length > seen.value.nSteps;
});

export function keepLive(): () => void {
  const stops = [
    effect(() => {
      const probe = state.probe.value;
      if (probe === null) return;
      const place = `${probe.run}\n${probe.tag}`;
      if (seen.peek()?.place !== place) seen.value = { place, nSteps: probe.steps.length };
    }),
    // Whatever takes the cursor away from the newest step (a hand, a key, playing from the start) ends it.
    effect(() => {
      if (state.cursor.value < state.count.value - 1) state.live.value = false;
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
