/** The scalars beside a run: which there are, which are chosen, and their values as they arrive. */
import { computed, effect, signal, untracked } from "@preact/signals";
import * as api from "./api";
import { messageOf } from "./format";
import { agreeColours, ascending, type Chart, curveName, groupScalars, keyOf } from "./series";
import * as state from "./state";
import { fidelityChart, scoreMetrics, stepMetrics } from "./trust";
import type { Scalars, ScalarTag } from "./wire";

const PRESELECTED_METRICS = new Set([
  "neighborhood_preservation",
  "prediction_agreement",
  "mean_absolute_error",
  "r2",
  "recall_at_1",
]);

export const tags = signal<readonly ScalarTag[]>([]);
/** The list has arrived, empty or not. */
export const tagsKnown = signal(false);
const values = signal<ReadonlyMap<string, Scalars>>(new Map());
export const curvesTrouble = signal<string | null>(null);

export const isChosen = (tag: ScalarTag): boolean => state.curveChoices.value.get(keyOf(tag)) ?? tag.preselected;
export const isMetricChosen = (metric: string): boolean =>
  state.curveChoices.value.get(metric) ?? PRESELECTED_METRICS.has(metric);

export function choose(key: string, chosen: boolean): void {
  state.curveChoices.value = new Map(state.curveChoices.peek()).set(key, chosen);
}

export const metrics = computed(() => {
  const film = state.reel.value?.film;
  return film === undefined ? [] : [...scoreMetrics(film), ...stepMetrics(film)];
});

const ofScalars = computed<Chart[]>(() =>
  groupScalars(tags.value.filter(isChosen)).map((group) => ({
    title: group.title,
    curves: group.tags.flatMap((tag, colour) => {
      const series = values.value.get(keyOf(tag));
      return series === undefined ? [] : [{ name: curveName(tag, group), ...ascending(series), dashed: false, colour }];
    }),
  })),
);

const ofFidelity = computed<Chart[]>(() => {
  const open = state.reel.value;
  if (open === null) return [];
  return metrics.value.filter(({ metric }) => isMetricChosen(metric)).map((metric) => fidelityChart(open.film, metric));
});

const coloured = computed(() => agreeColours([...ofScalars.value, ...ofFidelity.value]));
export const scalarCharts = computed(() => coloured.value.slice(0, ofScalars.value.length));
export const fidelityCharts = computed(() => coloured.value.slice(ofScalars.value.length));

function tell(error: unknown, signal: AbortSignal): void {
  if (!signal.aborted) curvesTrouble.value = messageOf(error);
}

/** Changes when scalars may have: with the run, with each step that it logs, and with each reload of TensorBoard. */
const edition = computed(() => {
  const probe = state.probe.value;
  return { run: probe?.run, text: [probe?.run, probe?.fingerprint, state.reloads.value].join("\n") };
});
const editionText = computed(() => edition.value.text);

/** List the scalars of the run that is shown. */
function followTags(): () => void {
  let controller = new AbortController();
  let listed = "";
  const stop = effect(() => {
    editionText.value;
    const run = edition.peek().run;
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    if (run === undefined) return;
    if (run !== listed) {
      tags.value = [];
      tagsKnown.value = false;
      values.value = new Map();
    }
    listed = run;
    curvesTrouble.value = null;
    api.fetchScalarTags(run, signal).then(
      (found) => {
        if (signal.aborted) return;
        tags.value = found; // a new list, so that the values are asked for again
        tagsKnown.value = true;
      },
      (error: unknown) => tell(error, signal),
    );
  });
  return () => {
    stop();
    controller.abort();
  };
}

/** Fetch what is chosen and not here yet. */
function followValues(): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let generation = 0;
  const asked = new Set<string>();
  const stopReset = effect(() => {
    editionText.value;
    generation++;
    asked.clear();
  });
  const stop = effect(() => {
    const wanted = tags.value.filter((tag) => isChosen(tag) && !asked.has(keyOf(tag)));
    const now = generation;
    untracked(() => {
      for (const tag of wanted) {
        asked.add(keyOf(tag));
        api.fetchScalars(tag.run, tag.tag, signal).then(
          (series) => {
            if (now === generation && !signal.aborted) values.value = new Map(values.peek()).set(keyOf(tag), series);
          },
          (error: unknown) => tell(error, signal),
        );
      }
    });
  });
  return () => {
    stop();
    stopReset();
    controller.abort();
  };
}

export function keepCurves(): () => void {
  const stops = [followValues(), followTags()];
  return () => {
    for (const stop of stops) stop();
  };
}
