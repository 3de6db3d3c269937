/** The legend as data: keys of the colour mode with their colours, names and counts. */
import { computed } from "@preact/signals";
import { colourOfClass } from "./class_colours";
import { colouring, measure, sampleMetrics } from "./columns";
import { difference } from "./difference_at";
import {
  CORRECT,
  classShape,
  DOT_SHAPES,
  type DotShape,
  keyOf,
  SPLIT_SHAPES,
  shapedByClass,
  UNKNOWN,
  WRONG,
} from "./engine/scene";
import { CORRECTNESS_COLOURS, classColour, NONE_COLOUR } from "./palette";
import { chosenScale, colouringColumn, type SampleColumn } from "./sample_columns";
import * as state from "./state";
import type { ColourMode } from "./url";

export interface LegendEntry {
  readonly key: number;
  readonly name: string;
  readonly colour: string;
  readonly shape: DotShape;
  /** Whether a person may give it another colour. */
  readonly recolourable: boolean;
  /** Listed only when it has samples. */
  readonly optional: boolean;
}

/** Modes that colour by a number have a scale instead of entries. */
const isScaled = (mode: ColourMode): boolean =>
  ["confidence", "flips", "fidelity", "difference"].includes(mode) ||
  (mode === "column" && colouringColumn.value?.info.kind !== "category");

export const entries = computed<LegendEntry[]>(() => {
  const open = state.reel.value;
  const mode = state.colour.value;
  if (open === null || isScaled(mode)) return [];
  if (mode === "split") {
    return open.probe.splits.map((name, key) => ({
      key,
      name,
      colour: classColour(key),
      shape: SPLIT_SHAPES[key % SPLIT_SHAPES.length] ?? "circle",
      recolourable: false,
      optional: false,
    }));
  }
  if (mode === "correctness") {
    return [CORRECT, WRONG, UNKNOWN].map((key) => ({
      key,
      name: ["Correct", "Wrong", "Unknown"][key] ?? "",
      colour: CORRECTNESS_COLOURS[key] ?? NONE_COLOUR,
      shape: "circle",
      recolourable: false,
      optional: key === UNKNOWN,
    }));
  }
  if (mode === "column") {
    const kinds = colouringColumn.value?.info.kinds ?? [];
    return [...kinds, "No value"].map((name, key) => ({
      key,
      name,
      colour: key === kinds.length ? NONE_COLOUR : classColour(key),
      shape: "circle",
      recolourable: false,
      optional: key === kinds.length,
    }));
  }
  const names = open.probe.class_names;
  const n = state.nClasses.value;
  const shaped = shapedByClass(mode, n);
  const classes = Array.from(
    { length: n },
    (_, key): LegendEntry => ({
      key,
      name: state.className(key, names),
      colour: colourOfClass(key),
      shape: shaped ? (DOT_SHAPES[classShape(key, n)] ?? "circle") : "circle",
      recolourable: true,
      optional: false,
    }),
  );
  const none = mode === "label" ? "No label" : "No prediction";
  return [...classes, { key: n, name: none, colour: NONE_COLOUR, shape: "circle", recolourable: false, optional: true }];
});

/** Samples per key, at the nearest step. */
export const counts = computed<Uint32Array>(() => {
  const open = state.reel.value;
  const mode = state.colour.value;
  if (open === null || isScaled(mode)) return new Uint32Array(0);
  if (mode === "column") {
    const counted = new Uint32Array(entries.value.length);
    for (const key of colouringColumn.value?.values ?? []) counted[key] = (counted[key] ?? 0) + 1;
    return counted;
  }
  const n = state.nClasses.value;
  const found = new Uint32Array(Math.max(3, n + 1, open.probe.splits.length));
  // Labels do not change with the step: not reading its frame here spares a count per step.
  const prediction = mode === "label" || mode === "split" ? null : (state.nearestFrame.value?.prediction ?? null);
  for (let sample = 0; sample < open.samples.n; sample++) {
    const key = keyOf(mode, open.samples.label[sample] ?? -1, prediction?.[sample] ?? null, null, n, open.samples.split[sample]);
    found[key] = (found[key] ?? 0) + 1;
  }
  return found;
});

