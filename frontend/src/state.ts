/** Everything the tab shows, as signals. Modules read and write these; nothing else is shared. */
import { computed, signal } from "@preact/signals";
import type { Place } from "./api";
import type { Frame, Samples } from "./binary";
import type { Bookmark } from "./bookmarks";
import { type Camera, FIT } from "./camera";
import type { FrameRing } from "./frames";
import { type LoopRange, spanOf } from "./loop";
import { isUnderWay, PREVIEW_METHOD } from "./methods";
import { NOTHING, type Selection, type Tool } from "./selection";
import { clampCursor, locate } from "./timeline";
import type { Alignment, ColourMode, NeighborLines, Panel, RendererChoice, SampleMeasure, Switch, TRUST_MARKS } from "./url";
import type { Film, Fit, Listing, Probe } from "./wire";

/** A film that is open: its description, its samples, and the frames in memory. */
export interface Reel {
  readonly place: Place;
  readonly film: Film;
  readonly probe: Probe;
  readonly samples: Samples;
  readonly steps: readonly number[];
  readonly frames: FrameRing<Frame>;
}

/** A box or a lasso as it is drawn: corners in extent fractions, u and v alternating, so that it holds still when the camera moves. */
export interface Outline {
  readonly tool: "box" | "lasso";
  readonly points: readonly number[];
}

export const listing = signal<Listing | null>(null);
export const place = signal<Place | null>(null);
export const probe = signal<Probe | null>(null);
export const fit = signal<Fit | null>(null);
/** Chosen by hand, by the link or by fitting it here; null follows what the server says is the one to show. */
export const chosenFilm = signal<string | null>(null);
export const reel = signal<Reel | null>(null);
/** Counts up when frames arrive or leave. */
export const framesVersion = signal(0);

/** The second film that a person wants beside the first; `film` null is the one that the server shows of its run. */
export const besideChoice = signal<(Place & { readonly film: string | null }) | null>(null);
export const beside = signal<Reel | null>(null);
export const besideVersion = signal(0);
export const alignment = signal<Alignment>("step");
/** The step at which the film beside is held, whatever the first does; null while it follows. */
export const held = signal<number | null>(null);

/** Why the server does not answer; null while it does. */
export const unreachable = signal<string | null>(null);
/** A refusal of the last request a person made (starting a fit, opening a film). */
export const refusal = signal<string | null>(null);

/** Real number over the indices of the film's steps. */
export const cursor = signal(0);
export const playing = signal(false);
export const waiting = signal(false);
export const scrubbing = signal(false);
/** Steps per second. */
export const speed = signal(4);
export const loop = signal(false);
export const SPEEDS: readonly number[] = [0.5, 1, 2, 4, 8, 16];
/** Null goes round the whole film. */
export const loopRange = signal<LoopRange | null>(null);
export const bookmarks = signal<readonly Bookmark[]>([]);
/** The cursor stands at the newest step and goes on to newer ones as they come; see live.ts. */
export const live = signal(true);

export const colour = signal<ColourMode>("label");
/** The name of the column that colours where `colour` says so. */
export const column = signal<string | null>(null);
export const hiddenClasses = signal<ReadonlySet<number>>(new Set());
export const hiddenOutcomes = signal<ReadonlySet<number>>(new Set());
export const hiddenSplits = signal<ReadonlySet<number>>(new Set());
/** Kinds of the column that colours. */
export const hiddenKinds = signal<ReadonlySet<number>>(new Set());
/** Opacity, 0..1. */
export const territory = signal(0.45);
export const isSwitchedOn = (name: Switch): boolean => !switchedOff.value.has(name);
/** Factor on the default diameter. */
export const dotScale = signal(1);
/** The measure that fidelity of samples is shown by, as colour, fade or ring. */
export const measure = signal<SampleMeasure>("neighborhood_preservation");
export const trust = signal<(typeof TRUST_MARKS)[number]>("off");
export const switchedOff = signal<ReadonlySet<Switch>>(new Set());
/** Colours that a person gave to classes, `#rrggbb`. */
export const givenColours = signal<ReadonlyMap<number, string>>(new Map());
export const camera = signal<Camera>(FIT);

