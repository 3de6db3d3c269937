/** What is done with the columns of the samples once there are some: a file of its own in the bundle, loaded with the first list of them. Pure. */
import type { Column } from "./binary";
import type { Completion } from "./query/complete";
import type { Comparison, Term, Word } from "./query/parse";
import type { ColumnInfo, ValueInfo } from "./wire";

/** Numbers (NaN = none; those of a step in single precision), indices into the column's kinds (`NO_KIND` = none), or texts (empty = none). */
export type ColumnValues = Float64Array | Float32Array | Uint8Array | readonly string[];

export interface KnownColumn {
  readonly info: ColumnInfo;
  readonly values: ColumnValues;
}

const MAGIC = 0x31435454; // TTC1
const STEP_MAGIC = 0x32565454; // TTV2
const NO_KIND = 255;

/** The values of all n samples, from the bytes of `GET column_values`. */
export function decodeValues(buffer: ArrayBuffer, { name, kind }: ColumnInfo, n: number): ColumnValues {
  const refused = (): Error => new Error(`${name}: expected the values of ${n} samples, got ${buffer.byteLength} other bytes`);
  const header = new DataView(buffer);
  const width = kind === "number" ? 8 : 1;
  if (buffer.byteLength < 8 || header.getUint32(0, true) !== MAGIC || header.getUint32(4, true) !== n) throw refused();
  if (kind === "text") {
    const words: unknown = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8)));
    if (!Array.isArray(words) || words.length !== n) throw refused();
    return words.map(String);
  }
  if (buffer.byteLength !== 8 + width * n) throw refused();
  return kind === "number" ? new Float64Array(buffer, 8, n) : new Uint8Array(buffer, 8, n);
}

/** The values of what was worked out of a log: numbers, or, of a column of classes, their numbers as its kinds. */
export function decodeInsight(buffer: ArrayBuffer, info: ColumnInfo, n: number): ColumnValues {
  const values = decodeValues(buffer, { ...info, kind: "number" }, n);
  if (info.kind === "number") return values;
  return Uint8Array.from(values as Float64Array, (value) => (value >= 0 && value < info.kinds.length ? value : NO_KIND));
}

/** A number per sample at a step, from the bytes of `GET sample_values`, and the same to colour by on the scale that all steps share. */
export function decodeStepValues(
  buffer: ArrayBuffer,
  scale: ValueInfo,
  n: number,
): { readonly known: KnownColumn; readonly coloured: Coloured } {
  const info: ColumnInfo = { name: scale.value, kind: "number", kinds: [], low: scale.low, high: scale.high };
  const header = new DataView(buffer);
  if (buffer.byteLength !== 16 + 4 * n || header.getUint32(0, true) !== STEP_MAGIC || header.getUint32(4, true) !== n)
    throw new Error(`${info.name}: expected a number for each of ${n} samples, got ${buffer.byteLength} other bytes`);
  const values = new Float32Array(buffer, 16, n);
  return { known: { info, values }, coloured: onScale(info, values, spanOfValue(scale)) };
}

/** Numbers of a step on the scale of another film. */
export const colouredAlike = ({ info, values }: KnownColumn, scale: ValueInfo): Coloured =>
  onScale(info, values as Float32Array, spanOfValue(scale));

const spanOfValue = ({ low, high, open_low, open_high }: ValueInfo): Span => ({
  low,
  high,
  openLow: open_low === true,
  open: open_high === true,
});

/** A sample's value as people read it, empty where there is none. */
export function cellOf({ info, values }: KnownColumn, sample: number): string {
  const value = values[sample];
  if (typeof value !== "number") return value ?? "";
  if (info.kind === "category") return info.kinds[value] ?? "";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "" : "never";
  // as it was logged; else as far as it means something
  return String("source" in info || values instanceof Float32Array ? Number(value.toPrecision(5)) : value);
}

