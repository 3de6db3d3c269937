/**
 * Stands in for api.ts in the page that `timetravel export` writes: what the tab asks a server for lies in the document itself, as
 * base64 in data blocks. build.mjs puts it in api.ts's place; whatever is not answered here still comes from there, and finds no server.
 */
import type * as api from "../api";
import { type Column, decodeFrame, decodeSamples, type Frame } from "../binary";
import { type Decoded, list, nullable, object, text } from "../decode";
import { columnInfo, film as filmDecoder, insight as insightDecoder, probe as probeDecoder } from "../wire";
import { flipsUntil, usualFlips } from "./flip_counts";
import { packedColumn } from "./packed_column";

export * from "../api";

const nothing = (what: string): Error => new Error(`This page holds no ${what}.`);

function block(id: string): string {
  const found = document.getElementById(id)?.textContent;
  if (found == null || found === "") throw nothing(id);
  return found;
}

function bytes(id: string): Uint8Array<ArrayBuffer> {
  const letters = atob(block(id));
  const found = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) found[at] = letters.charCodeAt(at);
  return found;
}

const unzipped = (id: string): Promise<ArrayBuffer> =>
  new Response(new Blob([bytes(id)]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

const decodeFacts = object({
  probe: probeDecoder,
  film: filmDecoder,
  columns: list(text),
  sample_columns: list(columnInfo),
  insight: nullable(insightDecoder),
});

let known: Decoded<typeof decodeFacts> | null = null;

/** The film, its samples' description, the columns of values that every step has, those that no step changes, and what was worked out. */
export function facts(): Decoded<typeof decodeFacts> {
  known ??= decodeFacts(JSON.parse(block("facts")), "facts");
  return known;
}

const indexOf = (step: number): number => facts().film.steps.findIndex((known) => known.step === step);

async function frameAt(index: number): Promise<Frame> {
  return decodeFrame(await unzipped(`frame-${index}`));
}

export const fetchFilm: typeof api.fetchFilm = async () => facts().film;
export const fetchSamples: typeof api.fetchSamples = async () => decodeSamples(await unzipped("samples"));
export const fetchFrame: typeof api.fetchFrame = (_, __, { step }) => frameAt(indexOf(step));

export const thumbnailsAddress: typeof api.thumbnailsAddress = (_, __, page) => `data:image/png;base64,${block(`media-${page}`)}`;
export const fetchTexts: typeof api.fetchTexts = async (_, __, page) =>
  list(text)(JSON.parse(new TextDecoder().decode(bytes(`media-${page}`))), "texts");

export const fetchColumns: typeof api.fetchColumns = async () => [...facts().sample_columns];
export const fetchColumnValues: typeof api.fetchColumnValues = async (_, __, at) => {
  const info = facts().sample_columns[at];
  if (info === undefined) throw nothing(`column ${at}`);
  return packedColumn(await unzipped(`column-${at}`), info.kind, facts().probe.n_samples);
};

export const fetchInsightValues: typeof api.fetchInsightValues = async (_, __, column) => {
  const at = facts().insight?.columns.findIndex(({ name }) => name === column) ?? -1;
  return packedColumn(await unzipped(`insight-${at}`), "number", facts().probe.n_samples);
};

/** Predictions and confidences of all steps, read once: two bytes per sample and step. */
type Told = Pick<Frame, "prediction" | "confidence">;
let told: Promise<Told[]> | null = null;

async function tell(): Promise<Told[]> {
  const found: Told[] = [];
  for (const index of facts().film.steps.keys()) {
    const { prediction, confidence } = await frameAt(index);
    found.push({ prediction: prediction?.slice() ?? null, confidence: confidence?.slice() ?? null }); // the rest of the frame may go
  }
  return found;
}

function allTold(): Promise<Told[]> {
  told ??= tell();
  return told;
}

export const fetchHistory: typeof api.fetchHistory = async (_, __, sample) => {
  const found = await allTold();
  return {
    steps: facts().film.steps.map(({ step }) => step),
    prediction: found.map(({ prediction }) => prediction?.[sample] ?? null),
    confidence: found.map(({ confidence }) => (confidence?.[sample] ?? 0) / 255),
  };
};

/** As the server sends it: a head, and a number per sample. */
export const fetchStepValues: typeof api.fetchStepValues = async (_, __, { step }, value) => {
  const at = facts().film.values?.findIndex((told) => told.value === value) ?? -1;
  const n = facts().probe.n_samples;
  const all = new Float32Array(await unzipped(`values-${indexOf(step)}`));
  if (at < 0 || all.length < n * (at + 1)) throw nothing(value);
  const answer = new ArrayBuffer(16 + 4 * n);
  new Uint8Array(answer).set([84, 84, 86, 50]); // TTV2
  new DataView(answer).setUint32(4, n, true);
  new Float32Array(answer, 16).set(all.subarray(at * n, (at + 1) * n));
  return answer;
};

export const fetchColumn: typeof api.fetchColumn = async (_, __, { step }, column) => {
  const index = indexOf(step);
  if (column === "flips") return flipsAt(index);
  const at = facts().columns.indexOf(column);
  if (at < 0) throw nothing(column);
  const n = facts().probe.n_samples;
  const all = new Uint8Array(await unzipped(`columns-${index}`));
  if (all.length !== n * facts().columns.length) throw nothing(column);
  return { values: all.slice(at * n, (at + 1) * n), low: 0, high: 1 };
};

async function flipsAt(index: number): Promise<Column> {
  const predictions = (await allTold()).map(({ prediction }) => prediction);
  const high = usualFlips(flipsUntil(predictions, predictions.length - 1));
  const values = Uint8Array.from(flipsUntil(predictions, index), (count) => Math.min(254, Math.round((254 * count) / high)));
  return { values, low: 0, high };
}
