/** What selects: clicks, shapes drawn over the picture, and the verbs of the selection panel. */
import { batch, computed, effect, untracked } from "@preact/signals";
import type { Camera } from "./camera";
import { boundsOf, inBox, inRaster, type Moment, type Raster, rasterise } from "./engine/lasso";
import { isShown } from "./engine/pick";
import { MOST_TRAILS } from "./engine/trails";
import { flyTo } from "./fly";
import { takeAskedSelection } from "./link";
import { drawn } from "./painter";
import {
  combined,
  type How,
  inverted,
  isSelected,
  NOTHING,
  ofPositions,
  positionsOf,
  type Selection,
  type Tool,
} from "./selection";
import * as state from "./state";
import { NEIGHBOR_LINES } from "./url";

const FOCUS_ZOOM = 4;

/** Select by hand: a query that was followed is followed no more. */
export function select(selection: Selection): void {
  batch(() => {
    state.followedQuery.value = null;
    state.selection.value = selection.count === 0 ? NOTHING : selection;
    const focus = state.selected.peek();
    if (focus !== null && !isSelected(selection, focus)) state.selected.value = null;
  });
}

export function selectPositions(positions: Iterable<number>): void {
  select(ofPositions(state.reel.peek()?.samples.n ?? 0, positions));
}

/** A click on a sample, or on nothing. */
export function click(sample: number | null, how: How): void {
  const n = state.reel.peek()?.samples.n ?? 0;
  if (sample === null) {
    if (how === "replace") select(NOTHING);
    return;
  }
  batch(() => {
    select(combined(state.selection.peek(), ofPositions(n, [sample]).mask, how));
    if (how !== "subtract") state.selected.value = sample;
  });
}

export function invert(): void {
  const n = state.reel.peek()?.samples.n ?? 0;
  select(inverted(n, state.selection.peek()));
}

/** Put a sample in focus and fly to it; what is selected stays. */
export function focus(sample: number): void {
  state.selected.value = sample;
  const frame = state.nearestFrame.peek();
  if (frame === null) return;
  const camera: Camera = {
    u: (frame.xy[2 * sample] ?? 0) / 65535,
    v: (frame.xy[2 * sample + 1] ?? 0) / 65535,
    zoom: Math.max(FOCUS_ZOOM, state.camera.peek().zoom),
  };
  flyTo(camera);
}

/** Samples with a trail: the selection, or its first so many; a neighbour that was followed from it goes alone. */
export const trailed = computed(() => {
  const selection = state.selection.value;
  const focus = state.selected.value;
  if (focus !== null && !isSelected(selection, focus)) return Uint32Array.of(focus);
  return positionsOf(selection).subarray(0, MOST_TRAILS);
});

const MOST_JOINED = 300; // more lines than that hide the picture

/** Samples from which lines lead to their partners, where there are some: the selection, or its first so many, and the one in focus. */
export const joined = computed<readonly number[]>(() => {
  const focus = state.selected.value;
  return [...new Set([...positionsOf(state.selection.value).subarray(0, MOST_JOINED), ...(focus === null ? [] : [focus])])];
});

export function choose(tool: Tool): void {
  state.tool.value = tool;
}

export function toggleTrails(): void {
  state.trailsShown.value = !state.trailsShown.peek();
}

/** None, in the representation, in the plane, both, and round again. */
export function cycleNeighborLines(): void {
  const at = NEIGHBOR_LINES.indexOf(state.neighborLines.peek());
  state.neighborLines.value = NEIGHBOR_LINES[(at + 1) % NEIGHBOR_LINES.length] ?? "none";
}

interface Drawing {
  readonly how: How;
  readonly before: Selection;
  readonly query: string | null;
  readonly hits: Uint8Array;
}

let drawing: Drawing | null = null;
let raster: { readonly points: readonly number[]; readonly raster: Raster } | null = null;

/** Start a box or a lasso at an extent fraction. */
export function beginOutline(tool: "box" | "lasso", how: How, u: number, v: number): void {
  const n = state.reel.peek()?.samples.n ?? 0;
  drawing = {
    how,
    before: state.selection.peek(),
    query: state.followedQuery.peek(),
    hits: new Uint8Array(n),
  };
  state.outline.value = { tool, points: [u, v] };
}

export function extendOutline(u: number, v: number): void {
  const outline = state.outline.peek();
  if (outline === null) return;
  const points = outline.tool === "box" ? [...outline.points.slice(0, 2), u, v] : [...outline.points, u, v];
  state.outline.value = { ...outline, points };
}

/** Keep what was caught. */
export function endOutline(): void {
  drawing = null;
  raster = null;
  state.outline.value = null;
}

/** A box round all that is in view, for those who draw none. */
export function selectSeen(how: How): void {
  const scene = drawn.peek()?.scene;
  if (scene === undefined) return;
  const { scaleX, scaleY, offsetX, offsetY } = scene.projection;
  beginOutline("box", how, -offsetX / scaleX, -offsetY / scaleY);
  extendOutline((scene.width - offsetX) / scaleX, (scene.height - offsetY) / scaleY);
  endOutline();
}

/** Back to what was selected before the shape was begun. */
export function cancelOutline(): void {
  if (drawing === null) return;
  const { before, query } = drawing;
  endOutline();
  batch(() => {
    select(before);
    state.followedQuery.value = query;
  });
}

/** The selection follows the shape while it is drawn, and the film while the shape is held. */
function followOutline(): () => void {
  return effect(() => {
    const outline = state.outline.value;
    const { a, b, fraction } = state.instant.value;
    const frames = state.reel.value?.frames;
    const [from, to] = [frames?.get(a), frames?.get(b)];
    const shown = drawn.peek();
    if (outline === null || outline.points.length < 4 || drawing === null) return;
    if (from === undefined || to === undefined || shown === null || from.nSamples !== drawing.hits.length) return;
    const scene = { ...shown.scene, a: from, b: to, fraction };
    const moment: Moment = { a: from.xy, b: to.xy, fraction };
    const passes = (sample: number): boolean => isShown(scene, sample);
    if (outline.tool === "box") inBox(boundsOf(outline.points), moment, drawing.hits, passes);
    else {
      if (raster?.points !== outline.points) raster = { points: outline.points, raster: rasterise(outline.points) };
      inRaster(raster.raster, moment, drawing.hits, passes);
    }
    const { before, hits, how } = drawing;
    untracked(() => select(combined(before, hits, how)));
  });
}

/** What was selected among other samples means nothing among these; the link may name some of these. */
function followSamples(): () => void {
  let known: unknown = null;
  return effect(() => {
    const samples = state.reel.value?.samples ?? null;
    if (samples === null || samples === known) return;
    known = samples;
    untracked(takeAskedSelection);
  });
}

export function keepSelection(): () => void {
  const stops = [followOutline(), followSamples()];
  return () => {
    for (const stop of stops) stop();
  };
}
