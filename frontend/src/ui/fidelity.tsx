/** How faithful the picture is: a headline, then each metric per split beside what chance gives. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { formatValue } from "../format";
import * as state from "../state";
import {
  againstChance,
  besideSentence,
  headline,
  runMetrics,
  scoreMetrics,
  splitsOf,
  stepMetrics,
  territorySentence,
} from "../trust";
import type { Metric } from "../wire";
import { walk } from "./list_keys";

type Table = Readonly<Record<string, Readonly<Record<string, number | null>>>>;

function Cell({ metric, split, value }: { metric: Metric; split: string; value: number | null }): JSX.Element {
  const against = againstChance(value, split, metric);
  const chance = metric.chance?.[split];
  return (
    <td class={against && "close"}>
      {formatValue(value)}
      {chance != null && (
        <span class="chance">
          {against}chance {formatValue(chance)}
        </span>
      )}
    </td>
  );
}

function Rows({
  metrics,
  splits,
  table,
  caption,
  stop,
}: {
  metrics: readonly Metric[];
  splits: readonly string[];
  table: Table;
  caption: string;
  /** The row that the Tab key stops at; of all tables it is one. */
  stop: number;
}): JSX.Element | null {
  if (metrics.length === 0) return null;
  return (
    <table class="fidelity-table" aria-label={caption}>
      <thead>
        <tr>
          <th scope="col">{caption}</th>
          {splits.map((split) => (
            <th scope="col" key={split}>
              {split}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {metrics.map((metric, index) => (
          <tr key={metric.metric}>
            {/* Named, as what folds is no name to a screen reader. */}
            <th scope="row" aria-label={`${metric.label}, ${metric.better} is better`}>
              <details>
                <summary title={metric.description} tabIndex={index === stop ? 0 : -1}>
                  {metric.label}
                  <span class="better" aria-hidden="true">
                    {metric.better === "higher" ? "↑" : "↓"}
                  </span>
                  <span class="sr">, {metric.better} is better</span>
                </summary>
                <p>{metric.description}</p>
              </details>
            </th>
            {splits.map((split) => (
              <Cell key={split} metric={metric} split={split} value={table[metric.metric]?.[split] ?? null} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Fidelity({ reel }: { reel: state.Reel }): JSX.Element {
  const { film } = reel;
  const at = film.steps[state.nearest.value];
  const splits = splitsOf(film);
  const perStep = stepMetrics(film);
  const perRun = runMetrics(film);
  const scores = scoreMetrics(film);
  const current = useSignal(0); // of all rows; one is a stop of the Tab key
  const stop = current.value < scores.length + perStep.length + perRun.length ? current.value : 0;
  const words = at === undefined ? null : headline(film, at);
  return (
    <section
      class="fidelity"
      aria-label="How faithful is this picture"
      onKeyDown={(event) => walk(event, event.currentTarget, "tbody tr", "summary")}
      onFocusCapture={({ currentTarget, target }) => {
        current.value = [...currentTarget.querySelectorAll("summary")].indexOf(target as HTMLElement);
      }}
    >
      {scores.length > 0 && <h2>How good is the model?</h2>}
      <Rows metrics={scores} splits={splits} table={at?.scores ?? {}} caption={`Step ${at?.step ?? ""}`} stop={stop} />
      <h2>How faithful is this picture?</h2>
      {words !== null && <p class="headline">{words}</p>}
      <Rows
        metrics={perStep}
        splits={splits}
        table={at?.fidelity ?? {}}
        caption={`Step ${at?.step ?? ""}`}
        stop={stop - scores.length}
      />
      <Rows
        metrics={perRun}
        splits={splits}
        table={film.fidelity ?? {}}
        caption="Whole film"
        stop={stop - scores.length - perStep.length}
      />
      {perStep.length + perRun.length === 0 && (
        <p class="faint">
          {state.isPreview.value ? "A preview is not measured; the fitted film will be." : "This film was not measured."}
        </p>
      )}
      {film.beside != null && <p class="source">{besideSentence(film.beside)}</p>}
      <p class="source">{territorySentence(film.territory, reel.probe.n_targets ?? 0)}</p>
    </section>
  );
}
