/** The film beside the first: opened by choice, held at the same step or the same accuracy, its samples matched by their ids. */
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { aligner } from "./alignment";
import * as api from "./api";
import { messageOf } from "./format";
import { keepFetching } from "./keep_fetching";
import { openReel, stillShown } from "./loader";
import { countMatched, matchIds } from "./matching";
import { filmName, PREVIEW_METHOD } from "./methods";
import { colourPlainly } from "./sample_columns";
import * as state from "./state";
import { cursorAt, locate } from "./timeline";

export const besideTrouble = signal<string | null>(null);

/** Positions in the other film: `there` of this film's samples, `here` of those beside; −1 where it has none. */
export const matching = computed(() => {
  const [one, other] = [state.reel.value, state.beside.value].map(
    (reel) => reel && { samples: reel.samples, splits: reel.probe.splits },
  );
  if (!one || !other) return null;
  const there = matchIds(one, other);
  return { there, here: matchIds(other, one), count: countMatched(there) };
});

/** From a cursor of the first film to one of the film beside. */
export const aligned = computed(() => {
  const [steps, held] = [state.beside.value?.film.steps ?? [], state.held.value];
  if (held === null) return aligner(state.reel.value?.film.steps ?? [], steps, state.alignment.value);
  const cursor = Math.round(cursorAt(held, state.beside.value?.steps ?? []));
  return () => cursor;
});
export const besideInstant = computed(() =>
  locate(aligned.value(state.cursor.value), state.beside.value?.film.steps.length ?? 0),
);
/** The frame beside at its nearest real step. */
export const besideFrame = computed(() => {
  state.besideVersion.value;
  return state.beside.value?.frames.get(besideInstant.value.nearest) ?? null;
});

/** Run, tag and method of a film. */
export function nameOf({ place, film, probe }: state.Reel): string {
  const entry = probe.films.find((known) => known.film === film.film);
  return [place.run, ...(place.tag === "probe" ? [] : [place.tag]), ...(entry ? [filmName(entry, probe)] : [])].join(" · ");
}

export interface Offer {
  readonly value: string;
  readonly name: string;
  readonly choice: typeof state.besideChoice.value;
}

/** What can stand beside: other films of this run, what other runs show, and last of all a preview. */
export function offers(reel: state.Reel): Offer[] {
  const { place, probe, film } = reel;
  const own = (isPreview: boolean): Omit<Offer, "value">[] =>
    probe.films
      .filter((other) => other.film !== film.film && (other.method === PREVIEW_METHOD) === isPreview)
      .map((other) => ({ name: filmName(other, probe), choice: { ...place, film: other.film } }));
  const others = (state.listing.value?.runs ?? []).flatMap(({ run, tags }) =>
    tags
      .filter(({ tag, state }) => state === "fitted" && (run !== place.run || tag !== place.tag))
      .map(({ tag }) => ({ name: tags.length > 1 ? `${run} · ${tag}` : run, choice: { run, tag, film: null } })),
  );
  return [...own(false), ...others, ...own(true)].map((offer) => ({ ...offer, value: JSON.stringify(offer.choice) }));
}

/** Put a film beside, held nowhere, or none. */
export const putBeside = (choice: Offer["choice"]): void =>
  batch(() => {
    state.held.value = null;
    state.besideChoice.value = choice;
  });

/** Put the first film that there is beside, or none (key C). */
export function toggleBeside(): void {
  const reel = state.reel.peek();
  if (reel !== null) putBeside(state.besideChoice.peek() === null ? (offers(reel)[0]?.choice ?? null) : null);
}

async function open(choice: NonNullable<typeof state.besideChoice.value>, signal: AbortSignal): Promise<void> {
  const place = { run: choice.run, tag: choice.tag };
  const probe = await api.fetchProbe(place, signal);
  const first = state.reel.peek()?.film.film;
  const laidBeside = probe.films.find(({ beside, stale }) => beside?.film === first && !stale); // both can be looked at in one plane
  const key = choice.film ?? laidBeside?.film ?? probe.film;
  if (key === null) throw new Error(`${choice.run} has no film yet; fit it first.`);
  const [film, samples] = await Promise.all([api.fetchFilm(place, key, signal), api.fetchSamples(place, probe.samples, signal)]);
  if (signal.aborted) return;
  const before = state.beside.peek(); // the same film, which has grown since
  const held = before?.probe.samples === probe.samples ? stillShown(before, film) : [];
  state.beside.value = openReel(place, probe, film, samples, () => state.besideVersion.value++, held);
  before?.frames.destroy();
}

function close(): void {
  const open = state.beside.peek();
  state.beside.value = null;
  open?.frames.destroy();
  if (open !== null && state.besideChoice.peek() === null && state.colour.peek() === "difference") colourPlainly();
}

export function keepBeside(): () => void {
  const chosen = computed(() => JSON.stringify(state.reel.value === null ? null : state.besideChoice.value));
  // Of a film of the same run that is live, which grows: the one that is open stays until the longer one can be drawn.
  const version = computed(() => {
    const [choice, probe] = [state.besideChoice.value, state.probe.value];
    if (choice === null || choice.run !== probe?.run || choice.tag !== probe.tag) return null;
    return probe.films.find(({ film }) => film === choice.film)?.version ?? null;
  });
  let opened = chosen.peek();
  const stops = [
    effect(() => {
      version.value;
      if (chosen.value !== opened) untracked(close);
      opened = chosen.value;
      const choice = state.reel.peek() === null ? null : state.besideChoice.peek();
      besideTrouble.value = null;
      if (choice === null) return undefined;
      const controller = new AbortController();
      open(choice, controller.signal).catch((error: unknown) => {
        if (!controller.signal.aborted) besideTrouble.value = messageOf(error);
      });
      return () => controller.abort();
    }),
    close,
    keepFetching(() => state.beside.value?.frames ?? null, besideInstant),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
