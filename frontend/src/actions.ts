/** The verbs of the tab, shared by buttons and keys. */
import { batch } from "@preact/signals";
import * as api from "./api";
import { putBeside } from "./beside";
import { neighbouring, toggledBookmark } from "./bookmarks";
import { FIT, moved, zoomed } from "./camera";
import { measure } from "./columns";
import { messageOf } from "./format";
import { askForStep } from "./link";
import { type LoopEnd, withEnd } from "./loop";
import { colourable, colourByColumn, columns, nextColumn } from "./sample_columns";
import { cancelOutline, select } from "./selecting";
import { NOTHING } from "./selection";
import * as state from "./state";
import { cursorAt, jump } from "./timeline";
import { COLOUR_MODES, type ColourMode, type Switch, TRUST_MARKS } from "./url";
import type { Fit, ValueInfo } from "./wire";

const DRAWER = "(max-width: 1099px)"; // as in the style sheet: above it nothing is a drawer
const MOVE = 0.1; // of the view
const ZOOM = 1.25;

export function togglePlaying(): void {
  const last = state.count.peek() - 1;
  if (last <= 0) return;
  const { first, last: end } = state.loop.peek() ? state.loopSpan.peek() : { first: 0, last };
  if (!state.playing.peek() && (state.cursor.peek() >= end || state.cursor.peek() < first)) state.cursor.value = first;
  state.playing.value = !state.playing.peek();
}

export function stepBy(by: number): void {
  state.playing.value = false;
  state.cursor.value = jump(state.cursor.peek(), by, state.count.peek());
}

export function goToFirst(): void {
  state.playing.value = false;
  state.seek(0);
}

export function goToLast(): void {
  state.playing.value = false;
  state.seek(state.count.peek() - 1);
}

export function changeSpeed(by: 1 | -1): void {
  const at = state.SPEEDS.indexOf(state.speed.peek());
  state.speed.value = state.SPEEDS[Math.min(state.SPEEDS.length - 1, Math.max(0, at + by))] ?? state.speed.peek();
}

export function toggleLoop(): void {
  state.loop.value = !state.loop.peek();
}

/** Go round from (or to) an index of the film's steps. */
export function setLoopEnd(end: LoopEnd, index: number): void {
  const steps = state.reel.peek()?.steps;
  if (steps === undefined) return;
  state.loopRange.value = withEnd(state.loopRange.peek(), end, index, steps);
  if (state.loopRange.peek() !== null) state.loop.value = true;
}

export function clearLoopRange(): void {
  state.loopRange.value = null;
}

export function goTo(step: number): void {
  state.playing.value = false;
  state.seek(Math.round(cursorAt(step, state.reel.peek()?.steps ?? [])));
}

/** To another run, whose film opens at a step, or at its last. */
export function goToRun(place: api.Place, step: number | null): void {
  batch(() => {
    const [here, other] = [state.place.peek(), state.besideChoice.peek()];
    const swapped = other?.run === place.run && other.tag === place.tag;
    // What stood beside comes to the front, and what was there goes beside it: no film is compared with itself.
    if (swapped && here !== null) putBeside({ ...here, film: state.chosenFilm.peek() });
    askForStep(step);
    state.chosenFilm.value = swapped ? other.film : null;
    state.forgetView();
    state.place.value = place;
  });
}

/** Set a bookmark at the step under the cursor, or take it away. */
export function toggleBookmark(): void {
  const step = state.step.peek();
  if (step !== null) state.bookmarks.value = toggledBookmark(state.bookmarks.peek(), step);
}

export function goToBookmark(by: 1 | -1): void {
  const found = neighbouring(state.bookmarks.peek(), state.step.peek() ?? 0, by);
  if (found !== null) goTo(found.step);
}

export function toggleLive(): void {
  if (!state.live.peek()) goToLast();
  state.live.value = !state.live.peek();
}

const TOLD = new Map<ColourMode, string>([
  ["prediction", "Prediction"],
  ["correctness", "Error"],
]);

