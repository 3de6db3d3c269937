/** What is near a sample, or the mean of the selection, in the representation: at the step under the cursor, and through time. */
import type { JSX } from "preact";
import { formatCount, formatValue, plural } from "../format";
import * as tab from "../lent";
import { useMemo } from "../lent";
import { fetchNear } from "./api";
import { nearRows, rangesText } from "./near";
import { InOtherRun, inOtherRun, MetricChoice, metric, NearAcross, otherRun, type Question, REST_MS } from "./near_across";
import { ClassOf, idOf, labelOf, marks } from "./shared";
import { Card, follow, Subject, subject, useAnswer, useRested } from "./subject";
import type { NearStep } from "./wire";

const K = 10;
const MOST_LETTERS = 4000; // of an address, for the samples whose mean is asked about
/** Whether the mean of the selection is asked about, where several are selected. */
const ofMean = tab.signal(false);
/** Whether all steps are asked about, which reads the whole log. */
const throughTime = tab.signal(false);

function ThroughTime({ reel, steps, step }: { reel: tab.Reel; steps: readonly NearStep[]; step: number | null }): JSX.Element {
  const rows = useMemo(() => nearRows(steps), [steps]);
  const go = (to: number, sample: number): void => {
    tab.goTo(to);
    follow(sample);
  };
  const words = (sample: number, distance: number | null, isNew: boolean): string =>
    [
      `#${idOf(reel, sample)}`,
      ...(labelOf(reel, sample) < 0 ? [] : [tab.className(labelOf(reel, sample), reel.probe.class_names)]),
      ...(distance === null ? [] : [formatValue(distance)]),
      ...(isNew ? ["new here"] : []),
    ].join(", ");
  return (
    <div class="insight-near" tabIndex={0} role="group" aria-label="Nearest by step">
      <table>
        <thead>
          <tr>
            <th scope="col">step</th>
            <th scope="col" title="Not among the nearest of the row above">
              new
            </th>
            <th scope="col" colSpan={K}>
              nearest first
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.step} aria-current={row.step === step ? "step" : undefined}>
              <th scope="row">
                <button
                  type="button"
                  class="text-button"
                  aria-label={`Go to step ${row.step}`}
                  onClick={() => tab.goTo(row.step)}
                >
                  {row.step}
                </button>
              </th>
              <td class="faint">{row.nNew ?? ""}</td>
              {row.neighbors.map(({ sample, distance, isNew }) => (
                <td key={sample}>
                  <button
                    type="button"
                    class={`insight-neighbor${isNew ? " new" : ""}`}
                    aria-label={words(sample, distance, isNew)}
                    title={words(sample, distance, isNew)}
                    onClick={() => go(row.step, sample)}
                    {...marks(sample)}
                  >
                    {reel.probe.media.kind === "image" ? (
                      <tab.Picture reel={reel} sample={sample} size={21} />
                    ) : (
                      <ClassOf reel={reel} kind={labelOf(reel, sample)} />
                    )}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Answers({ reel, question }: { reel: tab.Reel; question: Question }): JSX.Element {
  const step = useRested(tab.step, REST_MS);
  const { place, probe } = reel;
  const keyOf = (of: number | "all"): string =>
    ["near", place.run, place.tag, probe.fingerprint, of, question.samples, question.asOne, metric.value].join("\n");
  const ask = (of: number | "all") => () => fetchNear(place, of, question.samples, question.asOne, metric.value, K);
  const here = useAnswer(step === null ? null : keyOf(step), ask(step ?? 0));
  const all = useAnswer(throughTime.value ? keyOf("all") : null, ask("all"));
  const [row] = useMemo(() => nearRows(here.value ?? []), [here.value]);
  return (
    <>
      <MetricChoice />
      {here.trouble !== null && <p role="alert">{here.trouble}</p>}
      <h2>At step {row?.step ?? step}</h2>
      <ol class={`insight-cards two${probe.media.kind === "text" ? " wide" : ""}${here.busy ? " busy" : ""}`}>
        {row?.neighbors.map(({ sample, distance }) => (
          <Card key={sample} reel={reel} sample={sample}>
            {formatValue(distance)}
          </Card>
        ))}
      </ol>
      <details
        class="insight-fold"
        open={throughTime.value}
        onToggle={({ currentTarget }) => (throughTime.value = currentTarget.open)}
      >
        <summary>
          <h2>Through time</h2>
        </summary>
        {all.trouble !== null && <p role="alert">{all.trouble}</p>}
        {all.busy && <p role="status">Reading the log</p>}
        {all.value !== null && all.value.length < probe.steps.length && (
          <p class="faint">
            {all.value.length} of {plural(probe.steps.length, "step")}, evenly spaced: the log is long.
          </p>
        )}
        {all.value !== null && <ThroughTime reel={reel} steps={all.value} step={tab.step.value} />}
      </details>
    </>
  );
}

export function NearPanel({ reel }: { reel: tab.Reel }): JSX.Element {
  const other = otherRun(reel);
  const sample = subject.value !== null && subject.value < reel.samples.n ? subject.value : null;
  const { count, mask } = tab.selection.value;
  const canMean = count > 1 && mask.length === reel.samples.n;
  const asOne = canMean && (ofMean.value || sample === null);
  const pieces = useMemo(
    () => (asOne ? rangesText(tab.ranges(tab.positionsOf({ count, mask })), MOST_LETTERS) : ""),
    [asOne, mask, count],
  );
  const question = asOne
    ? pieces === null
      ? null
      : { samples: pieces, asOne }
    : sample === null
      ? null
      : { samples: String(sample), asOne };
  return (
    <>
      {canMean && sample !== null && (
        <label>
          <input
            type="checkbox"
            checked={ofMean.value}
            onChange={({ currentTarget }) => (ofMean.value = currentTarget.checked)}
          />
          Near the mean of the {formatCount(count)} selected
        </label>
      )}
      {!asOne && sample !== null && <Subject reel={reel} sample={sample} />}
      {asOne && sample === null && <p>Near the mean of the {formatCount(count)} selected</p>}
      {other !== null && <InOtherRun other={other} />}
      {question !== null && other !== null && inOtherRun.value ? (
        <NearAcross key={other.film.film} reel={reel} other={other} question={question} />
      ) : question !== null ? (
        <Answers reel={reel} question={question} />
      ) : (
        <p class="faint">
          {pieces === null
            ? "The selection is too scattered to ask about its mean; select fewer samples."
            : "Click a dot to see what is near it, or select several to see what is near their mean."}
        </p>
      )}
    </>
  );
}
