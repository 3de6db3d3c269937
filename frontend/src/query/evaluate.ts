/** Which samples a query matches. Terms that no step changes are looked up once, so following a film costs only what changes with it. */
import type { Samples } from "../binary";
import type { ColumnValues } from "../column_tools";
import type { ColumnInfo, ValueInfo } from "../wire";
import { compared, resolveColumn } from "./column_terms";
import { type Comparison, type Query, QueryError, type StepRange, type Term, type Word } from "./parse";

/** What a model said of all samples at a step; null where nothing was logged. */
export interface StepFacts {
  readonly prediction: ArrayLike<number> | null;
  /** Top-1 probability · 255. */
  readonly confidence: ArrayLike<number> | null;
}

/** Names that a query may use. */
export interface Vocabulary {
  readonly classes: readonly string[];
  readonly splits: readonly string[];
  readonly hasTexts: boolean;
  readonly labelled: boolean;
  readonly predicted: boolean;
  /** Those with a scale have other values at each step. */
  readonly columns: readonly (ColumnInfo & { readonly scale?: ValueInfo | null })[];
  /** Null while there are none. */
  readonly tools: Pick<typeof import("../column_tools"), "testColumn" | "completionOf" | "exampleOf"> | null;
}

export interface World {
  readonly samples: Samples;
  /** Numbers of the film's steps. */
  readonly steps: readonly number[];
  /** Index of the step under the cursor. */
  readonly cursor: number;
  facts(index: number): StepFacts | undefined;
  /** Lower-cased, or null while they are not here. */
  readonly texts: readonly string[] | null;
  /** The values of a column, by its place, at a step's index. */
  column(index: number, step: number): ColumnValues | undefined;
}

const NO_CLASS = -1;

type Test = (sample: number) => boolean;
type Node =
  | { readonly kind: "fixed"; readonly make: (world: World) => Test; mask: Uint8Array | null }
  | { readonly kind: "at"; readonly make: (world: World, index: number) => Test }
  | { readonly kind: "not"; readonly node: Node }
  | { readonly kind: "and"; readonly nodes: readonly Node[]; readonly steps: StepRange | null }
  | { readonly kind: "or"; readonly nodes: readonly Node[] };

function namesToKeys({ text, at }: Word, names: readonly string[], what: string, extra: number | null): number {
  const wanted = text.toLowerCase();
  const exact = names.findIndex((name) => name.toLowerCase() === wanted);
  if (exact >= 0) return exact;
  if (extra !== null && wanted === "none") return extra;
  if (/^\d{1,6}$/.test(text) && Number(text) < names.length) return Number(text);
  const close = names.filter((name) => name.toLowerCase().includes(wanted)).slice(0, 3);
  const hint = close.length > 0 ? close : names.slice(0, 3);
  throw new QueryError(at, `the name of a ${what}${hint.length > 0 ? ` such as ${hint.join(", ")}` : ""}`, JSON.stringify(text));
}

const comparison = (compare: Comparison, value: number): ((confidence: number) => boolean) =>
  compare === "=" ? (confidence) => Math.abs(confidence - value * 255) <= 0.5 : compared(compare, value * 255);

const HELP = {
  compared,
  refusal: (...why: ConstructorParameters<typeof QueryError>): QueryError => new QueryError(...why),
};

const never: Test = () => false;

