/** The JSON of http_api.md, mirrored name by name. */
import { type Decoded, flag, list, maybe, nullable, number, object, record, text, word } from "./decode";

const perSplit = record(nullable(number));

const tagEntry = object({
  tag: text,
  n_samples: number,
  n_features: number,
  n_classes: number,
  n_steps: number,
  first_step: maybe(number),
  last_step: maybe(number),
  state: word("logged", "fitting", "fitted", "failed", "interrupted"),
});

export const listing = object({
  runs: list(object({ run: text, tags: list(tagEntry) })),
  unreadable: list(object({ run: text, tag: maybe(text), error: text })),
  can_fit: flag,
  cannot_fit: nullable(text),
});
export type Listing = Decoded<typeof listing>;

export const fit = object({
  state: word("none", "queued", "starting", "running", "finished", "failed", "cancelled", "interrupted"),
  position: maybe(number),
  method: maybe(text),
  stage: maybe(text),
  fraction: maybe(number),
  eta_s: maybe(number),
  device: maybe(text),
  origin: maybe(word("tab", "shell")),
  stages: maybe(list(object({ stage: text, fraction: number }))),
  film: maybe(text),
  preview: maybe(text),
  n_followed: maybe(number),
  error: maybe(text),
  last_words: maybe(list(text)),
  started_at: maybe(number),
  updated_at: maybe(number),
});
export type Fit = Decoded<typeof fit>;

const besideFilm = object({ run: text, tag: text, film: text });

const filmEntry = object({
  film: text,
  method: text,
  stale: flag,
  live: maybe(flag),
  version: maybe(text),
  n_steps: number,
  created_at: maybe(number),
  beside: maybe(besideFilm),
});
export type FilmEntry = Decoded<typeof filmEntry>;

const method = object({
  method: text,
  label: text,
  summary: text,
  needs: maybe(text),
  available: flag,
  estimate_s: maybe(number),
});
export type Method = Decoded<typeof method>;

const media = object({
  kind: word("image", "text", "none"),
  page_size: maybe(number),
  n_pages: maybe(number),
  thumbnail_width: maybe(number),
  thumbnail_height: maybe(number),
});
export type Media = Decoded<typeof media>;

export const probe = object({
  run: text,
  tag: text,
  n_samples: number,
  n_features: number,
  n_classes: number,
  class_names: list(text),
  splits: list(text),
  samples: text,
  media,
  n_columns: maybe(number),
  n_targets: maybe(number),
  has_pairs: maybe(flag),
  has_branches: maybe(flag),
  source: maybe(word("logged", "embeddings")),
  steps: list(number),
  fingerprint: text,
  films: list(filmEntry),
  film: nullable(text),
  methods: list(method),
  estimate_s: maybe(number),
  command: nullable(text),
  cannot_fit: nullable(text),
  fit,
});
export type Probe = Decoded<typeof probe>;

const metric = object({
  metric: text,
  label: text,
  description: text,
  range: nullable(list(nullable(number))),
  better: word("higher", "lower"),
  scope: word("step", "run", "both"),
  n_neighbors: maybe(number),
  chance: maybe(perSplit),
});
export type Metric = Decoded<typeof metric>;

const filmStep = object({
  step: number,
  frame: text,
  bytes: maybe(number),
  flips: maybe(number),
  accuracy: maybe(perSplit),
  fidelity: maybe(record(perSplit)),
  scores: maybe(record(perSplit)),
});
export type FilmStep = Decoded<typeof filmStep>;

const valueInfo = object({
  value: text,
  label: text,
  description: text,
  low: number,
  high: number,
  open_low: maybe(flag),
  open_high: maybe(flag),
});
/** A number per sample and step. */
export type ValueInfo = Decoded<typeof valueInfo>;

export const film = object({
  film: text,
  method: text,
  fingerprint: text,
  seed: maybe(number),
  device: maybe(text),
  created_at: maybe(number),
  extent: list(number),
  grid_resolution: maybe(number),
  territory: object({ source: word("head", "surrogate", "labels", "none"), agreement: maybe(number) }),
  refinable: maybe(flag),
  beside: maybe(
    object({
      run: text,
      tag: text,
      film: text,
      n_matched: number,
      apart: nullable(number),
      apart_by_chance: nullable(number),
    }),
  ),
  metrics: list(metric),
  fidelity: maybe(record(perSplit)),
  steps: list(filmStep),
  values: maybe(list(valueInfo)),
  score_metrics: maybe(list(metric)),
});
export type Film = Decoded<typeof film>;

const besideOffer = object({ run: text, tag: text, film: text, n_matched: number });
export type BesideOffer = Decoded<typeof besideOffer>;
export const besides = object({ beside: list(besideOffer) });

export const history = object({ steps: list(number), prediction: list(nullable(number)), confidence: list(nullable(number)) });
export type History = Decoded<typeof history>;

export const neighbors = object({ step: number, k: number, neighbors: list(list(number)) });

const savedSelection = object({ name: text, ranges: list(list(number)), saved_at: number });
export type SavedSelection = Decoded<typeof savedSelection>;
const kept = { selections: list(savedSelection), cannot_save: nullable(text) };
export const savedSelections = object(kept);
export const selectionDeleted = object({ ...kept, deleted: savedSelection });
export type SavedSelections = Decoded<typeof savedSelections>;

const scalarTag = object({ run: text, tag: text, name: text, preselected: flag });
export const scalarTags = object({ scalars: list(scalarTag) });
export type ScalarTag = Decoded<typeof scalarTag>;

export const scalars = object({ steps: list(number), values: list(nullable(number)), wall_times: list(nullable(number)) });
export type Scalars = Decoded<typeof scalars>;

export const columnInfo = object({
  name: text,
  kind: word("number", "category", "text"),
  kinds: list(text),
  low: nullable(number),
  high: nullable(number),
});
export const columns = object({ columns: list(columnInfo) });
export type ColumnInfo = Decoded<typeof columnInfo>;

const insightColumn = object({
  name: text,
  label: text,
  description: text,
  low: nullable(number),
  high: nullable(number),
  group: text,
});
export type InsightColumn = Decoded<typeof insightColumn>;

const eventKind = object({ kind: text, label: text, description: text, group: text, counts: list(number) });
export type EventKind = Decoded<typeof eventKind>;

export const insight = object({
  state: word("none", "queued", "starting", "running", "finished", "failed", "cancelled", "interrupted"),
  fraction: maybe(number),
  error: maybe(text),
  last_words: maybe(list(text)),
  insight: nullable(text),
  stale: flag,
  film: nullable(text),
  columns: list(insightColumn),
  kinds: list(eventKind),
  steps: list(number),
  has_labels: flag,
  command: nullable(text),
  cannot: nullable(text),
});
export type Insight = Decoded<typeof insight>;
export const insightAnswer = object({ insight });

export const texts = object({ texts: list(text) });

export const fitStarted = object({ started: flag, fit });
export const fitAnswer = object({ fit });
export const failure = object({ error: text });
