/** The legend as data: keys of the colour mode with their colours, names and counts. */
import { computed } from "@preact/signals";
import { CORRECT, keyOf, UNKNOWN, WRONG } from "./engine/scene";
import { CORRECTNESS_COLOURS, classColour, NONE_COLOUR } from "./palette";
import { nClasses } from "./picture";
import * as state from "./state";

export interface LegendEntry {
  readonly key: number;
  readonly name: string;
  readonly colour: string;
  /** Listed only when it has samples. */
  readonly optional: boolean;
}

export const entries = computed<LegendEntry[]>(() => {
  const open = state.reel.value;
  if (open === null || state.colour.value === "confidence") return [];
  if (state.colour.value === "correctness") {
    return [CORRECT, WRONG, UNKNOWN].map((key) => ({
      key,
      name: ["Correct", "Wrong", "Unknown"][key] ?? "",
      colour: CORRECTNESS_COLOURS[key] ?? NONE_COLOUR,
      optional: key === UNKNOWN,
    }));
  }
  const names = open.probe.class_names;
  const classes = Array.from({ length: nClasses.value }, (_, key) => ({
    key,
    name: state.className(key, names),
    colour: classColour(key),
    optional: false,
  }));
  const none = state.colour.value === "label" ? "No label" : "No prediction";
  return [...classes, { key: nClasses.value, name: none, colour: NONE_COLOUR, optional: true }];
});

/** Samples per key, at the nearest step. */
export const counts = computed<Uint32Array>(() => {
  const open = state.reel.value;
  const mode = state.colour.value;
  if (open === null || mode === "confidence") return new Uint32Array(0);
  const found = new Uint32Array(Math.max(3, nClasses.value + 1));
  // Labels do not change with the step: not reading its frame here spares a count per step.
  const prediction = mode === "label" ? null : (state.nearestFrame.value?.prediction ?? null);
  for (let sample = 0; sample < open.samples.n; sample++) {
    const key = keyOf(mode, open.samples.label[sample] ?? -1, prediction?.[sample] ?? null, null, nClasses.value);
    found[key] = (found[key] ?? 0) + 1;
  }
  return found;
});

const isOutcome = (): boolean => state.colour.value === "correctness";

export const hidden = computed(() => (isOutcome() ? state.hiddenOutcomes.value : state.hiddenClasses.value));

export function hide(keys: ReadonlySet<number>): void {
  (isOutcome() ? state.hiddenOutcomes : state.hiddenClasses).value = keys;
}
