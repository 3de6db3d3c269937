/**
 * The columns of the samples that are open: what was logged of each besides label, split and id, the numbers that the film tells of each at every
 * step, and what was worked out of the log. Values are fetched when something first shows or asks for them.
 */
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import * as api from "./api";
import type { Coloured, ColumnValues, KnownColumn } from "./column_tools";
import { insight, isInsightKnown } from "./insight_job";
import { Lazy } from "./lazy";
import * as state from "./state";
import type { ColumnInfo, Probe, ValueInfo } from "./wire";

const RETRY_MS = 5000;
/** As many are shown of a sample; all of them are in queries, colours and exports. */
const MOST_SHOWN = 12;
const MOST_KINDS = 100; // of a column, as the server has it

type Tools = typeof import("./column_tools");

/**
 * A column: logged, with its place in the server's list; or one of the film's, which is another at each step, with its scale; or worked out of the
 * log, with what it is called for people and what it means.
 */
export interface SampleColumn extends ColumnInfo {
  readonly at: number;
  readonly scale: ValueInfo | null;
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
/** Whether the list is here. */
export const listed = computed(() => loggedKnown.value && isInsightKnown.value);

const logged = signal<readonly ColumnInfo[]>([]);
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
    return {
      name: taken.has(name) ? `insight ${name}` : name,
      kind,
      kinds: ofClasses ? classes : [],
      low,
      high,
      at: -1,
      scale: null,
      source,
    };
  });
});
/** Targets and partners first, then what the film tells of them at each step, then the rest, and last what was worked out. */
export const columns = computed<readonly SampleColumn[]>(() => {
  if (!loggedKnown.value) return [];
  const { n_targets, has_pairs } = state.reel.value?.probe ?? {};
  const first = (n_targets ?? 0) + (has_pairs ? 1 : 0);
  const own = logged.value.map((info, at): SampleColumn => ({ ...info, at, scale: null }));
  const told = (state.reel.value?.film.values ?? []).map(
    (scale): SampleColumn => ({ name: scale.value, kind: "number", kinds: [], low: scale.low, high: scale.high, at: -1, scale }),
  );
  return [...own.slice(0, first), ...told, ...own.slice(first), ...workedOut.value];
});
/** How many columns follow those that are shown. */
export const moreColumns = computed(() => Math.max(0, columns.value.length - workedOut.value.length - MOST_SHOWN));
/** Those that have a colour for each value; which sample is a partner is no amount. */
export const colourable = computed(() => {
  const { n_targets, has_pairs } = state.reel.value?.probe ?? {};
  const partner = has_pairs ? (n_targets ?? 0) : null;
  return columns.value.filter(({ kind, at }) => kind !== "text" && at !== partner);
});

/** Names the values of a column that no step changes. */
const nameOf = ({ at, source }: SampleColumn): string => (source === undefined ? `${at}` : `${source.insight}\n${source.name}`);

/** What was fetched of the probe set that is open, by `nameOf`. */
const shelf = signal<Lazy<string, KnownColumn> | null>(null);

const shelfOf = ({ place, probe, samples }: state.Reel): Lazy<string, KnownColumn> =>
  new Lazy(async (name) => {
    const info = columns.peek().find((column) => column.scale === null && nameOf(column) === name);
    if (info === undefined) throw new RangeError("there is no such column any more");
    const { at, source } = info;
    const [buffer, tools] = await Promise.all([
      source === undefined
        ? api.fetchColumnValues(place, probe.samples, at)
        : api.fetchInsightValues(place, source.insight, source.name),
      import("./column_tools"),
    ]);
    columnTools.value = tools;
    return { info, values: (source === undefined ? tools.decodeValues : tools.decodeInsight)(buffer, info, samples.n) };
  });

type OfStep = ReturnType<Tools["decodeStepValues"]>;

