/** What could come next where the caret stands in a query. */
import { lackOf, type Vocabulary } from "./evaluate";
import { isReserved, type QueryError, type Term } from "./parse";

export interface Completion {
  /** Replaces the characters `from` to the caret. */
  readonly insert: string;
  readonly label: string;
  readonly detail: string;
}

export interface Completions {
  readonly from: number;
  readonly options: readonly Completion[];
}

/** Whether what is wrong is only not typed to its end yet: the caret is still there, and more letters or a completion may mend it. */
export const isUnfinished = (
  { at, until }: Pick<QueryError, "at" | "until">,
  caret: number,
  { from, options }: Completions,
): boolean => at <= caret && ((until !== null && caret <= until) || (options.length > 0 && from <= at));

const WORDS: readonly Completion[] = [
  { insert: "label:", label: "label:", detail: "class it has" },
  { insert: "pred:", label: "pred:", detail: "class predicted" },
  { insert: "wrong ", label: "wrong", detail: "prediction is not the label" },
  { insert: "correct ", label: "correct", detail: "prediction is the label" },
  { insert: "flipped ", label: "flipped", detail: "predicted otherwise at the step before" },
  { insert: "conf<", label: "conf<", detail: "confidence, 0 to 1" },
  { insert: "conf>", label: "conf>", detail: "confidence, 0 to 1" },
  { insert: "split:", label: "split:", detail: "part of the data" },
  { insert: "id:", label: "id:", detail: "1,2,5..9" },
  { insert: "step:", label: "step:", detail: "at some step of 10..20" },
  { insert: 'text:"', label: "text:", detail: "words it contains" },
  { insert: "or ", label: "or", detail: "either side" },
  { insert: "not ", label: "not", detail: "the opposite of what follows" },
];

const MOST = 12;

export const quotedName = (name: string): string =>
  /^[^\s(),":]+$/.test(name) ? name : `"${name.replaceAll(/(["\\])/g, "\\$1")}"`;

/** Those that begin so come before those that contain it. */
function matching(names: readonly string[], typed: string): string[] {
  const wanted = typed.toLowerCase();
  const rank = (name: string): number =>
    name.toLowerCase().startsWith(wanted) ? 0 : name.toLowerCase().includes(wanted) ? 1 : 2;
  return names.filter((name) => rank(name) < 2).sort((first, second) => rank(first) - rank(second));
}

const KEY = String.raw`(?:^|[\s(-])("(?:[^"\\]|\\.)+"|[\p{L}\p{N}_]+):(?:(?:"(?:[^"\\]|\\.)*"|[^\s(),"]*),)*`;
const VALUE = new RegExp(String.raw`${KEY}("?)([^\s(),"]*|(?<=")[^"]*)$`, "iu");
/** A name with spaces whose quotes were not typed. */
const SPACED = new RegExp(String.raw`${KEY}()([^"(),:]*\s[^"(),:]*)$`, "iu");

/** A column's name as a query writes it. */
export const columnKey = (name: string): string =>
  /^[\p{L}\p{N}_]+$/u.test(name) && !isReserved(name) ? name : `"${name.replaceAll(/(["\\])/g, "\\$1")}"`;

/** What may come after a key, where names do. */
function namesOf(key: string, { classes, splits, columns }: Vocabulary): { names: readonly string[]; detail: string } | null {
  const word = key.toLowerCase();
  if (word === "split") return { names: splits, detail: "split" };
  if (word === "label") return { names: [...classes, "none"], detail: "class" };
  if (word === "pred") return { names: classes, detail: "class" };
  const column = columns.find(({ name }) => columnKey(name).toLowerCase() === word);
  return column?.kind === "category" ? { names: [...column.kinds, "none"], detail: column.name } : null;
}

function namesAfter(found: RegExpExecArray, caret: number, vocabulary: Vocabulary, whole: boolean): Completions | null {
  const [, key = "", quote = "", typed = ""] = found;
  const known = namesOf(key, vocabulary);
  if (known === null) return null;
  const { names, detail } = known;
  const offered = whole ? names.filter((name) => name.toLowerCase().startsWith(typed.toLowerCase())) : matching(names, typed);
  return {
    from: caret - typed.length - quote.length,
    options: offered.slice(0, MOST).map((name) => ({ insert: `${quotedName(name)} `, label: name, detail })),
  };
}

export function complete(source: string, caret: number, vocabulary: Vocabulary): Completions {
  const before = source.slice(0, caret);
  const value = VALUE.exec(before);
  const named = value === null ? null : namesAfter(value, caret, vocabulary, false);
  if (named !== null) return named;
  const spaced = SPACED.exec(before);
  if (spaced !== null) {
    const names = namesAfter(spaced, caret, vocabulary, true);
    if (names !== null && names.options.length > 0) return names;
  }
  if ((before.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1) return { from: caret, options: [] }; // inside quotes
  const word = /(?:^|[\s(-])([\p{L}\p{N}_]*)$/u.exec(before);
  if (word === null) return { from: caret, options: [] };
  const typed = (word[1] ?? "").toLowerCase();
  const own = vocabulary.columns.flatMap((column) => vocabulary.tools?.completionOf(column, columnKey(column.name)) ?? []);
  const offered = [...WORDS, ...own].filter(
    ({ label }) =>
      label.toLowerCase().replace('"', "").startsWith(typed) &&
      label !== typed &&
      lackOf(label.replace(/[:<>]$/, "") as Term["kind"], vocabulary) === null &&
      (vocabulary.splits.length > 1 || label !== "split:") &&
      (before.trim() !== "" || label !== "or"),
  );
  return { from: caret - typed.length, options: offered.slice(0, WORDS.length + MOST) };
}
