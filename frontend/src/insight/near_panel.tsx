/** What is near a sample, or the mean of the selection, in the representation: at the step under the cursor, and through time. */
import type { JSX } from "preact";
import { asSentence, formatCount, formatValue } from "../format";
import * as tab from "../lent";
import { useMemo } from "../lent";
import { fetchNear } from "./api";
import { nearRows, rangesText } from "./near";
import { InOtherRun, inOtherRun, MetricChoice, metric, NearAcross, otherRun, type Question, REST_MS } from "./near_across";
import { K, ThroughTime } from "./near_time";
import { Card, Subject, subject, useAnswer, useRested } from "./subject";

const MOST_LETTERS = 4000; // of an address, for the samples whose mean is asked about
/** Whether the mean of the selection is asked about, where several are selected. */
const ofMean = tab.signal(false);

function Answers({ reel, question }: { reel: tab.Reel; question: Question }): JSX.Element {
  const step = useRested(tab.step, REST_MS);
  const { place, probe } = reel;
  const keyOf = (of: number | "all"): string =>
    ["near", place.run, place.tag, probe.fingerprint, of, question.samples, question.asOne, metric.value].join("\n");
  const ask = (of: number | "all") => () => fetchNear(place, of, question.samples, question.asOne, metric.value, K);
  const here = useAnswer(step === null ? null : keyOf(step), ask(step ?? 0));
  const [row] = useMemo(() => nearRows(here.value ?? []), [here.value]);
  return (
    <>
      <MetricChoice />
      {here.trouble !== null && <p role="alert">{asSentence(here.trouble)}</p>}
      <h2>At step {row?.step ?? step}</h2>
      <ol class={`insight-cards two${probe.media.kind === "text" ? " wide" : ""}${here.busy ? " busy" : ""}`}>
        {row?.neighbors.map(({ sample, distance }) => (
          <Card key={sample} reel={reel} sample={sample}>
            {formatValue(distance)}
          </Card>
        ))}
      </ol>
      <ThroughTime reel={reel} of={reel} question={keyOf("all")} ask={ask("all")} reading="Reading the log" />
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
