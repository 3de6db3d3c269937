/** Asks queries of the film that is open, at the step under the cursor, and fetches what they need. */
import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import * as api from "../api";
import type { ColumnValues } from "../column_tools";
import { messageOf } from "../format";
import { columnAt, columns, columnsVersion, columnTools, listed } from "../sample_columns";
import { NOTHING, ofMask, type Selection } from "../selection";
import * as state from "../state";
import { Matcher, needsTexts, type StepFacts, stepsNeeded, type Vocabulary, type World } from "./evaluate";
import { parseQuery, QueryError } from "./parse";

const PARALLEL = 3;

export type Answer =
  | { readonly kind: "none" }
  /** `error` where the query itself is to blame. */
  | { readonly kind: "trouble"; readonly sentence: string; readonly error?: QueryError }
  /** Shares of 1 that are here of what must be read first. */
  | { readonly kind: "reading"; readonly fraction: number }
  | { readonly kind: "found"; readonly selection: Selection };

const NONE: Answer = { kind: "none" };

export const vocabulary = computed<Vocabulary>(() => {
  const probe = state.reel.value?.probe;
  return {
    classes: probe?.class_names ?? [],
    splits: probe?.splits ?? [],
    hasTexts: probe?.media.kind === "text",
    labelled: state.labelled.value,
    predicted: state.predicted.value,
    columns: columns.value,
    tools: columnTools.value,
  };
});

/** What queries need of one film, kept: two bytes per sample and step, and the texts. */
class Library {
  /** Counts up when something arrives. */
  readonly version = signal(0);
  readonly #facts = new Map<number, StepFacts>();
  readonly #wanted: (() => Promise<void>)[] = [];
  readonly #asked = new Set<string>();
  readonly #pages: string[][] = [];
  #texts: readonly string[] | null = null;
  #running = 0;
  #stopped = false;
  trouble: string | null = null;

  constructor(readonly reel: state.Reel) {}

  /** Facts of a step from what was kept, else from the frames in memory. */
  facts(index: number): StepFacts | undefined {
    const known = this.#facts.get(index);
    if (known !== undefined) return known;
    const frame = this.reel.frames.get(index);
    if (frame === undefined) return undefined;
    return this.#keep(index, frame);
  }

  get texts(): readonly string[] | null {
    return this.#texts;
  }

  get textFraction(): number {
    return this.#pages.filter(Boolean).length / Math.max(1, this.reel.probe.media.n_pages ?? 1);
  }

  needSteps(indices: readonly number[]): void {
    for (const index of indices) {
      const step = this.reel.film.steps[index];
      if (step === undefined) continue;
      this.#need(`step ${index}`, async () => {
        this.#keep(index, await api.fetchFrame(this.reel.place, this.reel.film.film, step));
      });
    }
  }

  needTexts(): void {
    const { place, probe } = this.reel;
    const nPages = probe.media.n_pages ?? 0;
    for (let page = 0; page < nPages; page++) {
      this.#need(`page ${page}`, async () => {
        this.#pages[page] = (await api.fetchTexts(place, probe.samples, page)).map((text) => text.toLowerCase());
        if (this.textFraction === 1) this.#texts = this.#pages.flat();
      });
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#wanted.length = 0;
  }

  // A copy, since a view would keep the frame's positions and territory in memory too.
  #keep(index: number, frame: StepFacts): StepFacts {
    const facts = { prediction: copied(frame.prediction), confidence: copied(frame.confidence) };
    this.#facts.set(index, facts);
    return facts;
  }

  #need(name: string, fetch: () => Promise<void>): void {
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    this.#wanted.push(async () => {
      try {
        await fetch();
        this.trouble = null;
      } catch (error) {
        this.#asked.delete(name); // the next look tries again
        this.trouble = messageOf(error);
      }
    });
    this.#run();
  }

  #run(): void {
    while (this.#running < PARALLEL) {
      const next = this.#wanted.shift();
      if (next === undefined) return;
      this.#running++;
      void next().then(() => {
        this.#running--;
        if (this.#stopped) return;
        this.version.value++;
        this.#run();
      });
    }
  }
}

const copied = (values: ArrayLike<number> | null): ArrayLike<number> | null =>
  values instanceof Uint8Array || values instanceof Uint16Array ? values.slice() : values;