/** Where each sample stands when all are ordered by a column; those without a value stand first. */
export function ranksOf({ info, values }: KnownColumn): Float64Array {
  const { compare } = new Intl.Collator("en", { numeric: true });
  const keys = Array.from(values as ArrayLike<number | string>, (value) =>
    typeof value !== "number"
      ? value
      : info.kind === "category"
        ? (info.kinds[value] ?? "")
        : Number.isNaN(value)
          ? -Infinity
          : value,
  );
  const distinct = [...new Set<number | string>(keys)].sort((a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : compare(String(a), String(b)),
  );
  const rank = new Map(distinct.map((key, at) => [key, at]));
  return Float64Array.from(keys, (key) => rank.get(key) ?? 0);
}

const TAIL = 0.01; // share of the samples at each end
const FAR = 3; // times as wide as the rest

interface Span {
  readonly low: number;
  readonly high: number;
  readonly openLow: boolean;
  readonly open: boolean;
}

/**
 * The ends of a scale: all values, but for a few that lie so far out that they would leave one colour to the rest. What never happened (+∞)
 * lies beyond the upper end.
 */
export function spanOf(values: Float64Array): Span {
  const known = values.filter(Number.isFinite).sort();
  const at = (share: number): number => known[Math.round(share * (known.length - 1))] ?? 0;
  const [least, lower, upper, greatest] = [at(0), at(TAIL), at(1 - TAIL), at(1)];
  const far = greatest - least > FAR * (upper - lower) && upper > lower;
  const openLow = far && lower - least > (upper - lower) / 2;
  const openHigh = far && greatest - upper > (upper - lower) / 2;
  return {
    low: openLow ? lower : least,
    high: openHigh ? upper : greatest,
    openLow,
    open: openHigh || values.includes(Infinity),
  };
}

export interface Coloured extends Column {
  readonly info: ColumnInfo;
  readonly openLow: boolean;
  readonly open: boolean;
}

/** A column as bytes to colour by: of a number over its scale, of a category its kinds and after them those without one. */
export function colouredBy({ info, values }: KnownColumn): Coloured {
  if (values instanceof Float64Array) return onScale(info, values, spanOf(values));
  const codes = Uint8Array.from(values as Uint8Array, (code) => Math.min(code, info.kinds.length));
  return { info, low: 0, high: 1, openLow: false, open: false, values: codes };
}

function onScale(info: ColumnInfo, values: ArrayLike<number>, span: Span): Coloured {
  const scale = 254 / Math.max(span.high - span.low, Number.MIN_VALUE);
  const byte = (value: number): number =>
    Number.isNaN(value) ? NO_KIND : Math.round(Math.min(254, Math.max(0, (value - span.low) * scale)));
  return { info, ...span, values: Uint8Array.from(values, byte) };
}

type ColumnTerm = Term & { readonly kind: "column" };
type Value = number | string;

/** What the query language lends, so that this file need not hold it. */
export interface Help {
  compared(compare: Comparison, limit: number): (value: number) => boolean;
  refusal(at: number, expected: string, got: string, until?: number | null): Error;
}

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const RANGE = new RegExp(`^(${NUMBER})?\\.\\.(${NUMBER})?$`, "i");
/** What a number, a range or `none` may begin with. */
const HALF = new RegExp(`^(?:n|no|non|(?:(?:${NUMBER})?\\.\\.)?(?:[+-]?\\.?|${NUMBER}e[+-]?))$`, "i");

function numberOf({ text, at }: Word, name: string, { refusal }: Help): number {
  if (!new RegExp(`^${NUMBER}$`, "i").test(text)) {
    const until = HALF.test(text) ? at + text.length : null;
    throw refusal(at, `a number after ${name}, as in ${name}>30`, JSON.stringify(text), until);
  }
  return Number(text);
}

function isIn(word: Word, name: string, help: Help): (value: number) => boolean {
  if (word.text.toLowerCase() === "none") return Number.isNaN;
  const [range, low, high] = RANGE.exec(word.text) ?? [];
  if (range === undefined || (low === undefined && high === undefined)) {
    const wanted = numberOf(word, name, help);
    return (value) => value === wanted;
  }
  const [from, to] = [low === undefined ? -Infinity : Number(low), high === undefined ? Infinity : Number(high)];
  return (value) => value >= from && value <= to;
}

/** The code of a kind by its name; 255 of none. */
function kindOf({ text, at }: Word, { name, kinds }: ColumnInfo, { refusal }: Help): number {
  const wanted = text.toLowerCase();
  const exact = kinds.indexOf(text);
  const found = exact >= 0 ? exact : kinds.findIndex((kind) => kind.toLowerCase() === wanted);
  if (found >= 0) return found;
  if (wanted === "none") return 255;
  const close = kinds.filter((kind) => kind.toLowerCase().includes(wanted)).slice(0, 3);
  const hint = (close.length > 0 ? close : kinds.slice(0, 3)).join(", ");
  throw refusal(at, `a value of ${name} such as ${hint}`, JSON.stringify(text));
}

/**
 * Numbers are compared, equal or in a range; kinds are equal, up to the case of letters; of other words `:` asks what they contain and `=` what
 * they are. `none` asks for samples without a value.
 *
 * @throws a refusal for a value that the column cannot have.
 */
export function testColumn({ compare, values, at }: ColumnTerm, info: ColumnInfo, help: Help): (value: Value) => boolean {
  const { compared, refusal } = help;
  const { name, kind } = info;
  const [first = { text: "", at }] = values;
  if (kind === "number") {
    const tests =
      compare === null ? values.map((word) => isIn(word, name, help)) : [compared(compare, numberOf(first, name, help))];
    return (value) => tests.some((test) => test(Number(value)));
  }
  if (compare !== null && compare !== "=") throw refusal(at, `${name}: with a value, since it holds words`, `${name}${compare}`);
  if (kind === "category") {
    const codes = new Set<Value>(values.map((word) => kindOf(word, info, help)));
    return (value) => codes.has(value);
  }
  const words = values.map(({ text }) => text.toLowerCase());
  return (value) => {
    const own = String(value).toLowerCase();
    if (own === "") return words.includes("none");
    return words.some((word) => (compare === null ? own.includes(word) : own === word));
  };
}

const brief = (value: number | null): string => String(Number((value ?? 0).toPrecision(4)));

/** What is offered of a column while a query is typed; `key` is its name as a query writes it. */
export function completionOf({ kind, low, high }: ColumnInfo, key: string): Completion {
  if (kind === "category") return { insert: `${key}:`, label: `${key}:`, detail: "column, one of its values" };
  if (kind === "text") return { insert: `${key}:"`, label: `${key}:`, detail: "column, words it contains" };
  const detail = low === null ? "column without values" : `column, ${brief(low)} to ${brief(high)}`;
  return { insert: `${key}>`, label: `${key}>`, detail };
}

/** How to ask for a column, by an example that finds something, and what else there is to ask. */
export function exampleOf(
  { kind, kinds, low, high }: ColumnInfo,
  key: string,
  quoted: (name: string) => string,
): readonly [query: string, means: string] {
  if (kind === "category") return [`${key}:${quoted(kinds[0] ?? "none")}`, "column"];
  if (kind === "text") return [`${key}:"…"`, "column, words it contains"];
  return [`${key}>${brief(((low ?? 0) + (high ?? 0)) / 2)}`, `column, also ${key}:1..5 and ${key}:none`];
}
