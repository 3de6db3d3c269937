/**
 * The query language: `label:cat pred:dog (wrong or conf<0.6) -split:test step:10..20`. Terms side by side must all hold, `or` binds more
 * loosely, `-` or `not` negates. What a term says of predictions holds at the step under the cursor, unless its group has a `step:`: then
 * all of the group holds at some step of that range. Any other key is a column of the samples (`age>30`, `city:Paris`), and so is every
 * key in quotes, also one that is called as a key of the language is: `"label":cat`.
 */

export type Term =
  | { readonly kind: "label" | "pred" | "split"; readonly names: readonly Word[] }
  | { readonly kind: "id"; readonly ranges: readonly (readonly [first: number, last: number])[] }
  | { readonly kind: "text"; readonly words: string }
  | { readonly kind: "conf"; readonly compare: Comparison; readonly value: number }
  | { readonly kind: "wrong" | "correct" | "flipped" }
  /** `compare` is null for `:`, which takes several values. */
  | {
      readonly kind: "column";
      readonly name: string;
      readonly at: number;
      readonly compare: Comparison | null;
      readonly values: readonly Word[];
    };

export type Comparison = "<" | "<=" | ">" | ">=" | "=";

export type Query =
  | Term
  | { readonly kind: "not"; readonly query: Query }
  | { readonly kind: "and"; readonly queries: readonly Query[]; readonly steps: StepRange | null }
  | { readonly kind: "or"; readonly queries: readonly Query[] };

/** Both ends included. */
export interface StepRange {
  readonly first: number;
  readonly last: number;
}

export interface Word {
  readonly text: string;
  /** Characters before it. */
  readonly at: number;
}

/** Says in one sentence where a query goes wrong and what was expected there. */
export class QueryError extends Error {
  override name = "QueryError";
  constructor(
    /** Characters before the trouble. */
    readonly at: number,
    readonly expected: string,
    got: string,
    /** Characters before the place up to which more letters may mend it; null where none would. */
    readonly until: number | null = null,
  ) {
    super(`At character ${at + 1}: expected ${expected}, got ${got}.`);
  }
}

export const KEYS = ["label", "pred", "split", "id", "step", "text"] as const;
/** Where a column would be called so, the language's own key goes first. */
const isKey = (word: string): boolean => KEYS.some((key) => key === word);
const CONFIDENCE = ["conf", "confidence"];
export const isReserved = (word: string): boolean => isKey(word.toLowerCase()) || CONFIDENCE.includes(word.toLowerCase());
export const FLAGS = ["wrong", "correct", "flipped"] as const;
const TERM = "a term such as label:cat, wrong or conf<0.6";
const JOINTS = ["or", "and", "not"] as const;
const WORDS: readonly string[] = [...KEYS, ...CONFIDENCE, ...FLAGS, ...JOINTS];
const MAX_DEPTH = 100;

type Token =
  | { readonly kind: "open" | "close" | "minus" | "or" | "and" | "not" | "end"; readonly at: number }
  | { readonly kind: "word"; readonly at: number; readonly word: string }
  | {
      readonly kind: "key";
      readonly at: number;
      readonly key: string;
      readonly values: readonly Word[];
      readonly valueAt: number;
    }
  | { readonly kind: "conf"; readonly at: number; readonly compare: Comparison; readonly value: Word }
  | (Term & { readonly kind: "column" });

class Scanner {
  #at = 0;
  constructor(readonly source: string) {}

