/** The insight routes that only this part asks. */
import type { Place } from "../api";
import { getBytes, getJson, post } from "../lent";
import * as wire from "./wire";

export const fetchEvents = ({ run, tag }: Place, insight: string, kind: string): Promise<ArrayBuffer> =>
  getBytes("insight_events", { run, tag, insight, kind });

export const fetchSuspects = ({ run, tag }: Place, insight: string, top: number): Promise<wire.Suspects> =>
  getJson(wire.suspects, "suspects", { run, tag, insight, top });

export const saveVerdict = (
  { run, tag }: Place,
  insight: string,
  sample: number,
  verdict: wire.Verdict | null,
  top: number,
): Promise<wire.Suspects> => post(wire.suspects, "verdicts", { run, tag, insight, verdicts: [[sample, verdict]], top });

export const fetchInfluence = (
  { run, tag }: Place,
  sample: number,
  target: string,
  until: number,
  top: number,
): Promise<wire.Influence> => getJson(wire.influence, "influence", { run, tag, sample, target, until, top });

/** What is near each of some samples, or near their mean, at a step or (without one) through time. */
export const fetchNear = async (
  { run, tag }: Place,
  step: number | "all",
  samples: string,
  asOne: boolean,
  metric: string,
  k: number,
): Promise<wire.NearStep[]> =>
  (await getJson(wire.near, "near", { run, tag, step, samples, as_one: asOne ? 1 : 0, metric, k })).near;

/** What is near them in another run: at a step of each, or through time, beside the steps of the nearest numbers. */
export const fetchNearAcross = async (
  { run, tag }: Place,
  other: Place,
  of: { readonly step: number; readonly withStep: number } | "all",
  samples: string,
  asOne: boolean,
  metric: string,
  k: number,
): Promise<wire.NearAcrossStep[]> => {
  const steps = of === "all" ? { step: of } : { step: of.step, with_step: of.withStep };
  const across = { with_run: other.run, with_tag: other.tag, ...steps };
  return (await getJson(wire.nearAcross, "near", { run, tag, samples, as_one: asOne ? 1 : 0, metric, k, ...across })).near;
};
