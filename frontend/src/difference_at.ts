/** By how much neighbourhoods differ between the two films at the steps under the cursor; worked out in slices while something shows it. */
import { computed, effect, signal } from "@preact/signals";
import { aligned, besideFrame, matching } from "./beside";
import type { Frame } from "./binary";
import { breathe } from "./breathe";
import { aspectOf } from "./camera";
import { neighborhoodDifference, type Plane } from "./difference";
import * as state from "./state";
import { locate } from "./timeline";

const K = 15; // as fidelity is measured
const SLICE_MS = 8; // half a picture

interface Difference {
  /** A byte per sample of the first film, and of the film beside: 0 none, 254 all, 255 not matched. */
  readonly here: Uint8Array;
  readonly there: Uint8Array;
}
export const difference = signal<Difference | null>(null);

/** Mean over the matched samples, 0..1; null where there are none. */
export const meanDifference = computed(() => {
  let sum = 0;
  let n = 0;
  for (const value of difference.value?.here ?? []) {
    if (value === 255) continue;
    sum += value;
    n++;
  }
  return n === 0 ? null : sum / n / 254;
});

const planeOf = ({ film }: state.Reel, { xy }: Frame): Plane => ({ xy, aspect: aspectOf(film.extent) });

/** What works the difference out at any step of the first film, for as long as the exporter asks; null while there are not two films. */
export function differences(): ((index: number, frame: Frame, signal: AbortSignal) => Promise<Uint8Array>) | null {
  const [one, other, found] = [state.reel.peek(), state.beside.peek(), matching.peek()];
  if (one === null || other === null || found === null) return null;
  const align = aligned.peek();
  return async (index, frame, signal) => {
    const { nearest } = locate(align(index), other.steps.length);
    const there = await other.frames.fetch(nearest, signal);
    const work = neighborhoodDifference(planeOf(one, frame), planeOf(other, there), found.there, K);
    for (let until = performance.now() + SLICE_MS; ; ) {
      const { done, value } = work.next();
      if (done === true) return value;
      if (performance.now() < until) continue;
      await breathe();
      signal.throwIfAborted();
      until = performance.now() + SLICE_MS;
    }
  };
}

const MOST_KEPT = 64; // steps, of a byte per sample each

/** What is known of steps away from the cursor, and what works out one more. */
export interface DifferenceElsewhere {
  readonly known: ReadonlyMap<number, Uint8Array>;
  find(index: number, frame: Frame, signal: AbortSignal): Promise<void>;
}

/** Another one where a film is another or they are held otherwise; null while there are not two, or another colour is shown. Reads signals. */
export const differenceElsewhere = computed<DifferenceElsewhere | null>(() => {
  state.reel.value;
  state.beside.value;
  aligned.value;
  matching.value;
  const work = state.colour.value === "difference" ? differences() : null;
  if (work === null) return null;
  const known = new Map<number, Uint8Array>();
  return {
    known,
    async find(index, frame, signal) {
      known.set(index, await work(index, frame, signal));
      const [oldest] = known.keys();
      if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
    },
  };
});

export function keepDifference(): () => void {
  return effect(() => {
    const [one, other, found] = [state.reel.value, state.beside.value, matching.value];
    if (one === null || other === null || found === null || found.count === 0) {
      difference.value = null;
      return undefined;
    }
    const [here, there] = [state.nearestFrame.value, besideFrame.value];
    if (here === null || there === null) return undefined; // what is shown stays until they are here
    const work = neighborhoodDifference(planeOf(one, here), planeOf(other, there), found.there, K);
    let timer: ReturnType<typeof setTimeout>;
    const goOn = (): void => {
      const until = performance.now() + SLICE_MS;
      while (performance.now() < until) {
        const { done, value } = work.next();
        if (done !== true) continue;
        difference.value = { here: value, there: Uint8Array.from(found.here, (sample) => value[sample] ?? 255) };
        return;
      }
      timer = setTimeout(goOn);
    };
    timer = setTimeout(goOn);
    return () => clearTimeout(timer);
  });
}