const hiddenOf = (mode: ColourMode): typeof state.hiddenClasses => {
  if (mode === "correctness") return state.hiddenOutcomes;
  if (mode === "column") return state.hiddenKinds;
  return mode === "split" ? state.hiddenSplits : state.hiddenClasses;
};

export const hidden = computed(() => hiddenOf(state.colour.value).value);

export function hide(keys: ReadonlySet<number>): void {
  hiddenOf(state.colour.value).value = keys;
}

export interface Scale {
  readonly title: string;
  readonly low: number;
  readonly high: number;
  /** Whether values below the lower end are drawn as it. */
  readonly openLow?: boolean;
  /** Whether values beyond the upper end are drawn as it. */
  readonly open: boolean;
  /** What its numbers mean. */
  readonly words: string;
  /** Whether there are samples without a value. */
  readonly partial: boolean;
}

const WRONG_WORDS: Readonly<Partial<Record<ColourMode, string>>> = {
  label: "wrong: core as predicted",
  prediction: "wrong: core as labelled",
};

/** Whether a sample of the film can be wrong: it takes a label and a prediction. */
export const canBeWrong = computed(() => state.labelled.value && state.predicted.value);

/** How a wrong prediction is marked: by shape, so that no one needs to tell hues apart. Null where none is. */
export const wrongWords = computed(() =>
  canBeWrong.value && state.isSwitchedOn("wrong") ? (WRONG_WORDS[state.colour.value] ?? "wrong: hollow core") : null,
);

/** What fading and rings say; null where there are none. */
export const trustWords = computed(() => {
  const mark = state.trust.value;
  const metric = sampleMetrics.value.find((candidate) => candidate.metric === measure.value);
  if (mark === "off" || metric === undefined) return null;
  return {
    mark,
    words: `${mark === "fade" ? "paler" : "wider ring"}: less “${metric.label.toLowerCase()}”`,
    title: metric.description,
  };
});

/** What hatching says; null where none is drawn. */
export const doubtWords = computed(() => {
  const isDrawn = state.isSwitchedOn("territory") && state.reel.value?.film.territory.source !== "none";
  return isDrawn && state.isSwitchedOn("doubt") ? "hatched: do not believe" : null;
});

/** The scale of a mode that colours by a number. */
export const scale = computed<Scale | null>(() => {
  const mode = state.colour.value;
  if (!isScaled(mode)) return null;
  if (mode === "confidence") {
    return { title: "Confidence", low: 0, high: 1, open: false, words: "probability of the predicted class", partial: false };
  }
  if (mode === "column") {
    const told = chosenScale.value;
    if (told !== null) {
      const { label, description, low, high, open_low, open_high } = told;
      const partial = colouringColumn.value?.values.includes(255) ?? false;
      return { title: label, low, high, open: open_high === true, openLow: open_low === true, words: description, partial };
    }
    const shown = colouringColumn.value;
    if (shown == null) return null;
    const { low, high, open, openLow, info, values } = shown;
    const { label, description } = (info as SampleColumn).source ?? { label: info.name, description: info.name };
    return { title: label, low, high, open, openLow, words: description, partial: values.includes(255) };
  }
  const column = colouring(state.nearest.value);
  const partial = column?.values.includes(255) ?? true;
  if (mode === "flips") {
    return {
      title: "Flips",
      low: 0,
      high: column?.high ?? 1,
      open: true,
      words: "changes of prediction up to this step",
      partial,
    };
  }
  if (mode === "difference") {
    const words = "of the nearest here, the share that is not among the nearest in the film beside";
    const unmatched = difference.value?.here.includes(255) ?? false;
    return { title: "Difference", low: 0, high: 1, open: false, words, partial: unmatched };
  }
  const metric = sampleMetrics.value.find((candidate) => candidate.metric === measure.value);
  return { title: metric?.label ?? "", low: 0, high: 1, open: false, words: metric?.description ?? "", partial };
});
