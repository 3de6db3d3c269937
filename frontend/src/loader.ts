/** Opens the film to show and keeps its frames coming. The old film stays on screen until the new one can be drawn. */
import { batch, effect, signal, untracked } from "@preact/signals";
import * as api from "./api";
import { type Frame, frameBytes, type Samples } from "./binary";
import { anchorsOf } from "./engine/anchors";
import { doubtOf } from "./engine/doubt";
import { messageOf } from "./format";
import { FrameRing } from "./frames";
import { keepFetching } from "./keep_fetching";
import { takeAskedStep } from "./link";
import * as state from "./state";
import { clampCursor, cursorAt } from "./timeline";
import type { Film, Probe } from "./wire";

const FRAMES_MAX_BYTES = 256 * 2 ** 20;
const REOPEN_MS = 5000;

/** A film with a ring that fetches its frames; `onChange` is told when frames arrive or leave. */
export function openReel(
  place: api.Place,
  probe: Probe,
  film: Film,
  samples: Samples,
  onChange: () => void,
  held: readonly (readonly [number, Frame])[] = [],
): state.Reel {
  const frames = new FrameRing<Frame>({
    count: film.steps.length,
    maxBytes: FRAMES_MAX_BYTES,
    async load(index, signal) {
      const step = film.steps[index];
      if (step === undefined) throw new RangeError(`the film has no step at ${index}`);
      const frame = await api.fetchFrame(place, film.film, step, signal);
      if (frame.nSamples !== samples.n) {
        throw new Error(`step ${step.step} has ${frame.nSamples} samples, the film has ${samples.n}`);
      }
      prepare(frame, samples, probe);
      return frame;
    },
    bytesOf: frameBytes,
    onChange,
    held,
  });
  return { place, film, probe, samples, frames, steps: film.steps.map(({ step }) => step) };
}

/** What the picture derives from a frame, so that no frame of the animation pays for it. */
function prepare(frame: Frame, samples: Samples, probe: Probe): void {
  if (state.rendererKind.peek() === "webgl") doubtOf(frame); // else whoever paints asks for it
  anchorsOf(frame, samples.label, state.classesOf(probe));
}

/** Where a newly opened film stands: at the link's step, else at the step that was shown, else at the last. */
function openingCursor(steps: readonly number[], shown: number | null): number {
  const wanted = takeAskedStep() ?? shown;
  return wanted === null ? steps.length - 1 : clampCursor(Math.round(cursorAt(wanted, steps)), steps.length);
}

function show(next: state.Reel): void {
  batch(() => {
    const before = state.reel.peek();
    const samePlace = before !== null && before.place.run === next.place.run && before.place.tag === next.place.tag;
    const follow = !samePlace || state.live.peek();
    state.cursor.value = openingCursor(next.steps, follow ? null : state.step.peek());
    state.live.value = follow && state.cursor.peek() === next.steps.length - 1;
    state.reel.value = next;
    if (!samePlace) {
      state.playing.value = false;
      state.selected.value = null;
    }
    state.hovered.value = null;
    if (state.colour.peek() === "label" && next.samples.label.every((label) => label < 0)) {
      // Without classes sample_columns chooses a column where there is one.
      const { n_classes, n_columns, splits } = next.probe;
      if (n_classes > 0) state.colour.value = "prediction";
      else if ((n_columns ?? 0) === 0 && (next.film.values ?? []).length === 0 && splits.length > 1) state.colour.value = "split";
    }
    before?.frames.destroy();
  });
}

async function open(probe: Probe, key: string, signal: AbortSignal): Promise<void> {
  const place = { run: probe.run, tag: probe.tag };
  const open = state.reel.peek();
  const keep =
    open !== null && open.probe.samples === probe.samples && open.place.run === probe.run && open.place.tag === probe.tag;
  const [film, samples] = await Promise.all([
    api.fetchFilm(place, key, signal),
    keep ? open.samples : api.fetchSamples(place, probe.samples, signal),
  ]);
  if (signal.aborted) return;
  state.refusal.value = null;
  if (film.steps.length === 0) throw new Error("This film has no steps.");
  const held = keep ? stillShown(open, film) : [];
  show(openReel(place, probe, film, samples, () => state.framesVersion.value++, held));
}

/** The frames in memory that a film has too, which has grown since it was opened. */
export function stillShown({ film: before, frames }: state.Reel, film: Film): (readonly [number, Frame])[] {
  const at = new Map(film.steps.map(({ frame }, index) => [frame, index]));
  return before.steps.flatMap(({ frame }, index) => {
    const [now, held] = [at.get(frame), frames.get(index)];
    return before.film !== film.film || now === undefined || held === undefined ? [] : [[now, held] as const];
  });
}

function closeIfElsewhere(probe: Probe | null): void {
  const open = state.reel.peek();
  if (open === null) return;
  if (probe !== null && open.place.run === probe.run && open.place.tag === probe.tag && probe.film !== null) return;
  state.reel.value = null;
  open.frames.destroy();
}

/** Follow the film to show. */
function followFilm(): () => void {
  const attempt = signal(0);
  let retry: ReturnType<typeof setTimeout> | undefined;
  let controller = new AbortController();
  let opening = "";
  const stop = effect(() => {
    attempt.value;
    const place = state.place.value;
    const found = state.probe.value;
    const probe = found !== null && found.run === place?.run && found.tag === place.tag ? found : null;
    const key = probe === null ? null : (state.chosenFilm.value ?? probe.film);
    const version = probe?.films.find(({ film }) => film === key)?.version;
    const identity = probe === null || key === null ? "" : [probe.run, probe.tag, key, version, probe.samples].join("\n");
    if (identity === opening && identity !== "") return;
    opening = identity;
    controller.abort();
    controller = new AbortController();
    untracked(() => closeIfElsewhere(probe));
    if (probe === null || key === null) return;
    const { signal: stopped } = controller;
    open(probe, key, stopped).catch((error: unknown) => {
      if (stopped.aborted) return;
      opening = "";
      retry = setTimeout(() => attempt.value++, REOPEN_MS);
      state.refusal.value = `The film does not open: ${messageOf(error)}`;
    });
  });
  return () => {
    stop();
    clearTimeout(retry);
    controller.abort();
  };
}

export function keepFilmOpen(): () => void {
  const stops = [
    followFilm(),
    keepFetching(
      () => state.reel.value?.frames ?? null,
      state.instant,
      () => state.loopSpan.value,
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