export const hovered = signal<number | null>(null);
/** The sample in focus: its tooltip is pinned. One of the selection, but for neighbours that were followed from it. */
export const selected = signal<number | null>(null);
export const selection = signal<Selection>(NOTHING);
export const tool = signal<Tool>("pan");
/** The shape that is being drawn to select with. */
export const outline = signal<Outline | null>(null);
/** The query whose matches are the selection, step after step; null when it was made by hand. */
export const followedQuery = signal<string | null>(null);

export const dark = signal(false);
export const reducedMotion = signal(false);
/** A counter: TensorBoard reloaded its data. */
export const reloads = signal(0);
export const rendererChoice = signal<RendererChoice>("auto");
export const rendererKind = signal<"webgl" | "cpu" | null>(null);
export const drawerOpen = signal(false);
export const trailsShown = signal(false);
/** Steps. */
export const trailLength = signal(10);
export const TRAIL_LENGTHS: readonly number[] = [3, 5, 10, 20, 50];
/** Lines from the sample in focus to its nearest. */
export const neighborLines = signal<NeighborLines>("none");
export const panel = signal<Panel>("overview");
/** Whether the selection panel is unfolded. */
export const selectionOpen = signal(true);
export const helpOpen = signal(false);
export const exportOpen = signal(false);
/** Weight of the past in curves, 0 to 0.99; 0 leaves them as logged. */
export const smoothing = signal(0);
/** Curves that a person chose, or not, otherwise than the preselection, by key. */
export const curveChoices = signal<ReadonlyMap<string, boolean>>(new Map());
/** Titles of the charts whose values stand on a logarithmic axis. */
export const logCharts = signal<ReadonlySet<string>>(new Set());

export const count = computed(() => reel.value?.steps.length ?? 0);
export const instant = computed(() => locate(cursor.value, count.value));
export const nearest = computed(() => instant.value.nearest);
/** The nearest real step's number. */
export const step = computed(() => reel.value?.steps[nearest.value] ?? null);
export const nearestFrame = computed(() => {
  framesVersion.value;
  return reel.value?.frames.get(nearest.value) ?? null;
});
/** Whether any sample has a label, and whether there are predictions at this step. */
export const labelled = computed(() => reel.value?.samples.label.some((label) => label >= 0) ?? false);
export const predicted = computed(() => nearestFrame.value?.prediction !== null);
export const classesOf = ({ n_classes, class_names }: Probe): number => Math.max(n_classes, class_names.length);
export const nClasses = computed(() => (reel.value === null ? 0 : classesOf(reel.value.probe)));
/** Indices of the steps that playback goes round. */
export const loopSpan = computed(() => spanOf(loopRange.value, reel.value?.steps ?? []));
export const bothFramesLoaded = computed(() => {
  framesVersion.value;
  const frames = reel.value?.frames;
  return [instant.value.a, instant.value.b].every((index) => frames?.has(index) === true);
});

export type Phase = "loading" | "empty" | "logged" | "fitting" | "fitted" | "failed" | "cancelled" | "interrupted";

/** What the probe set is at, from the film to show and the state of its fit. */
export const phase = computed<Phase>(() => {
  if (listing.value === null) return "loading";
  if (place.value === null) return "empty";
  const state = fit.value?.state;
  if (probe.value === null || state === undefined) return "loading";
  if (isUnderWay(fit.value)) return "fitting";
  const fitted = probe.value.films.filter(({ method }) => method !== PREVIEW_METHOD);
  const hasFresh = fitted.some(({ stale }) => !stale);
  // A fit that was given up says nothing new once there is a film of the present data.
  if (state === "failed" || (!hasFresh && (state === "cancelled" || state === "interrupted"))) return state;
  return fitted.length > 0 ? "fitted" : "logged";
});

export const isPreview = computed(() => reel.value?.film.method === PREVIEW_METHOD);

/** Back to all of the picture: what was hidden or zoomed to in one run means nothing in another. */
export function forgetView(): void {
  hiddenClasses.value = new Set();
  hiddenOutcomes.value = new Set();
  hiddenSplits.value = new Set();
  hiddenKinds.value = new Set();
  camera.value = FIT;
  loopRange.value = null;
  bookmarks.value = [];
}

export const className = (index: number, names: readonly string[]): string =>
  index < 0 ? "none" : (names[index] ?? `class ${index}`);

export function seek(to: number): void {
  cursor.value = clampCursor(to, count.peek());
}
