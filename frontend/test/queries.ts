/** What the tests of queries ask: six samples with columns, and how they are asked. */
import type { Samples } from "../src/binary";
import * as tools from "../src/column_tools";
import { Matcher, type Vocabulary, type World } from "../src/query/evaluate";
import { parseQuery, QueryError } from "../src/query/parse";
import type { ColumnInfo } from "../src/wire";
import { samplesOf } from "./bytes";

const none = { kinds: [], low: null, high: null };
export const columns: ColumnInfo[] = [
  { ...none, name: "age", kind: "number", low: 18, high: 90 },
  { ...none, name: "City", kind: "category", kinds: ["Den Haag", "Paris", "paris"] },
  { ...none, name: "web source", kind: "text" },
  { ...none, name: "label", kind: "category", kinds: ["x", "y"] },
  { ...none, name: "conf", kind: "number", low: 0, high: 9 },
];
export const values: tools.ColumnValues[] = [
  Float64Array.of(18, 30, 31.5, -2, Number.NaN, 90),
  Uint8Array.of(0, 1, 2, 255, 0, 1),
  ["a <b>crawl</b>", "Book", "", "web crawl", "note book", "x"],
  Uint8Array.of(0, 1, 0, 1, 0, 1),
  Float64Array.of(0, 1, 2, 3, 4, 5),
];
export const vocabulary: Vocabulary = {
  classes: ["cat", "dog", "hot dog", "or"],
  splits: ["train", "test"],
  hasTexts: true,
  labelled: true,
  predicted: true,
  columns,
  tools,
};

// Six samples through steps 10, 20, 30.
const samples: Samples = { ...samplesOf([0, 0, 1, 1, 2, -1], [0, 1, 0, 1, 0, 1]), id: Int32Array.of(5, 6, 7, 8, 9, 100) };
const predictions = [
  [0, 1, 1, 0, 2, 0],
  [0, 0, 1, 0, 1, 0],
  [1, 0, 1, 1, 1, 0],
];
const confidences = [
  [255, 100, 200, 153, 0, 1],
  [255, 255, 255, 255, 255, 255],
  [0, 0, 0, 0, 0, 0],
];
const texts = ["not bad", "bad", "so good", "good (really)", "", "Bad".toLowerCase()];

export function world(cursor: number): World {
  return {
    samples,
    steps: [10, 20, 30],
    cursor,
    facts: (index) =>
      index in predictions ? { prediction: predictions[index] ?? null, confidence: confidences[index] ?? null } : undefined,
    texts,
    column: (index) => values[index],
  };
}

export const matches = (source: string, cursor = 0): number[] =>
  [...new Matcher(parseQuery(source), vocabulary).match(world(cursor))].flatMap((hit, sample) => (hit === 1 ? [sample] : []));

export function trouble(source: string): string {
  try {
    matches(source);
  } catch (error) {
    if (error instanceof QueryError) return error.message;
    throw error;
  }
  return "no trouble";
}
