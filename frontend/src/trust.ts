/** What the fidelity numbers say in words. */
import { plural } from "./format";
import type { Chart, Curve } from "./series";
import type { Film, FilmStep, Metric } from "./wire";

/** Share of the way from chance to perfect, where both are known; negative below chance. */
export function aboveChance(value: number, chance: number, metric: Metric): number | null {
  const [low, high] = metric.range ?? [];
  const best = metric.better === "higher" ? high : low;
  if (best == null || best === chance) return null;
  return (value - chance) / (best - chance);
}

const CLOSE_TO_CHANCE = 0.1;

/** What is to be said before the value that chance gives, where the picture does no better. */
export function againstChance(value: number | null | undefined, split: string, metric: Metric): string {
  const chance = metric.chance?.[split];
  const share = value == null || chance == null ? null : aboveChance(value, chance, metric);
  if (share === null || share >= CLOSE_TO_CHANCE) return "";
  return share > -CLOSE_TO_CHANCE ? "≈ " : "worse than ";
}

export const stepMetrics = (film: Film): Metric[] =>
  film.metrics.filter(
    ({ metric, scope }) =>
      scope !== "run" &&
      film.steps.some(({ fidelity }) => Object.values(fidelity?.[metric] ?? {}).some((value) => value !== null)),
  );

/** What the film tells of the model itself. */
export const scoreMetrics = (film: Film): readonly Metric[] => film.score_metrics ?? [];

export const runMetrics = (film: Film): Metric[] =>
  film.metrics.filter(({ metric }) => Object.values(film.fidelity?.[metric] ?? {}).some((value) => value !== null));

/** Splits that carry a value, in order of appearance. */
export function splitsOf(film: Film): string[] {
  const found = new Set<string>();
  const tables = [film.fidelity ?? {}, ...film.steps.map(({ fidelity, scores }) => ({ ...fidelity, ...scores }))];
  for (const table of tables)
    for (const values of Object.values(table)) for (const split of Object.keys(values)) found.add(split);
  return [...found];
}

/** A metric through all steps of a film, a curve per split, with the value that chance gives as a dashed line. */
export function fidelityChart(film: Film, metric: Metric): Chart {
  const xs = film.steps.map(({ step }) => step);
  const ends = [xs[0] ?? 0, xs.at(-1) ?? 0];
  const curves = splitsOf(film).flatMap((split, colour): Curve[] => {
    const ys = film.steps.map(({ fidelity, scores }) => ({ ...fidelity, ...scores })[metric.metric]?.[split] ?? null);
    if (ys.every((value) => value === null)) return [];
    const chance = metric.chance?.[split] ?? null;
    const curve = { name: split, xs, ys, dashed: false, colour };
    return chance === null
      ? [curve]
      : [curve, { name: `${split}, chance`, xs: ends, ys: [chance, chance], dashed: true, colour }];
  });
  return { title: metric.label, curves };
}

/** One sentence on how far the picture at a step can be trusted, from the share of neighbours it keeps. */
export function headline(film: Film, at: FilmStep): string | null {
  const metric = film.metrics.find((candidate) => candidate.metric === "neighborhood_preservation");
  const values = Object.entries(at.fidelity?.neighborhood_preservation ?? {});
  // The last split is the least seen by the fit: test where there is one.
  const [split, value] = values.filter(([, known]) => known !== null).at(-1) ?? [];
  if (metric === undefined || split === undefined || value == null) return null;
  const chance = metric.chance?.[split];
  const against = chance == null ? "" : ` (chance: ${percent(chance)})`;
  const kept = `${percent(value)} of the ${metric.n_neighbors ?? ""} nearest neighbors of a ${values.length > 1 ? `${split} ` : ""}sample are its neighbors here too${against}.`;
  return againstChance(value, split, metric) === ""
    ? kept
    : `${kept} That is close to chance: do not read distances from this step.`;
}

const percent = (share: number): string => {
  const value = share * 100;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)}\u00a0%`;
};

/** In whose plane the film lies, and how near the same samples are. */
export function besideSentence({ run, n_matched, apart, apart_by_chance: chance }: NonNullable<Film["beside"]>): string {
  const near = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const lie = `Laid beside ${run}, in one plane with its film: ${plural(n_matched, "sample")} in common were drawn towards their places there`;
  return apart === null || chance === null
    ? `${lie}.`
    : `${lie}, and lie on average ${near(apart)} of the width from them; chance would be ${near(chance)}.`;
}

/** Where the territory comes from. */
export function territorySentence({ source, agreement }: Film["territory"], nTargets: number): string {
  switch (source) {
    case "head":
      return "Territory: the model's own head, evaluated exactly.";
    case "surrogate":
      return agreement === null
        ? "Territory: an approximation of the model's head; its agreement was not measured."
        : `Territory: an approximation of the model's head that agrees with it on ${(agreement * 100).toFixed(1)} % of samples.`;
    case "labels":
      return "Territory: drawn from the labels, since no logits were logged. It says nothing about the model's decisions.";
    case "none":
      return nTargets > 0
        ? "No territory: the model predicts numbers, so no place is of one class."
        : "No territory: neither logits nor labels were logged.";
  }
}
