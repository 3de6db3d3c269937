/** Keeps the address bar and the state in step: a link opens what its sender saw. */
import { batch, computed, effect, type Signal } from "@preact/signals";
import type { Host } from "./host";
import { ofPositions, positionsOf } from "./selection";
import * as state from "./state";
import { clampCursor, cursorAt } from "./timeline";
import { formatIndices, type LinkState, readLink, writeLink } from "./url";

const WRITE_EVERY_MS = 300; // browsers throttle pages that replace their address more often
const MOST_LINKED = 5000; // samples that are looked at
const LONGEST_LINKED = 1500; // characters; chats and mail still take the whole address

/** What a link says as it stands in the state. */
const SIGNALS = {
  film: state.chosenFilm,
  colour: state.colour,
  column: state.column,
  camera: state.camera,
  hidden: state.hiddenClasses,
  outcomes: state.hiddenOutcomes,
  splits: state.hiddenSplits,
  kinds: state.hiddenKinds,
  territory: state.territory,
  size: state.dotScale,
  renderer: state.rendererChoice,
  neighbors: state.neighborLines,
  beside: state.besideChoice,
  align: state.alignment,
  held: state.held,
  measure: state.measure,
  trust: state.trust,
  without: state.switchedOff,
  colours: state.givenColours,
  loop: state.loopRange,
  bookmarks: state.bookmarks,
  curves: state.curveChoices,
  panel: state.panel,
  smoothing: state.smoothing,
  log: state.logCharts,
} satisfies { readonly [Key in keyof LinkState]?: Signal<LinkState[Key]> };
type Kept = keyof typeof SIGNALS;
const KEPT = Object.entries(SIGNALS) as [Kept, Signal<LinkState[Kept]>][];

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

/** Have the film that opens next stand at a step, or where it stands by itself. */
export function askForStep(step: number | null): void {
  asked = { ...asked, step };
}

/** Select what the link wants selected, once, and put its sample in focus. */
export function takeAskedSelection(): void {
  const { selected, query, focus } = asked;
  const n = state.reel.peek()?.samples.n ?? 0;
  asked = { ...asked, selected: [], query: null, focus: null };
  batch(() => {
    state.selection.value = ofPositions(n, selected);
    state.followedQuery.value = query;
    state.selected.value = focus !== null && focus < n ? focus : null;
  });
}

export function applyLink(hash: string): void {
  const link = readLink(hash);
  const own = writeLink("", link);
  // TensorBoard changes the rest of its hash when a person changes tabs.
  if (own === known) return;
  known = own;
  asked = link;
  batch(() => {
    for (const [key, kept] of KEPT) kept.value = link[key];
    state.trailsShown.value = link.trails !== null;
    state.trailLength.value = link.trails ?? state.trailLength.peek();
    state.loop.value = link.repeat === "on" || (link.repeat === "auto" && link.loop !== null);
    if (state.SPEEDS.includes(link.speed)) state.speed.value = link.speed;
    const place = state.place.peek();
    if (link.run !== null && place !== null && (link.run !== place.run || (link.tag !== null && link.tag !== place.tag))) {
      state.place.value = { run: link.run, tag: link.tag ?? place.tag };
    } else if (state.reel.peek() !== null) {
      const step = takeAskedStep();
      const steps = state.reel.peek()?.steps ?? [];
      if (step !== null) state.cursor.value = clampCursor(Math.round(cursorAt(step, steps)), steps.length);
      takeAskedSelection();
    }
  });
}

/** The selected samples where they fit into an address, else none; the matches of a query need not be named. */
function linkedSelection(): number[] {
  const selection = state.selection.value;
  if (state.followedQuery.value !== null || selection.count > MOST_LINKED) return [];
  const positions = [...positionsOf(selection)];
  return formatIndices(positions).length > LONGEST_LINKED ? [] : positions;
}

/** Whether a link leaves out what is selected. */
export const selectionIsTooLong = computed(
  () => state.followedQuery.value === null && state.selection.value.count > 0 && linkedSelection().length === 0,
);

function current(): LinkState {
  const opened = state.reel.value !== null;
  const range = state.loopRange.value;
  return {
    ...asked,
    ...(Object.fromEntries(KEPT.map(([key, kept]) => [key, kept.value])) as Pick<LinkState, Kept>),
    run: state.place.value?.run ?? asked.run,
    tag: state.place.value?.tag ?? asked.tag,
    step: state.step.value ?? asked.step,
    column: state.colour.value === "column" ? state.column.value : null,
    ...(opened && { selected: linkedSelection(), query: state.followedQuery.value, focus: state.selected.value }),
    trails: state.trailsShown.value ? state.trailLength.value : null,
    align: state.besideChoice.value === null ? "step" : state.alignment.value,
    held: state.besideChoice.value === null ? null : state.held.value,
    repeat: state.loop.value === (range !== null) ? "auto" : state.loop.value ? "on" : "off",
    speed: state.speed.value,
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
