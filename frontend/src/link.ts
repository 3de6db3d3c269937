/** Keeps the address bar and the state in step: a link opens what its sender saw. */
import { batch, effect } from "@preact/signals";
import { FIT } from "./camera";
import type { Host } from "./host";
import { ofPositions, positionsOf } from "./selection";
import * as state from "./state";
import { clampCursor, cursorAt } from "./timeline";
import { type LinkState, readLink, SWITCHES, writeLink } from "./url";

const WRITE_EVERY_MS = 300; // browsers throttle pages that replace their address more often
const MAX_LINKED = 50;
const DEFAULT_MEASURE = state.measure.peek();
const DEFAULT_TERRITORY = state.territory.peek();

/** Our part of the address, as last read or written. */
let known = writeLink("", readLink(""));

/** What the last link asked for and is not open yet; the film loader takes the step from here. */
let asked: LinkState = readLink("");

export const askedPlace = (): { run: string | null; tag: string | null } => asked;

/** The step of the link, once. */
export function takeAskedStep(): number | null {
  const { step } = asked;
  asked = { ...asked, step: null };
  return step;
}

/** What the link wants selected, once. */
export function takeAskedSelection(): { readonly selected: readonly number[]; readonly query: string | null } {
  const { selected, query } = asked;
  asked = { ...asked, selected: [], query: null };
  return { selected, query };
}

export function applyLink(hash: string): void {
  const link = readLink(hash);
  const own = writeLink("", link);
  // TensorBoard changes the rest of its hash when a person changes tabs.
  if (own === known) return;
  known = own;
  asked = link;
  batch(() => {
    state.chosenFilm.value = link.film;
    state.colour.value = link.colour ?? "label";
    state.column.value = link.column;
    state.camera.value = link.camera ?? FIT;
    state.hiddenClasses.value = new Set(link.hidden);
    state.territory.value = link.territory ?? DEFAULT_TERRITORY;
    state.rendererChoice.value = link.renderer;
    state.trailsShown.value = link.trails !== null;
    state.trailLength.value = link.trails ?? state.trailLength.peek();
    state.neighborLines.value = link.neighbors;
    state.besideChoice.value = link.beside;
    state.alignment.value = link.alignment;
    state.measure.value = link.measure ?? DEFAULT_MEASURE;
    state.trust.value = link.trust;
    state.switchedOff.value = new Set(link.without);
    state.givenColours.value = link.colours;
    state.loopRange.value = link.loop;
    if (link.loop !== null) state.loop.value = true;
    state.bookmarks.value = link.bookmarks;
    state.smoothing.value = link.smoothing ?? 0;
    state.logCharts.value = new Set(link.log);
    const place = state.place.peek();
    if (link.run !== null && place !== null && (link.run !== place.run || (link.tag !== null && link.tag !== place.tag))) {
      state.place.value = { run: link.run, tag: link.tag ?? place.tag };
    } else if (state.reel.peek() !== null) {
      const step = takeAskedStep();
      const steps = state.reel.peek()?.steps ?? [];
      if (step !== null) state.cursor.value = clampCursor(Math.round(cursorAt(step, steps)), steps.length);
      const { selected, query } = takeAskedSelection();
      state.selection.value = ofPositions(state.reel.peek()?.samples.n ?? 0, selected);
      state.followedQuery.value = query;
    }
  });
}

/** Up to fifty samples fit into an address; the matches of a query need not be named. */
function linkedSelection(): number[] {
  const selection = state.selection.value;
  return state.followedQuery.value !== null || selection.count > MAX_LINKED ? [] : [...positionsOf(selection)];
}

function current(): LinkState {
  const atRest = state.camera.value;
  const opened = state.reel.value !== null;
  const fitted = atRest.u === FIT.u && atRest.v === FIT.v && atRest.zoom === FIT.zoom;
  return {
    run: state.place.value?.run ?? asked.run,
    tag: state.place.value?.tag ?? asked.tag,
    film: state.chosenFilm.value,
    step: state.step.value ?? asked.step,
    colour: state.colour.value === "label" ? null : state.colour.value,
    column: state.colour.value === "column" ? state.column.value : null,
    camera: fitted ? null : atRest,
    hidden: [...state.hiddenClasses.value].sort((a, b) => a - b),
    territory: state.territory.value === DEFAULT_TERRITORY ? null : state.territory.value,
    renderer: state.rendererChoice.value,
    selected: opened ? linkedSelection() : asked.selected,
    query: opened ? state.followedQuery.value : asked.query,
    trails: state.trailsShown.value ? state.trailLength.value : null,
    neighbors: state.neighborLines.value,
    beside: state.besideChoice.value,
    alignment: state.alignment.value,
    measure: state.measure.value === DEFAULT_MEASURE ? null : state.measure.value,
    trust: state.trust.value,
    without: SWITCHES.filter((name) => state.switchedOff.value.has(name)),
    colours: state.givenColours.value,
    loop: state.loopRange.value,
    bookmarks: state.bookmarks.value,
    smoothing: state.smoothing.value === 0 ? null : state.smoothing.value,
    log: [...state.logCharts.value].sort(),
  };
}

export function keepLink(host: Host): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest: LinkState;
  const stop = effect(() => {
    if (state.playing.value) return; // browsers limit how often an address may change; it says where the film came to rest
    latest = current();
    timer ??= setTimeout(() => {
      timer = undefined;
      known = writeLink("", latest);
      host.replaceHash(writeLink(host.hash(), latest));
    }, WRITE_EVERY_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