/** The first of a film's values that stands for a colour mode, by what it is called: its name may be another where a column has that. */
export function valueFor(mode: ColourMode, values: readonly Pick<ValueInfo, "value" | "label">[]): string | undefined {
  const word = TOLD.get(mode);
  return word === undefined ? undefined : values.find(({ label }) => label.split(" ", 1)[0] === word)?.value;
}

/** Where numbers are predicted, what stands for labels, predictions and correctness: the target, its prediction and the error. */
function columnFor(mode: ColourMode): string | undefined {
  const { probe, film } = state.reel.value ?? {};
  if (mode === "label") return (probe?.n_targets ?? 0) > 0 ? columns.value[0]?.name : undefined;
  return valueFor(mode, film?.values ?? []);
}

export function colourBy(mode: ColourMode): void {
  const column = isColourable(mode) ? undefined : columnFor(mode);
  if (column !== undefined) colourByColumn(column);
  else if (mode === "column") nextColumn();
  else if (isColourable(mode)) state.colour.value = mode;
}

/** Whether the data has what a colour mode shows. Reads signals. */
export function isColourable(mode: ColourMode): boolean {
  const labelled = state.labelled.value || state.reel.value === null;
  const predicted = state.predicted.value;
  if (mode === "label") return labelled;
  if (mode === "split") return (state.reel.value?.probe.splits.length ?? 0) > 1;
  if (mode === "fidelity") return measure.value !== null;
  if (mode === "column") return colourable.value.length > 0;
  if (mode === "difference") return state.beside.value !== null;
  return mode === "correctness" ? labelled && predicted : predicted;
}

export const colourModeAt = (digit: number): ColourMode | undefined => COLOUR_MODES[digit - 1];

export function fitCamera(): void {
  state.camera.value = FIT;
}

export function zoomBy(by: 1 | -1): void {
  state.camera.value = zoomed(state.camera.peek(), ZOOM ** by);
}

/** Move what is seen by a tenth of the view. */
export function moveBy(right: number, up: number): void {
  state.camera.value = moved(state.camera.peek(), right * MOVE, up * MOVE);
}

export function toggleSwitch(name: Switch): void {
  const next = new Set(state.switchedOff.peek());
  if (!next.delete(name)) next.add(name);
  state.switchedOff.value = next;
}

/** Off, fade, ring, and off again. */
export function nextTrustMark(): void {
  if (measure.peek() === null) return;
  state.trust.value = TRUST_MARKS[(TRUST_MARKS.indexOf(state.trust.peek()) + 1) % TRUST_MARKS.length] ?? "off";
}

export function clear(): void {
  if (state.helpOpen.peek()) state.helpOpen.value = false;
  else if (state.outline.peek() !== null) cancelOutline();
  else if (state.drawerOpen.peek() && window.matchMedia(DRAWER).matches) state.drawerOpen.value = false;
  else {
    select(NOTHING);
    state.selected.value = null;
    state.hovered.value = null;
  }
}

async function change(request: (place: api.Place) => Promise<Fit>): Promise<void> {
  const place = state.place.peek();
  if (place === null) return;
  try {
    state.refusal.value = null;
    state.fit.value = await request(place);
    state.reloads.value++; // the new state is followed at once, at a fit's pace
  } catch (error) {
    state.refusal.value = messageOf(error);
  }
}

export const startFit = (method: string, follow: boolean, beside: api.Place | null): Promise<void> =>
  change((place) => api.startFit(place, method, follow, beside));
export const cancelFit = (): Promise<void> => change(api.cancelFit);

/** Hide a key, or show it again. */
export function toggled(hidden: ReadonlySet<number>, key: number): ReadonlySet<number> {
  const next = new Set(hidden);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** Hide all but one key; asked again for the one that stands alone, show all. */
export function isolated(hidden: ReadonlySet<number>, key: number, nKeys: number): ReadonlySet<number> {
  const alone = !hidden.has(key) && hidden.size === nKeys - 1;
  return alone ? new Set() : new Set(Array.from({ length: nKeys }, (_, other) => other).filter((other) => other !== key));
}