/** What a film tells of a step, by the step's index and the place of the value in the film's list; kept while the film is open. */
export const tellingOf = (reel: state.Reel): Lazy<string, OfStep> =>
  new Lazy(async (key) => {
    const [index = 0, at = 0] = key.split(" ").map(Number);
    const [step, scale] = [reel.film.steps[index], reel.film.values?.[at]];
    if (step === undefined || scale === undefined) throw new RangeError(`there is nothing at ${key}`);
    const [buffer, { decodeStepValues }] = await Promise.all([
      api.fetchStepValues(reel.place, reel.film.film, step, scale.value),
      import("./column_tools"),
    ]);
    return decodeStepValues(buffer, scale, reel.samples.n);
  });

const telling = computed(() => (state.reel.value === null ? null : tellingOf(state.reel.value)));
const keyOf = (step: number, scale: ValueInfo): string => `${step} ${state.reel.value?.film.values?.indexOf(scale) ?? -1}`;

/** Counts up when values arrive. */
export const columnsVersion = computed(() => (shelf.value?.version.value ?? 0) + (telling.value?.version.value ?? 0));

/** A column by its place, at a step's index; undefined while it is under way, null where there is none. Reads signals. */
export function columnAt(index: number, step = state.nearest.value): KnownColumn | null | undefined {
  const found = columns.value[index];
  if (found === undefined) return null;
  if (found.scale === null) return look(found);
  const told = telling.value?.look(keyOf(step, found.scale));
  return told == null ? told : told.known;
}

const look = (column: SampleColumn): KnownColumn | null | undefined =>
  shelf.value === null ? null : shelf.value.look(nameOf(column));

/** A column that was worked out, by its name on the server; undefined while it is under way, null where there is none. Reads signals. */
export function workedOutColumn(name: string): KnownColumn | null | undefined {
  return columnAt(columns.value.findIndex(({ source }) => source?.name === name));
}

/** Whether the text of a sample is nothing but its columns. */
export const isOfColumns = ({ source, n_columns }: Probe): boolean => source === "embeddings" && (n_columns ?? 0) > 0;

/** A column that is shown; without values while they are under way. */
export interface Shown {
  readonly info: ColumnInfo;
  readonly values: ColumnValues | null;
}

/** A sample's value as people read it, empty where there is none. */
export const cellOf = ({ info, values }: Shown, sample: number): string =>
  values === null ? "…" : (columnTools.value?.cellOf({ info, values }, sample) ?? "");

/** The columns that are shown of a sample, but for those that cannot be had: the first, and the one that colours. Reads signals. */
export const shownColumns = (): Shown[] =>
  columns.value.flatMap((info, index) => {
    if (info.source === undefined ? index >= MOST_SHOWN : info !== chosen.value) return [];
    const known = columnAt(index);
    return known === null ? [] : { info, values: known?.values ?? null };
  });

/** Positions of partners, NaN where there is none; null where no pairs were logged, or while they are under way. Reads signals. */
export function partners(): ArrayLike<number> | null {
  const { n_targets, has_pairs } = state.reel.value?.probe ?? {};
  const values = has_pairs && listed.value ? shelf.value?.look(`${n_targets ?? 0}`)?.values : null;
  return values instanceof Float64Array ? values : null;
}

/** All of them, at the step under the cursor. */
export const allColumns = (): Promise<KnownColumn[]> =>
  Promise.all(
    columns.peek().flatMap((column) => {
      if (column.scale === null) return shelf.peek()?.fetch(nameOf(column)) ?? [];
      return (
        telling
          .peek()
          ?.fetch(keyOf(state.nearest.peek(), column.scale))
          .then(({ known }) => known) ?? []
      );
    }),
  );

/** The column that was chosen to colour by; null while there is none of that name. */
const chosen = computed(() =>
  state.colour.value === "column" ? (columns.value.find(({ name }) => name === state.column.value) ?? null) : null,
);
/** The scale that it has at all steps, where it changes with the step. */
export const chosenScale = computed(() => chosen.value?.scale ?? null);

const fixed = computed<Coloured | null | undefined>(() => {
  if (chosen.value === null) return undefined; // the list is under way, or another colour is about to be chosen
  const known = look(chosen.value);
  return known == null ? known : columnTools.value?.colouredBy(known);
});

