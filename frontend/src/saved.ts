/** Selections kept beside the run. */
import { effect, signal } from "@preact/signals";
import * as api from "./api";
import { messageOf } from "./format";
import { ranges } from "./ranges";
import { selectPositions } from "./selecting";
import { positionsOf } from "./selection";
import * as state from "./state";
import type { SavedSelection, SavedSelections } from "./wire";

/** Null while they are not here. */
export const saved = signal<SavedSelections | null>(null);
/** Why the last request was refused. */
export const savedTrouble = signal<string | null>(null);
/** What was deleted last, and can be brought back until something else is saved or deleted. */
export const deleted = signal<SavedSelection | null>(null);

const isOpen = ({ run, tag }: api.Place): boolean => {
  const open = state.reel.peek()?.place;
  return open?.run === run && open.tag === tag;
};

async function look(place: api.Place): Promise<void> {
  try {
    const found = await api.fetchSelections(place);
    if (!isOpen(place)) return;
    saved.value = found;
    savedTrouble.value = null;
  } catch (error) {
    if (isOpen(place)) savedTrouble.value = messageOf(error);
  }
}

let changing = false; // one at a time, so that a key pressed twice does not delete what is gone already

/** Change what is kept; true when it was. */
async function change<T extends SavedSelections & { readonly deleted?: SavedSelection }>(
  request: (place: api.Place) => Promise<T>,
): Promise<boolean> {
  const place = state.reel.peek()?.place;
  if (place === undefined || changing) return false;
  changing = true;
  try {
    const answer = await request(place);
    if (isOpen(place)) {
      saved.value = answer;
      savedTrouble.value = null;
      deleted.value = answer.deleted ?? null;
    }
    return true;
  } catch (error) {
    await look(place); // somebody else may have changed them
    if (isOpen(place)) savedTrouble.value = messageOf(error);
    return false;
  } finally {
    changing = false;
  }
}

/** Save what is selected under a name. One of that name that another page saved in the meantime is not replaced unseen. */
export const save = (name: string): Promise<boolean> =>
  change((place) => api.saveSelection(place, { name, ranges: ranges(positionsOf(state.selection.peek())) }, isSaved(name)));

export const isSaved = (name: string): boolean => saved.value?.selections.some((selection) => selection.name === name) === true;

export const remove = (name: string): Promise<boolean> => change((place) => api.deleteSelection(place, name));

export const bringBack = (selection: SavedSelection): Promise<boolean> =>
  change((place) => api.saveSelection(place, selection, false));

export interface Row extends SavedSelection {
  readonly isDeleted: boolean;
}

/** What is kept, and in its old place what was deleted last. */
export function rowsOf(selections: readonly SavedSelection[], gone: SavedSelection | null): readonly Row[] {
  const rows = selections.map((selection) => ({ ...selection, isDeleted: false }));
  if (gone === null) return rows;
  const before = rows.filter(({ name }) => name <= gone.name).length;
  return [...rows.slice(0, before), { ...gone, isDeleted: true }, ...rows.slice(before)];
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
  let last: api.Place | null = null;
  return effect(() => {
    const place = state.reel.value?.place;
    state.reloads.value;
    if (place === undefined) return;
    if (last?.run !== place.run || last.tag !== place.tag) [saved.value, deleted.value] = [null, null];
    last = place;
    void look(place);
  });
}