let current: Library | null = null;

/** The library of the film that is open; that of the film before stops reading. */
const library = computed<Library | null>(() => {
  const reel = state.reel.value;
  current?.stop();
  current = reel === null ? null : new Library(reel);
  return current;
});

function worldOf(books: Library, cursor: number, known: ReadonlyMap<string, ColumnValues>): World {
  const { reel, texts } = books;
  return {
    samples: reel.samples,
    steps: reel.steps,
    cursor,
    texts,
    facts: (index) => books.facts(index),
    column: (index, step) => known.get(`${index} ${columns.peek()[index]?.scale == null ? 0 : step}`),
  };
}

/** Ask at a step; what is missing is fetched, and the library's version tells when to ask again. */
function ask(matcher: Matcher, books: Library, cursor: number): Answer {
  const { query } = matcher;
  if (needsTexts(query) && books.texts === null) {
    if (books.trouble !== null) return { kind: "trouble", sentence: `The texts cannot be read: ${books.trouble}` };
    books.needTexts();
    return { kind: "reading", fraction: books.textFraction };
  }
  const known = new Map<string, ColumnValues>();
  const all = stepsNeeded(query, books.reel.steps, cursor, []);
  const wanted = [...new Set(matcher.columns)].flatMap((index) =>
    (columns.value[index]?.scale == null ? [0] : all).map((step) => ({ index, step })),
  );
  for (const { index, step } of wanted) {
    const column = columnAt(index, step);
    if (column === null) return { kind: "trouble", sentence: "A column that it asks for cannot be read." };
    if (column !== undefined) known.set(`${index} ${step}`, column.values);
  }
  if (known.size < wanted.length) return { kind: "reading", fraction: known.size / wanted.length };
  const needed = stepsNeeded(query, books.reel.steps, cursor);
  const missing = needed.filter((index) => books.facts(index) === undefined);
  if (missing.length > 0) {
    if (books.trouble !== null) return { kind: "trouble", sentence: `Steps cannot be read: ${books.trouble}` };
    // The frames around the cursor are on their way already.
    books.needSteps(missing.filter((index) => index !== cursor && index !== cursor - 1));
    return { kind: "reading", fraction: 1 - missing.length / needed.length };
  }
  return { kind: "found", selection: ofMask(matcher.match(worldOf(books, cursor, known))) };
}

/** The answer to a query, kept up to date with the film. */
export function answerTo(source: ReadonlySignal<string | null>): { readonly answer: ReadonlySignal<Answer>; stop(): void } {
  const answer = signal<Answer>(NONE);
  const prepared = computed<Matcher | QueryError | null>(() => {
    const text = source.value;
    library.value; // what a matcher remembers is of one film's samples
    if (text === null || text.trim() === "") return null;
    try {
      return new Matcher(parseQuery(text), vocabulary.value);
    } catch (error) {
      if (error instanceof QueryError) return error;
      throw error;
    }
  });
  let answered: readonly unknown[] = [];
  const stop = effect(() => {
    const matcher = prepared.value;
    const books = library.value;
    const at = state.nearest.value;
    books?.version.value;
    columnsVersion.value;
    state.framesVersion.value;
    const asked = [matcher, books, at];
    // Frames arrive all the time; a question that was answered is not asked again.
    if (asked.every((part, index) => part === answered[index])) return;
    const next: Answer =
      matcher === null || books === null
        ? NONE
        : matcher instanceof QueryError
          ? listed.value
            ? { kind: "trouble", sentence: matcher.message, error: matcher }
            : { kind: "reading", fraction: 0 } // it may name a column
          : untracked(() => ask(matcher, books, at));
    if (next.kind !== "reading") answered = asked;
    answer.value = next;
  });
  return { answer, stop };
}

/** While a query is followed, its matches are the selection. */
export function followQuery(): () => void {
  const { answer, stop } = answerTo(state.followedQuery);
  const stopSelecting = effect(() => {
    const found = answer.value;
    if (untracked(() => state.followedQuery.value) === null || found.kind === "none" || found.kind === "reading") return;
    state.selection.value = found.kind === "found" && found.selection.count > 0 ? found.selection : NOTHING;
  });
  return () => {
    stop();
    stopSelecting();
  };
}
