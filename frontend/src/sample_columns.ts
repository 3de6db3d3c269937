/** The columns of the samples that are open: what was logged of each besides label, split and id. Values are fetched when something first shows or asks for them. */
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import * as api from "./api";
import type { Coloured, KnownColumn } from "./column_tools";
import * as state from "./state";
import type { ColumnInfo, Probe } from "./wire";

const RETRY_MS = 5000;
/** As many are shown of a sample; all of them are in queries, colours and exports. */
const MOST_SHOWN = 12;

type Tools = typeof import("./column_tools");

/** What the values are handled by; null until there are some. */
export const columnTools = signal<Tools | null>(null);
/** Whether the list is here. */
export const listed = signal(false);
export const columns = signal<readonly ColumnInfo[]>([]);
/** How many columns follow those that are shown. */
export const moreColumns = computed(() => Math.max(0, columns.value.length - MOST_SHOWN));
/** Those that have a colour for each value. */
export const colourable = computed(() => columns.value.filter(({ kind }) => kind !== "text"));

/** What was fetched of the probe set that is open. */
class Shelf {
  readonly #asked = new Map<number, Promise<KnownColumn>>();
  readonly #known = new Map<number, KnownColumn | null>();
  readonly version = signal(0);
  constructor(readonly reel: state.Reel) {}

  fetch(index: number): Promise<KnownColumn> {
    const asked = this.#asked.get(index);
    if (asked !== undefined) return asked;
    const made = this.#load(index);
    this.#asked.set(index, made);
    made.then(
      (found) => this.#settle(index, found),
      () => {
        this.#settle(index, null);
        setTimeout(() => this.#asked.delete(index), RETRY_MS); // a later look tries again
      },
    );
    return made;
  }

  /** undefined while it is under way, null where it cannot be had. */
  look(index: number): KnownColumn | null | undefined {
    this.version.value;
    if (columns.value[index] === undefined) return null;
    if (!this.#known.get(index)) void this.fetch(index).catch(() => undefined);
    return this.#known.get(index);
  }

  #settle(index: number, found: KnownColumn | null): void {
    this.#known.set(index, found);
    this.version.value++;
  }

  async #load(index: number): Promise<KnownColumn> {
    const info = columns.peek()[index];
    if (info === undefined) throw new RangeError(`there is no column at ${index}`);
    const { place, probe, samples } = this.reel;
    const [buffer, { decodeValues }] = await Promise.all([
      api.fetchColumnValues(place, probe.samples, index),
      import("./column_tools"),
    ]);
    return { info, values: decodeValues(buffer, info, samples.n) };
  }
}

const shelf = signal<Shelf | null>(null);

/** Counts up when values arrive. */
export const columnsVersion = computed(() => shelf.value?.version.value);

/** A column by its place; undefined while it is under way, null where there is none. Reads signals. */
export function columnAt(index: number): KnownColumn | null | undefined {
  const open = shelf.value;
  return open === null ? null : open.look(index);
}

/** Whether the text of a sample is nothing but its columns. */
export const isOfColumns = ({ source, n_columns }: Probe): boolean => source === "embeddings" && (n_columns ?? 0) > 0;

/** A sample's value as people read it, empty where there is none. */
export const cellOf = (column: KnownColumn, sample: number): string => columnTools.value?.cellOf(column, sample) ?? "";

/** The columns that are shown of a sample, as far as they are here. Reads signals. */
export const shownColumns = (): KnownColumn[] => columns.value.slice(0, MOST_SHOWN).flatMap((_, index) => columnAt(index) ?? []);

export const allColumns = (): Promise<KnownColumn[]> =>
  Promise.all(columns.peek().flatMap((_, index) => shelf.peek()?.fetch(index) ?? []));

const chosenAt = computed(() =>
  state.colour.value === "column" ? columns.value.findIndex(({ name }) => name === state.column.value) : -1,
);

/** The column that colours the dots: undefined while it is under way, null where none does. */
export const colouringColumn = computed<Coloured | null | undefined>(() => {
  if (state.colour.value !== "column") return null;
  if (chosenAt.value < 0) return undefined; // the list is under way, or another colour is about to be chosen
  const known = columnAt(chosenAt.value);
  return known == null ? known : columnTools.value?.colouredBy(known);
});

/** Colour by the column after the present one. */
export function nextColumn(): void {
  const names = colourable.peek().map(({ name }) => name);
  const at = state.colour.peek() === "column" ? names.indexOf(state.column.peek() ?? "") : -1;
  const next = names[(at + 1) % names.length];
  if (next !== undefined) colourByColumn(next);
}

export function colourByColumn(name: string): void {
  if (state.column.peek() !== name) state.hiddenKinds.value = new Set();
  state.column.value = name;
  state.colour.value = "column";
}

function take(found: readonly ColumnInfo[]): void {
  batch(() => {
    columns.value = found;
    listed.value = true;
  });
}

/** A link, or the run before, may colour by a column that is not here. */
function leaveMissing(): void {
  const there = colourable.value.some(({ name }) => name === state.column.value);
  if (listed.value && state.colour.value === "column" && !there) state.colour.value = "label";
}

/** Follow the probe set that is open. */
export function keepSampleColumns(): () => void {
  let open = "";
  let retry: ReturnType<typeof setTimeout> | undefined;
  const attempt = signal(0);
  const stop = effect(() => {
    attempt.value;
    const reel = state.reel.value;
    const identity = reel === null ? "" : [reel.place.run, reel.place.tag, reel.probe.samples].join("\n");
    if (identity === open) return;
    open = identity;
    clearTimeout(retry);
    untracked(() => {
      listed.value = false;
      columns.value = [];
      shelf.value = reel === null ? null : new Shelf(reel);
      if (reel === null) return;
      if ((reel.probe.n_columns ?? 0) === 0) return take([]);
      Promise.all([api.fetchColumns(reel.place, reel.probe.samples), import("./column_tools")]).then(
        ([found, tools]) => {
          columnTools.value = tools;
          if (open === identity) take(found);
        },
        () => {
          if (open !== identity) return;
          retry = setTimeout(() => {
            open = "";
            attempt.value++;
          }, RETRY_MS);
        },
      );
    });
  });
  const stopLeaving = effect(leaveMissing);
  return () => {
    stop();
    stopLeaving();
    clearTimeout(retry);
  };
}