function compileTerm(term: Term, vocabulary: Vocabulary): Node {
  const { classes, splits } = vocabulary;
  switch (term.kind) {
    case "label": {
      const wanted = new Set(term.names.map((name) => namesToKeys(name, classes, "class", NO_CLASS)));
      return {
        kind: "fixed",
        mask: null,
        make:
          ({ samples }) =>
          (sample) =>
            wanted.has(samples.label[sample] ?? NO_CLASS),
      };
    }
    case "split": {
      const wanted = new Set(term.names.map((name) => namesToKeys(name, splits, "split", null)));
      return {
        kind: "fixed",
        mask: null,
        make:
          ({ samples }) =>
          (sample) =>
            wanted.has(samples.split[sample] ?? NO_CLASS),
      };
    }
    case "id": {
      const singles = new Set(term.ranges.flatMap(([first, last]) => (first === last ? [first] : [])));
      const spans = term.ranges.filter(([first, last]) => first !== last);
      const holds = (id: number): boolean => singles.has(id) || spans.some(([first, last]) => id >= first && id <= last);
      return {
        kind: "fixed",
        mask: null,
        make:
          ({ samples }) =>
          (sample) =>
            holds(samples.id[sample] ?? -1),
      };
    }
    case "text": {
      const words = term.words.toLowerCase();
      return {
        kind: "fixed",
        mask: null,
        make:
          ({ texts }) =>
          (sample) =>
            texts?.[sample]?.includes(words) === true,
      };
    }
    case "pred": {
      const wanted = new Set(term.names.map((name) => namesToKeys(name, classes, "class", null)));
      return {
        kind: "at",
        make: (world, index) => {
          const prediction = world.facts(index)?.prediction;
          return prediction == null ? never : (sample) => wanted.has(prediction[sample] ?? NO_CLASS);
        },
      };
    }
    case "conf": {
      const holds = comparison(term.compare, term.value);
      return {
        kind: "at",
        make: (world, index) => {
          const confidence = world.facts(index)?.confidence;
          return confidence == null ? never : (sample) => holds(confidence[sample] ?? 0);
        },
      };
    }
    case "wrong":
    case "correct": {
      const same = term.kind === "correct";
      return {
        kind: "at",
        make: (world, index) => {
          const prediction = world.facts(index)?.prediction;
          const { label } = world.samples;
          if (prediction == null) return never;
          return (sample) => (label[sample] ?? NO_CLASS) >= 0 && (label[sample] === prediction[sample]) === same;
        },
      };
    }
    case "column": {
      const index = resolveColumn(term, vocabulary.columns);
      const info = vocabulary.columns[index];
      if (info === undefined || vocabulary.tools === null) return { kind: "fixed", mask: null, make: () => never };
      const test = vocabulary.tools.testColumn(term, info, HELP);
      const make = (world: World, step: number): Test => {
        const values = world.column(index, step);
        return values === undefined ? never : (sample) => test(values[sample] ?? "");
      };
      return info.scale == null ? { kind: "fixed", mask: null, make: (world) => make(world, 0) } : { kind: "at", make };
    }
    case "flipped":
      return {
        kind: "at",
        make: (world, index) => {
          const now = world.facts(index)?.prediction;
          const before = world.facts(index - 1)?.prediction;
          return now == null || before == null ? never : (sample) => now[sample] !== before[sample];
        },
      };
  }
}

function compileNode(query: Query, vocabulary: Vocabulary): Node {
  switch (query.kind) {
    case "not":
      return { kind: "not", node: compileNode(query.query, vocabulary) };
    case "and":
      return { kind: "and", nodes: query.queries.map((inner) => compileNode(inner, vocabulary)), steps: query.steps };
    case "or":
      return { kind: "or", nodes: query.queries.map((inner) => compileNode(inner, vocabulary)) };
    default:
      return compileTerm(query, vocabulary);
  }
}

function termsOf(query: Query): Term[] {
  if (query.kind === "not") return termsOf(query.query);
  return query.kind === "and" || query.kind === "or" ? query.queries.flatMap(termsOf) : [query];
}

/** Indices of the steps that lie in a range. */
function stepsIn({ first, last }: StepRange, steps: readonly number[]): number[] {
  return steps.flatMap((step, index) => (step >= first && step <= last ? [index] : []));
}

/** Terms that need no step's predictions. */
const APART = ["label", "split", "id", "text", "column"];