/** The column that colours the dots at a step's index: undefined while it is under way, null where none does. Reads signals. */
export function colouredAt(step: number): Coloured | null | undefined {
  if (state.colour.value !== "column") return null;
  if (chosenScale.value === null) return fixed.value;
  const told = telling.value?.look(keyOf(step, chosenScale.value));
  return told == null ? told : told.coloured;
}
export const colouringColumn = computed(() => colouredAt(state.nearest.value));

const tellingBeside = computed(() => (state.beside.value === null ? null : tellingOf(state.beside.value)));

/**
 * The same for the film beside at one of its steps, on the scale of the first: what it tells itself under that name, and what no step changes
 * from the samples here (`here` leads to them); null where it cannot say. Reads signals.
 */
export function colouredBeside(step: number, here: Int32Array): Uint8Array | null | undefined {
  const [scale, tools] = [chosenScale.value, columnTools.value];
  if (state.colour.value !== "column" || tools === null) return null;
  if (scale === null) {
    const [own, none] = [fixed.value, fixed.value?.info.kind === "category" ? fixed.value.info.kinds.length : 255];
    return own == null ? own : Uint8Array.from(here, (sample) => own.values[sample] ?? none);
  }
  const at = state.beside.value?.film.values?.findIndex(({ value }) => value === scale.value) ?? -1;
  const told = at < 0 ? null : tellingBeside.value?.look(`${step} ${at}`);
  return told == null ? told : tools.colouredAlike(told.known, scale).values;
}

/** The same for an export, which waits for it. */
export async function fetchColours(reel: state.Reel, step: number): Promise<Uint8Array | null> {
  const at = reel.film.values?.findIndex(({ value }) => value === chosenScale.peek()?.value) ?? -1;
  if (chosenScale.peek() === null) return fixed.peek()?.values ?? null;
  const known = reel === state.reel.peek() ? telling.peek() : tellingOf(reel);
  return (await known?.fetch(`${step} ${at}`))?.coloured.values ?? null;
}

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
  if (state.colour.peek() === "label") colourPlainly();
}

/** By the label; without classes by the first column, where there is one. */
export function colourPlainly(): void {
  const [first] = state.nClasses.peek() === 0 ? colourable.peek() : [];
  if (first === undefined) state.colour.value = "label";
  else colourByColumn(first.name);
}

/** A link, or the run before, may colour by a column that is not here. */
function leaveMissing(): void {
  const there = colourable.value.some(({ name }) => name === state.column.value);
  if (listed.value && state.colour.value === "column" && !there) colourPlainly();
}

/** Follow the probe set that is open. */
export function keepSampleColumns(): () => void {
  let open = "";
  let retry: ReturnType<typeof setTimeout> | undefined;
  const attempt = signal(0);
  const stop = effect(() => {
    attempt.value;
    const reel = state.reel.value;
    const told = (reel?.film.values ?? []).length;
    const identity = reel === null ? "" : [reel.place.run, reel.place.tag, reel.probe.samples, told].join("\n");
    if (identity === open) return;
    open = identity;
    clearTimeout(retry);
    untracked(() => {
      loggedKnown.value = false;
      logged.value = [];
      shelf.value = reel === null ? null : shelfOf(reel);
      if (reel === null) return;
      const none = (reel.probe.n_columns ?? 0) === 0;
      if (none && (reel.film.values ?? []).length === 0) return take([]);
      Promise.all([none ? [] : api.fetchColumns(reel.place, reel.probe.samples), import("./column_tools")]).then(
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
  // What was worked out may be all the columns that there are; queries offer their names before one is fetched.
  const stopOffering = effect(() => {
    if (workedOut.value.length === 0 || columnTools.peek() !== null) return;
    import("./column_tools").then(
      (tools) => {
        columnTools.value = tools;
      },
      () => undefined, // it is asked for again with the first column
    );
  });
  return () => {
    stop();
    stopOffering();
    stopLeaving();
    clearTimeout(retry);
  };
}
