/** Selections kept beside the run. */
import { effect, signal } from "@preact/signals";
import * as api from "./api";
import { messageOf } from "./format";
import { ranges } from "./ranges";
import { selectPositions } from "./selecting";
import { positionsOf } from "./selection";
import * as state from "./state";
import type { SavedSelections } from "./wire";

/** Null while they are not here. */
export const saved = signal<SavedSelections | null>(null);
/** Why the last request was refused. */
export const savedTrouble = signal<string | null>(null);

async function keep(request: Promise<SavedSelections>): Promise<boolean> {
  try {
    saved.value = await request;
    savedTrouble.value = null;
    return true;
  } catch (error) {
    savedTrouble.value = messageOf(error);
    return false;
  }
}

/** Save what is selected under a name; true when it is kept. */
export async function save(name: string): Promise<boolean> {
  const reel = state.reel.peek();
  if (reel === null) return false;
  return keep(api.saveSelection(reel.place, name, ranges(positionsOf(state.selection.peek()))));
}

export async function remove(name: string): Promise<void> {
  const reel = state.reel.peek();
  if (reel !== null) await keep(api.deleteSelection(reel.place, name));
}

export function restore(pieces: readonly (readonly number[])[]): void {
  const n = state.reel.peek()?.samples.n ?? 0;
  const positions = new Set<number>();
  for (const [first = 0, last = -1] of pieces) {
    for (let sample = first; sample <= Math.min(last, n - 1); sample++) positions.add(sample);
  }
  selectPositions(positions);
}

/** Ask for them when a probe set opens, and again when TensorBoard reloads: others may have saved some. */
export function followSaved(): () => void {
  return effect(() => {
    const place = state.reel.value?.place;
    state.reloads.value;
    if (place === undefined) return;
    void keep(api.fetchSelections(place));
  });
}