  tokens(): Token[] {
    const tokens: Token[] = [];
    for (;;) {
      while (/\s/.test(this.#char)) this.#at++;
      const token = this.#next();
      tokens.push(token);
      if (token.kind === "end") return tokens;
    }
  }

  get #char(): string {
    return this.source.charAt(this.#at);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.source)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #next(): Token {
    const at = this.#at;
    if (at >= this.source.length) return { kind: "end", at };
    const mark = ({ "(": "open", ")": "close", "-": "minus" } as const)[this.#char];
    if (mark !== undefined) {
      this.#at++;
      return { kind: mark, at };
    }
    const isQuoted = this.#char === '"';
    const name = isQuoted ? this.#quoted() : this.#match(/[\p{L}\p{N}_]+/uy);
    if (name === null) throw new QueryError(at, TERM, JSON.stringify(this.#char));
    const word = name.toLowerCase();
    const isOwn = !isQuoted && (isKey(word) || CONFIDENCE.includes(word));
    const sign = this.#match(/:|<=|>=|<|>|=/y);
    if (sign !== null) {
      const valueAt = this.#at;
      const compare = sign === ":" ? null : (sign as Comparison);
      if (!isOwn) return { kind: "column", at, name, compare, values: this.#values() };
      if (compare === null) return { kind: "key", at, key: word, values: this.#values(), valueAt };
      if (isKey(word)) throw new QueryError(at, `${word}:, or "${word}" in quotes for a column of that name`, `${word}${sign}`);
      return { kind: "conf", at, compare, value: { text: this.#match(/[^\s()]+/y) ?? "", at: valueAt } };
    }
    if (isQuoted)
      throw new QueryError(this.#at, "a : or > after the name of a column", described(this.source.charAt(this.#at)), this.#at);
    const joint = JOINTS.find((name) => name === word);
    if (joint !== undefined) return { kind: joint, at };
    return { kind: "word", at, word: name };
  }

  #quoted(): string {
    const text = this.#match(/"(?:[^"\\]|\\.)*"/y);
    if (text === null)
      throw new QueryError(this.#at, 'a closing " after the opening one', "the end of the query", this.source.length);
    return text.slice(1, -1).replaceAll(/\\(.)/g, "$1");
  }

  /** `cat,"hot dog",7`. */
  #values(): Word[] {
    const values: Word[] = [];
    do {
      const at = this.#at;
      if (this.#char === '"') values.push({ text: this.#quoted(), at });
      else values.push({ text: this.#match(/[^\s(),"]+/y) ?? "", at });
    } while (this.#match(/,/y) !== null);
    return values;
  }
}

const described = (text: string): string => (text === "" ? "nothing" : JSON.stringify(text));

const endOf = ({ text, at }: Word): number => at + text.length;

const noTerm = ({ kind, at }: Token): QueryError =>
  kind === "end" ? new QueryError(at, TERM, "the end of the query", at) : new QueryError(at, TERM, kind === "close" ? ")" : kind);

const WHOLE = /^\d{1,12}$/;
const HALF_RANGE = /^\d{0,12}\.{0,2}$/;

function parseRange(word: Word, example: string): StepRange {
  const { text, at } = word;
  const [, first = "", dots, last = ""] = /^(\d{0,12})(\.\.)?(\d{0,12})$/.exec(text) ?? [];
  if ((first === "" && last === "") || (dots === undefined && !WHOLE.test(text)))
    throw new QueryError(at, example, described(text), HALF_RANGE.test(text) ? endOf(word) : null);
  const from = first === "" ? 0 : Number(first);
  const to = dots === undefined ? from : last === "" ? Infinity : Number(last);
  if (to < from) throw new QueryError(at, "a range that goes up", described(text), endOf(word));
  return { first: from, last: to };
}

function termOf(token: Token & { kind: "key" }): Term {
  const { key, values, valueAt } = token;
  const empty = values.find(({ text }) => text === "");
  switch (key) {
    case "label":
    case "pred":
    case "split":
      if (empty !== undefined)
        throw new QueryError(empty.at, `a ${key === "split" ? "split" : "class"} after ${key}:`, "nothing", empty.at);
      return { kind: key, names: values };
    case "id":
      return {
        kind: "id",
        ranges: values.map((word) => {
          const { first, last } = parseRange(word, "an id such as 7 or 7..9");
          return [first, last] as const;
        }),
      };
    case "text":
      if (values.length > 1 || empty !== undefined) {
        throw new QueryError(
          valueAt,
          'words in quotes, such as text:"not bad"',
          described(values.map(({ text }) => text).join(",")),
          values.length === 1 ? valueAt : null,
        );
      }
      return { kind: "text", words: values[0]?.text ?? "" };
    default:
      throw new QueryError(token.at, `one of ${KEYS.map((name) => `${name}:`).join(" ")}`, `${key}:`);
  }
}

function columnTerm(term: Term & { kind: "column" }): Term {
  const empty = term.values.find(({ text }) => text === "");
  if (empty !== undefined) throw new QueryError(empty.at, `a value after ${term.name}`, "nothing", empty.at);
  if (term.compare !== null && term.values.length > 1)
    throw new QueryError(term.values[1]?.at ?? term.at, `one value after ${term.name}${term.compare}`, "several");
  return term;
}

class Parser {
  #next = 0;
  constructor(readonly tokens: readonly Token[]) {}

  parse(): Query {
    const query = this.#or(0);
    const rest = this.#peek;
    if (rest.kind === "close") throw new QueryError(rest.at, "a ( before this )", ")");
    return query;
  }

  get #peek(): Token {
    return this.tokens[this.#next] ?? { kind: "end", at: 0 };
  }

  #or(depth: number): Query {
    const { at } = this.#peek;
    if (depth > MAX_DEPTH) throw new QueryError(at, `at most ${MAX_DEPTH} parentheses inside each other`, "more");
    const queries = [this.#and(depth)];
    while (this.#peek.kind === "or") {
      this.#next++;
      queries.push(this.#and(depth));
    }
    return queries.length === 1 && queries[0] !== undefined ? queries[0] : { kind: "or", queries };
  }

  #and(depth: number): Query {
    const queries: Query[] = [];
    let steps: StepRange | null = null;
    for (;;) {
      const token = this.#peek;
      if (token.kind === "and" && (queries.length > 0 || steps !== null)) this.#next++;
      else if (token.kind === "key" && token.key === "step") {
        if (steps !== null) throw new QueryError(token.at, "one step: in a group", "another");
        if (token.values.length > 1)
          throw new QueryError(token.values[1]?.at ?? token.at, "one range such as step:10..20", "two");
        steps = parseRange(token.values[0] ?? { text: "", at: token.valueAt }, "a step or a range such as step:10..20");
        this.#next++;
      } else if (token.kind === "close" || token.kind === "or" || token.kind === "end") break;
      else queries.push(this.#not(depth));
    }
    if (queries.length === 0 && steps === null) {
      throw noTerm(this.#peek);
    }
    return queries.length === 1 && steps === null && queries[0] !== undefined ? queries[0] : { kind: "and", queries, steps };
  }

  #not(depth: number): Query {
    let negated = false;
    while (this.#peek.kind === "minus" || this.#peek.kind === "not") {
      negated = !negated;
      this.#next++;
    }
    const query = this.#atom(depth);
    return negated ? { kind: "not", query } : query;
  }

  #atom(depth: number): Query {
    const token = this.#peek;
    this.#next++;
    switch (token.kind) {
      case "open": {
        const query = this.#or(depth + 1);
        const end = this.#peek;
        if (end.kind !== "close")
          throw new QueryError(end.at, `a ) for the ( at character ${token.at + 1}`, "the end of the query", end.at);
        this.#next++;
        return query;
      }
      case "key":
        if (token.key === "step")
          throw new QueryError(token.at, "step: without a negation; negate a group, as in -(wrong step:10..20)", "one");
        return termOf(token);
      case "column":
        return columnTerm(token);
      case "conf": {
        const value = Number(token.value.text);
        if (token.value.text === "" || !(value >= 0 && value <= 1)) {
          const { text, at } = token.value;
          const isHalf = text === "" || text === ".";
          throw new QueryError(at, "a confidence from 0 to 1", described(text), isHalf ? endOf(token.value) : null);
        }
        return { kind: "conf", compare: token.compare, value };
      }
      case "word": {
        const flag = FLAGS.find((name) => name === token.word.toLowerCase());
        if (flag === undefined) {
          const isHalf = WORDS.some((name) => name.startsWith(token.word.toLowerCase()));
          throw new QueryError(token.at, TERM, described(token.word), isHalf ? token.at + token.word.length : null);
        }
        return { kind: flag };
      }
      default:
        throw noTerm(token);
    }
  }
}

/**
 * @throws QueryError
 */
export function parseQuery(source: string): Query {
  return new Parser(new Scanner(source).tokens()).parse();
}
