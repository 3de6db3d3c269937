/** What is known of every sample at a step beside its frame: how faithfully the step shows it, how often its prediction has changed by then. Fetched only while something shows it. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import * as api from "./api";
import type { Column } from "./binary";
import { FrameRing } from "./frames";
import { keepFetching } from "./keep_fetching";
import { colouredAt, fetchColours } from "./sample_columns";
import * as state from "./state";
import { SAMPLE_MEASURES, type SampleMeasure } from "./url";
import type { Metric } from "./wire";

const MAX_BYTES = 64 * 2 ** 20;

/** The metrics of a film that every sample has a value of its own of. */
export const sampleMetrics = computed<Metric[]>(() => {
  const film = state.reel.value?.film;
  if (film === undefined) return [];
  return SAMPLE_MEASURES.flatMap((name) => film.metrics.find(({ metric }) => metric === name) ?? []).filter(({ metric }) =>
    film.steps.some(({ fidelity }) => Object.values(fidelity?.[metric] ?? {}).some((value) => value !== null)),
  );
});

/** The measure to show: the chosen one, where the film has it. */
export const measure = computed<SampleMeasure | null>(() =>
  sampleMetrics.value.some(({ metric }) => metric === state.measure.value) ? state.measure.value : null,
);

class Kept {
  readonly #ring = signal<FrameRing<Column> | null>(null);
  readonly #version = signal(0);
  constructor(readonly wanted: ReadonlySignal<string | null>) {}

  /** undefined while it is under way, null where there is none. Reads signals. */
  at(index: number): Column | null | undefined {
    this.#version.value;
    const ring = this.#ring.value;
    if (ring === null) return this.wanted.value === null ? null : undefined;
    return ring.get(index) ?? (ring.failure(index) === undefined ? undefined : null);
  }

  follow(): () => void {
    const stops = [
      effect(() => {
        const reel = state.reel.value;
        const column = this.wanted.value;
        const ring = reel === null || column === null ? null : this.#open(reel, column);
        this.#ring.value = ring;
        return () => ring?.destroy();
      }),
      keepFetching(
        () => this.#ring.value,
        state.instant,
        () => state.loopSpan.value,
      ),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  #open({ place, film, samples }: state.Reel, column: string): FrameRing<Column> {
    return new FrameRing<Column>({
      count: film.steps.length,
      maxBytes: MAX_BYTES,
      async load(index, signal) {
        const step = film.steps[index];
        if (step === undefined) throw new RangeError(`the film has no step at ${index}`);
        const found = await api.fetchColumn(place, film.film, step, column, signal);
        if (found.values.length !== samples.n) throw new Error(`expected ${samples.n} values, got ${found.values.length}`);
        return found;
      },
      bytesOf: ({ values }) => values.byteLength,
      onChange: () => {
        this.#version.value++;
      },
    });
  }
}

const flips = new Kept(computed(() => (state.colour.value === "flips" ? "flips" : null)));
const fidelity = new Kept(
  computed(() => (state.colour.value === "fidelity" || state.trust.value !== "off" ? measure.value : null)),
);

/** What holds the values that colour the dots, and those that say how far to trust them; null while nothing shows them. */
const ofColour = computed(() => {
  const mode = state.colour.value;
  return mode === "flips" ? flips : mode === "fidelity" ? fidelity : null;
});
const ofTrust = computed(() => (state.trust.value === "off" ? null : fidelity));

export const colouring = (index: number): Column | null | undefined =>
  state.colour.value === "column" ? colouredAt(index) : ofColour.value === null ? null : ofColour.value.at(index);
export const trusting = (index: number): Column | null | undefined => (ofTrust.value === null ? null : ofTrust.value.at(index));

/** Whether all that a step shows of this kind is here, or will not come. */
export const columnsReady = (index: number): boolean => colouring(index) !== undefined && trusting(index) !== undefined;

/** The same at any step of any film, whether it is kept or not: an export goes on when another film is opened. */
export async function columnsOf(
  reel: state.Reel,
  index: number,
  signal: AbortSignal,
): Promise<{ readonly values: Uint8Array | null; readonly trust: Uint8Array | null }> {
  const { place, film } = reel;
  const step = film.steps[index];
  const fetched = async (kept: Kept | null): Promise<Uint8Array | null> => {
    const column = kept?.wanted.peek() ?? null;
    return column === null || step === undefined ? null : (await api.fetchColumn(place, film.film, step, column, signal)).values;
  };
  const [colour, trust] = [ofColour.peek(), ofTrust.peek()];
  const values = state.colour.peek() === "column" ? await fetchColours(reel, index) : await fetched(colour);
  return { values, trust: trust === colour ? values : await fetched(trust) };
}

export function keepColumns(): () => void {
  const stops = [flips.follow(), fidelity.follow()];
  return () => {
    for (const stop of stops) stop();
  };
}
