/** The neighbours of the sample in focus at the step under the cursor: in the representation, asked of the server, and in the plane. */
import { computed, effect, signal } from "@preact/signals";
import * as api from "./api";
import type { Frame } from "./binary";
import { aspectOf } from "./camera";
import type { Nearest } from "./engine/lines";
import { messageOf } from "./format";
import { nearestInPlane } from "./plane_neighbors";
import { Recent } from "./samples";
import * as state from "./state";
import type { NeighborLines } from "./url";

export const N_NEIGHBORS = 10;

const kept = new Recent<number[]>(512);

function fetchOf(reel: state.Reel, step: number, sample: number): Promise<number[]> {
  const { place, probe } = reel;
  const key = [place.run, place.tag, probe.fingerprint, step, sample].join("\n");
  return kept.get(key, async () => (await api.fetchNeighbors(place, step, [sample], N_NEIGHBORS))[0] ?? []);
}

/** Those in the representation with the sample and step they belong to; lines of another step would lie. */
const fetched = signal<{ readonly sample: number; readonly step: number; readonly neighbors: readonly number[] } | null>(null);
export const neighborTrouble = signal<string | null>(null);

export const inSpace = computed<readonly number[] | null>(() => {
  const found = fetched.value;
  return found !== null && found.sample === state.selected.value && found.step === state.step.value ? found.neighbors : null;
});

export const inPlane = computed<readonly number[] | null>(() => {
  const reel = state.reel.value;
  const sample = state.selected.value;
  const frame = state.nearestFrame.value;
  if (reel === null || sample === null || frame === null || sample >= reel.samples.n) return null;
  return nearestInPlane(frame.xy, sample, N_NEIGHBORS, aspectOf(reel.film.extent));
});

/** What lines lead to. */
export const nearest = computed<Nearest>(() => ({
  space: state.neighborLines.value === "plane" ? null : inSpace.value,
  plane: state.neighborLines.value === "space" ? null : inPlane.value,
}));

/** The same at any step of a film, of a sample in its focus. */
export async function nearestAt(
  reel: state.Reel,
  step: number,
  frame: Frame,
  sample: number,
  lines: NeighborLines,
): Promise<Nearest> {
  return {
    space: lines === "plane" ? null : await fetchOf(reel, step, sample),
    plane: lines === "space" ? null : nearestInPlane(frame.xy, sample, N_NEIGHBORS, aspectOf(reel.film.extent)),
  };
}

/** Ask for the neighbours in the representation while they are shown; of the next step too while the film plays. */
export function followNeighbors(): () => void {
  return effect(() => {
    const reel = state.reel.value;
    const sample = state.selected.value;
    const step = state.step.value;
    const isWanted = state.neighborLines.value === "space" || state.neighborLines.value === "both";
    if (!isWanted || reel === null || sample === null || step === null || sample >= reel.samples.n) return undefined;
    let stale = false;
    fetchOf(reel, step, sample).then(
      (neighbors) => {
        if (stale) return;
        fetched.value = { sample, step, neighbors };
        neighborTrouble.value = null;
      },
      (error: unknown) => {
        if (!stale) neighborTrouble.value = messageOf(error);
      },
    );
    const next = reel.steps[state.nearest.value + 1];
    if (state.playing.value && next !== undefined) fetchOf(reel, next, sample).catch(() => undefined); // asked again when it is there
    return () => {
      stale = true;
    };
  });
}