/** The steps whose predictions a query looks at, with the cursor where it is: indices in order. Without `apart`, those that any term may look at. */
export function stepsNeeded(query: Query, steps: readonly number[], cursor: number, apart: readonly string[] = APART): number[] {
  const needed = new Set<number>();
  const look = (inner: Query, at: readonly number[]): void => {
    if (inner.kind === "not") look(inner.query, at);
    else if (inner.kind === "or") inner.queries.forEach((each) => look(each, at));
    else if (inner.kind === "and") {
      const own = inner.steps === null ? at : stepsIn(inner.steps, steps);
      inner.queries.forEach((each) => look(each, own));
    } else if (inner.kind === "flipped") at.filter((index) => index > 0).forEach((index) => needed.add(index - 1).add(index));
    else if (!apart.includes(inner.kind)) at.forEach((index) => needed.add(index));
  };
  look(query, [cursor]);
  return [...needed].sort((a, b) => a - b);
}

export const needsTexts = (query: Query): boolean => termsOf(query).some(({ kind }) => kind === "text");

/** What was not logged that a term looks at; null where all was. */
export function lackOf(kind: Term["kind"], { hasTexts, labelled, predicted }: Vocabulary): "texts" | "labels" | "logits" | null {
  if (kind === "text" && !hasTexts) return "texts";
  if (["label", "wrong", "correct"].includes(kind) && !labelled) return "labels";
  return ["pred", "conf", "flipped", "wrong", "correct"].includes(kind) && !predicted ? "logits" : null;
}

/** A query whose names are known, ready to be asked at every step. It remembers what no step changes, so it serves one probe set. */
export class Matcher {
  readonly #root: Node;
  /** Places of the columns that it looks at. */
  readonly columns: readonly number[];

  /**
   * @throws QueryError for a class, split or column that does not exist, or for what was not logged.
   */
  constructor(
    readonly query: Query,
    vocabulary: Vocabulary,
  ) {
    for (const { kind } of termsOf(query)) {
      const lack = lackOf(kind, vocabulary);
      if (lack !== null) throw new QueryError(0, `a query without ${kind}, since no ${lack} were logged`, kind);
    }
    this.columns = termsOf(query).flatMap((term) => (term.kind === "column" ? resolveColumn(term, vocabulary.columns) : []));
    this.#root = compileNode(query, vocabulary);
  }

  /** A byte per sample, 1 where the query holds. */
  match(world: World): Uint8Array {
    return this.#mask(this.#root, world, world.cursor);
  }

  /** The result may be kept by a fixed node: callers never write into it. */
  #mask(node: Node, world: World, index: number): Uint8Array {
    const { n } = world.samples;
    switch (node.kind) {
      case "fixed":
        node.mask ??= filled(n, node.make(world));
        return node.mask;
      case "at":
        return filled(n, node.make(world, index));
      case "not": {
        const inner = this.#mask(node.node, world, index);
        return inner.map((value) => 1 - value);
      }
      case "or":
        return merged(
          n,
          node.nodes.map((inner) => this.#mask(inner, world, index)),
          false,
        );
      case "and": {
        if (node.steps === null) return this.#all(node.nodes, world, index);
        const found = stepsIn(node.steps, world.steps).map((step) => this.#all(node.nodes, world, step));
        return merged(n, found, false);
      }
    }
  }

  #all(nodes: readonly Node[], world: World, index: number): Uint8Array {
    return merged(
      world.samples.n,
      nodes.map((inner) => this.#mask(inner, world, index)),
      true,
    );
  }
}

function filled(n: number, test: Test): Uint8Array {
  const mask = new Uint8Array(n);
  for (let sample = 0; sample < n; sample++) if (test(sample)) mask[sample] = 1;
  return mask;
}

/** All of the masks at once, or any of them; of no masks, all samples or none. */
function merged(n: number, masks: readonly Uint8Array[], every: boolean): Uint8Array {
  const result = new Uint8Array(n).fill(every ? 1 : 0);
  for (const mask of masks) {
    // Two loops, since a test inside one would be made for every sample.
    if (every) for (let sample = 0; sample < n; sample++) result[sample] = (result[sample] ?? 0) & (mask[sample] ?? 0);
    else for (let sample = 0; sample < n; sample++) result[sample] = (result[sample] ?? 0) | (mask[sample] ?? 0);
  }
  return result;
}
