/** How faithful the picture is: a headline, then each metric per split beside what chance gives. */
import type { JSX } from "preact";
import { formatValue } from "../format";
import * as state from "../state";
import {
  besideSentence,
  headline,
  isCloseToChance,
  runMetrics,
  scoreMetrics,
  splitsOf,
  stepMetrics,
  territorySentence,
} from "../trust";
import type { Metric } from "../wire";

type Table = Readonly<Record<string, Readonly<Record<string, number | null>>>>;

function Cell({ metric, split, value }: { metric: Metric; split: string; value: number | null }): JSX.Element {
  const close = isCloseToChance(value, split, metric);
  const chance = metric.chance?.[split];
  return (
    <td class={close ? "close" : ""}>
      {formatValue(value)}
      {chance != null && (
        <span class="chance">{close ? `≈ chance ${formatValue(chance)}` : `chance ${formatValue(chance)}`}</span>
      )}
    </td>
  );
}

function Rows({
  metrics,
  splits,
  table,
  caption,
}: {
  metrics: readonly Metric[];
  splits: readonly string[];
  table: Table;
  caption: string;
}): JSX.Element | null {
  if (metrics.length === 0) return null;
  return (
    <table class="fidelity-table">
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
        {metrics.map((metric) => (
          <tr key={metric.metric}>
            <th scope="row">
              <details>
                <summary title={metric.description}>
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
  const words = at === undefined ? null : headline(film, at);
  return (
    <section class="fidelity" aria-label="How faithful is this picture">
      {scoreMetrics(film).length > 0 && <h2>How good is the model?</h2>}
      <Rows metrics={scoreMetrics(film)} splits={splits} table={at?.scores ?? {}} caption={`Step ${at?.step ?? ""}`} />
      <h2>How faithful is this picture?</h2>
      {words !== null && <p class="headline">{words}</p>}
      <Rows metrics={perStep} splits={splits} table={at?.fidelity ?? {}} caption={`Step ${at?.step ?? ""}`} />
      <Rows metrics={perRun} splits={splits} table={film.fidelity ?? {}} caption="Whole film" />
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
