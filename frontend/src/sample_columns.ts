/**
 * The columns of the samples that are open: what was logged of each besides label, split and id, and after those what was worked out of the
 * log. Values are fetched when something first shows or asks for them.
 */
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import * as api from "./api";
import type { Coloured, KnownColumn } from "./column_tools";
import { insight, insightTrouble } from "./insight_job";
import * as state from "./state";
import type { ColumnInfo, Probe } from "./wire";

const RETRY_MS = 5000;
/** As many are shown of a sample; all of them are in queries, colours and exports. */
const MOST_SHOWN = 12;
const MOST_KINDS = 100; // of a column, as the server has it

type Tools = typeof import("./column_tools");

/** A column; `source` is there where it was worked out of the log, with what it is called for people and what it means. */
export interface SampleColumn extends ColumnInfo {
  readonly source?: {
    readonly insight: string;
    readonly name: string;
    readonly label: string;
    readonly description: string;
  };
}

/** What the values are handled by; null until there are some. */
export const columnTools = signal<Tools | null>(null);
const loggedKnown = signal(false);
const logged = signal<readonly SampleColumn[]>([]);
/** Whether the list is here. */
export const listed = computed(() => loggedKnown.value && (insight.value !== null || insightTrouble.value !== null));

const worked = computed(() => insight.value?.insight ?? null);
const workedOut = computed<readonly SampleColumn[]>(() => {
  const key = worked.value; // alone, as the rest is told anew every second while a job runs
  if (key === null) return [];
  const taken = new Set(logged.value.map(({ name }) => name));
  const classes = state.reel.peek()?.probe.class_names ?? [];
  return (insight.peek()?.columns ?? []).map(({ name, label, description, low, high }) => {
    const ofClasses = name === "looks_like" && classes.length > 0 && classes.length <= MOST_KINDS;
    const kind = ofClasses ? "category" : "number";
    const source = { insight: key, name, label, description };
    return { name: taken.has(name) ? `insight ${name}` : name, kind, kinds: ofClasses ? classes : [], low, high, source };
  });
});
export const columns = computed(() => [...logged.value, ...workedOut.value]);
/** How many of the logged columns follow those that are shown. */
export const moreColumns = computed(() => Math.max(0, logged.value.length - MOST_SHOWN));
/** Those that have a colour for each value. */
export const colourable = computed(() => columns.value.filter(({ kind }) => kind !== "text"));

/** What was fetched of the probe set that is open. */
class Shelf {
  readonly #asked = new Map<string, Promise<KnownColumn>>();
  readonly #known = new Map<string, KnownColumn | null>();
  readonly version = signal(0);
  constructor(readonly reel: state.Reel) {}

  fetch(column: SampleColumn): Promise<KnownColumn> {
    const key = keyOf(column);
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked;
    const made = this.#load(column);
    this.#asked.set(key, made);
    made.then(
      (found) => this.#settle(key, found),
      () => {
        this.#settle(key, null);
        setTimeout(() => this.#asked.delete(key), RETRY_MS); // a later look tries again
      },
    );
    return made;
  }

  /** undefined while it is under way, null where it cannot be had. */
  look(column: SampleColumn): KnownColumn | null | undefined {
    this.version.value;
    if (!this.#known.get(keyOf(column))) void this.fetch(column).catch(() => undefined);
    return this.#known.get(keyOf(column));
  }

  #settle(key: string, found: KnownColumn | null): void {
    this.#known.set(key, found);
    this.version.value++;
  }

  async #load(info: SampleColumn): Promise<KnownColumn> {
    const { place, probe, samples } = this.reel;
    const [buffer, tools] = await Promise.all([
      info.source === undefined
        ? api.fetchColumnValues(place, probe.samples, logged.peek().indexOf(info))
        : api.fetchInsightValues(place, info.source.insight, info.source.name),
      import("./column_tools"),
    ]);
    columnTools.value = tools;
    return { info, values: (info.source === undefined ? tools.decodeValues : tools.decodeInsight)(buffer, info, samples.n) };
  }
}

const keyOf = ({ name, source }: SampleColumn): string => `${source?.insight ?? ""}\n${name}`;

const shelf = signal<Shelf | null>(null);

/** Counts up when values arrive. */
export const columnsVersion = computed(() => shelf.value?.version.value);

/** A column by its place; undefined while it is under way, null where there is none. Reads signals. */
export function columnAt(index: number): KnownColumn | null | undefined {
  const open = shelf.value;
  const column = columns.value[index];
  return open === null || column === undefined ? null : open.look(column);
}

/** A column that was worked out, by its name on the server; undefined while it is under way, null where there is none. Reads signals. */
export function workedOutColumn(name: string): KnownColumn | null | undefined {
  return columnAt(columns.value.findIndex(({ source }) => source?.name === name));
}

/** Whether the text of a sample is nothing but its columns. */
export const isOfColumns = ({ source, n_columns }: Probe): boolean => source === "embeddings" && (n_columns ?? 0) > 0;

/** A sample's value as people read it, empty where there is none. */
export const cellOf = (column: KnownColumn, sample: number): string => columnTools.value?.cellOf(column, sample) ?? "";

/** The columns that are shown of a sample, as far as they are here: those that were logged, and the one that colours. Reads signals. */
export const shownColumns = (): KnownColumn[] =>
  columns.value.flatMap((column, index) =>
    (column.source === undefined ? index < MOST_SHOWN : index === chosenAt.value) ? (columnAt(index) ?? []) : [],
  );

export const allColumns = (): Promise<KnownColumn[]> =>
  Promise.all(columns.peek().flatMap((column) => shelf.peek()?.fetch(column) ?? []));

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
    logged.value = found;
    loggedKnown.value = true;
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
      loggedKnown.value = false;
      logged.value = [];
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
