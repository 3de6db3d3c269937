/** What is near a sample, or the mean of the selection, in the run whose film is beside. */
import type { JSX } from "preact";
import { asSentence, formatValue } from "../format";
import * as tab from "../lent";
import { useMemo } from "../lent";
import { fetchNearAcross } from "./api";
import { nearRows, ownSentence, recallSentence } from "./near";
import { K, ThroughTime } from "./near_time";
import { Tick } from "./shared";
import { Card, useAnswer, useRested } from "./subject";

export const REST_MS = 300;
const METRICS = { euclidean: "Euclidean", cosine: "Cosine" } as const;
type Metric = keyof typeof METRICS;

export const metric = tab.signal<Metric>("euclidean");
/** Whether the run beside is asked, where there is another one. */
export const inOtherRun = tab.signal(false);

/** What is asked about: ranges of positions as an address has them. */
export interface Question {
  readonly samples: string;
  readonly asOne: boolean;
}

export function MetricChoice(): JSX.Element {
  return (
    <label>
      Distance
      <select value={metric.value} onChange={({ currentTarget }) => (metric.value = currentTarget.value as Metric)}>
        {Object.entries(METRICS).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The film beside, where it is of another run or tag: films of one run share its representations. */
export function otherRun({ place }: tab.Reel): tab.Reel | null {
  const other = tab.beside.value;
  return other === null || (other.place.run === place.run && other.place.tag === place.tag) ? null : other;
}

const shortName = ({ place: { run, tag } }: tab.Reel): string => (tag === "probe" ? run : `${run} · ${tag}`);

export function InOtherRun({ other }: { other: tab.Reel }): JSX.Element {
  return (
    <Tick of={inOtherRun} title="By way of the samples that both runs have: their representations have no common coordinates">
      In the other run, {shortName(other)}
    </Tick>
  );
}

export function NearAcross({ reel, other, question }: { reel: tab.Reel; other: tab.Reel; question: Question }): JSX.Element {
  const step = useRested(tab.step, REST_MS);
  const at = tab.useComputed(() => other.steps[tab.besideInstant.value.nearest] ?? null);
  const withStep = useRested(at, REST_MS);
  const facts = [reel, other].flatMap(({ place, probe }) => [place.run, place.tag, probe.fingerprint]);
  const keyOf = (...of: (number | "all" | null)[]): string =>
    ["across", ...facts, ...of, question.samples, question.asOne, metric.value].join("\n");
  const ask = (of: Parameters<typeof fetchNearAcross>[2]) => () =>
    fetchNearAcross(reel.place, other.place, of, question.samples, question.asOne, metric.value, K);
  const { value, trouble, busy } = useAnswer(
    step === null || withStep === null ? null : keyOf(step, withStep),
    ask({ step: step ?? 0, withStep: withStep ?? 0 }),
  );
  const found = value?.[0];
  const [row] = useMemo(() => nearRows(value ?? []), [value]);
  return (
    <>
      <MetricChoice />
      {trouble !== null && <p role="alert">{asSentence(trouble)}</p>}
      {busy && found === undefined && <p role="status">Reading both logs</p>}
      {found !== undefined && (
        <>
          <h2>
            In {shortName(other)} at step {found.with_step}, from step {found.step} here
          </h2>
          {!question.asOne && <p>{ownSentence(found.own[0] ?? null, other.samples.n)}</p>}
          <ol class={`insight-cards two${other.probe.media.kind === "text" ? " wide" : ""}${busy ? " busy" : ""}`}>
            {row?.neighbors.map(({ sample, distance }) => (
              <Card key={sample} reel={other} sample={sample} here={tab.matching.value?.here[sample] ?? -1}>
                {formatValue(distance)}
              </Card>
            ))}
          </ol>
          <p class="faint">{recallSentence(found, K)}</p>
        </>
      )}
      <ThroughTime reel={reel} of={other} question={keyOf("all")} ask={ask("all")} reading="Reading both logs" />
    </>
  );
}
