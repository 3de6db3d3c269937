/** What is near a sample, or the mean of the selection, in the run whose film is beside. */
import type { JSX } from "preact";
import { formatValue } from "../format";
import * as tab from "../lent";
import { useMemo } from "../lent";
import { fetchNearAcross } from "./api";
import { nearRows, ownSentence, recallSentence } from "./near";
import { ClassOf, idOf, labelOf, splitOf, Words } from "./shared";
import { follow, useAnswer, useRested } from "./subject";

const K = 10;
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
    <label title="By way of the samples that both runs have: their representations have no common coordinates">
      <input
        type="checkbox"
        checked={inOtherRun.value}
        onChange={({ currentTarget }) => (inOtherRun.value = currentTarget.checked)}
      />
      In the other run, {shortName(other)}
    </label>
  );
}

/** A sample of the other run; a press flies to the same sample here, where there is one. */
function OtherCard({ other, sample, distance }: { other: tab.Reel; sample: number; distance: number | null }): JSX.Element {
  const here = tab.matching.value?.here[sample] ?? -1;
  const is = here >= 0;
  return (
    <li>
      <button
        type="button"
        class="insight-card"
        disabled={!is}
        title={is ? undefined : "The first run has not this sample"}
        aria-pressed={is && here === tab.selected.value}
        onClick={() => follow(here)}
        onMouseEnter={() => {
          tab.hovered.value = is ? here : null;
        }}
        onMouseLeave={() => {
          tab.hovered.value = null;
        }}
      >
        <tab.Picture reel={other} sample={sample} size={32} />
        <span class="insight-card-words">
          <span class="insight-card-line">
            <ClassOf reel={other} kind={labelOf(other, sample)} />
          </span>
          <span class="insight-card-line faint">
            #{idOf(other, sample)} {splitOf(other, sample)}
          </span>
          <Words reel={other} sample={sample} />
        </span>
        <span class="insight-card-value">{formatValue(distance)}</span>
      </button>
    </li>
  );
}

export function NearAcross({ reel, other, question }: { reel: tab.Reel; other: tab.Reel; question: Question }): JSX.Element {
  const step = useRested(tab.step, REST_MS);
  const at = tab.useComputed(() => other.steps[tab.besideInstant.value.nearest] ?? null);
  const withStep = useRested(at, REST_MS);
  const facts = [reel, other].flatMap(({ place, probe }) => [place.run, place.tag, probe.fingerprint]);
  const key = ["across", ...facts, step, withStep, question.samples, question.asOne, metric.value].join("\n");
  const { value, trouble, busy } = useAnswer(step === null || withStep === null ? null : key, () =>
    fetchNearAcross(reel.place, other.place, step ?? 0, withStep ?? 0, question.samples, question.asOne, metric.value, K),
  );
  const found = value?.[0];
  const [row] = useMemo(() => nearRows(value ?? []), [value]);
  return (
    <>
      <MetricChoice />
      {trouble !== null && <p role="alert">{trouble}</p>}
      {busy && found === undefined && <p role="status">Reading both logs</p>}
      {found !== undefined && (
        <>
          <h2>
            In {shortName(other)} at step {found.with_step}, from step {found.step} here
          </h2>
          {!question.asOne && <p>{ownSentence(found.own[0] ?? null, other.samples.n)}</p>}
          <ol class={`insight-cards two${other.probe.media.kind === "text" ? " wide" : ""}${busy ? " busy" : ""}`}>
            {row?.neighbors.map(({ sample, distance }) => (
              <OtherCard key={sample} other={other} sample={sample} distance={distance} />
            ))}
          </ol>
          <p class="faint">{recallSentence(found, K)}</p>
        </>
      )}
    </>
  );
}
