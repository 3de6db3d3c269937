/** Which training samples made a prediction what it is. */
import type { JSX } from "preact";
import { asSentence, formatValue, plural } from "../format";
import * as tab from "../lent";
import { fetchInfluence } from "./api";
import { labelOf } from "./shared";
import { Card, Subject, subject, useAnswer, useRested } from "./subject";
import type { Influencer } from "./wire";

const TOP = 10;
const REST_MS = 500;

/** `label`, `prediction` or a class by its number; null for what there is. */
const target = tab.signal<string | null>(null);

function Side({
  reel,
  title,
  words,
  of,
  most,
}: {
  reel: tab.Reel;
  title: string;
  words: string;
  of: readonly Influencer[];
  /** The strongest of both sides, for bars that compare. */
  most: number;
}): JSX.Element {
  return (
    <section aria-label={title}>
      <h2 title={words}>{title}</h2>
      {of.length === 0 ? (
        <p class="faint">none</p>
      ) : (
        <ol class="insight-cards">
          {of.map(({ sample, influence }) => (
            <Card key={sample} reel={reel} sample={sample}>
              {formatValue(influence)}
              <i class="insight-bar" style={{ width: `${(Math.abs(influence) / most) * 100}%` }} />
            </Card>
          ))}
        </ol>
      )}
    </section>
  );
}

function Influences({ reel, sample }: { reel: tab.Reel; sample: number }): JSX.Element {
  const until = useRested(tab.step, REST_MS);
  const names = reel.probe.class_names;
  const labelled = labelOf(reel, sample) >= 0;
  const chosen =
    target.value !== null && (target.value !== "label" || labelled) ? target.value : labelled ? "label" : "prediction";
  const { place, probe } = reel;
  const key = until === null ? null : ["influence", place.run, place.tag, probe.fingerprint, sample, chosen, until].join("\n");
  const { value, trouble, busy } = useAnswer(key, () => fetchInfluence(place, sample, chosen, until ?? 0, TOP));
  const most = Math.max(
    Number.MIN_VALUE,
    ...[...(value?.helpers ?? []), ...(value?.harmers ?? [])].map((one) => Math.abs(one.influence)),
  );
  const logged = probe.steps.filter((step) => step <= (until ?? 0)).length;
  return (
    <>
      <Subject reel={reel} sample={sample} />
      <label>
        As
        <select value={chosen} onChange={({ currentTarget }) => (target.value = currentTarget.value)}>
          <option value="label" disabled={!labelled}>
            its label
          </option>
          <option value="prediction">its prediction</option>
          {Array.from({ length: tab.nClasses.value }, (_, kind) => (
            <option key={kind} value={String(kind)}>
              {tab.className(kind, names)}
            </option>
          ))}
        </select>
        until step {until}
      </label>
      {trouble !== null && <p role="alert">{asSentence(trouble)}</p>}
      <p role="status" class="faint">
        {busy
          ? "Reading the log"
          : value === null
            ? ""
            : `Training on these lowered or raised its loss as ${tab.className(value.target, names)}` +
              (value.steps.length < logged ? `, by ${value.steps.length} of ${plural(logged, "step")}` : "")}
      </p>
      {value !== null && trouble === null && (
        <div class={`insight-sides${probe.media.kind === "text" ? " wide" : ""}${busy ? " busy" : ""}`}>
          <Side
            reel={reel}
            title="Helped"
            words="Training on these lowered the loss of that class"
            of={value.helpers}
            most={most}
          />
          <Side
            reel={reel}
            title="Harmed"
            words="Training on these raised the loss of that class"
            of={value.harmers}
            most={most}
          />
        </div>
      )}
    </>
  );
}

export function InfluencePanel({ reel }: { reel: tab.Reel }): JSX.Element {
  const sample = subject.value;
  if (tab.nearestFrame.value !== null && tab.nearestFrame.value.prediction === null)
    return (
      <p class="faint">
        No logits were logged, so nothing tells what a sample was trained to. Log them with the representations.
      </p>
    );
  if (sample === null || sample >= reel.samples.n)
    return (
      <p class="faint">Click a dot: here stand the training samples that helped its prediction most, and those that harmed it.</p>
    );
  return <Influences reel={reel} sample={sample} />;
}
