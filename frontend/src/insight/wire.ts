/** The JSON of the insight routes in http_api.md, mirrored name by name. */
import { type Decoded, list, nullable, number, object, record, text, word } from "../decode";

const verdict = word("suspicious", "fine");
export type Verdict = Decoded<typeof verdict>;

const suspect = object({
  sample: number,
  score: nullable(number),
  looks_like: number,
  why: text,
  verdict: nullable(verdict),
});
export type Suspect = Decoded<typeof suspect>;

export const suspects = object({
  suspects: list(suspect),
  n_verdicts: record(number),
  cannot_save: nullable(text),
});
export type Suspects = Decoded<typeof suspects>;

const influencer = object({ sample: number, influence: number });
export type Influencer = Decoded<typeof influencer>;

export const influence = object({
  target: number,
  steps: list(number),
  helpers: list(influencer),
  harmers: list(influencer),
});
export type Influence = Decoded<typeof influence>;

const nearStep = object({ step: number, positions: list(list(number)), distances: list(list(nullable(number))) });
export type NearStep = Decoded<typeof nearStep>;
export const near = object({ near: list(nearStep) });

const nearAcrossStep = object({
  step: number,
  with_step: number,
  positions: list(list(number)),
  distances: list(list(nullable(number))),
  own: list(nullable(number)),
  n_matched: number,
  n_anchors: number,
  recall: nullable(number),
  recall_by_chance: number,
});
export type NearAcrossStep = Decoded<typeof nearAcrossStep>;
export const nearAcross = object({ near: list(nearAcrossStep) });
