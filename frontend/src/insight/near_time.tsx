/** Who is near at each step, a row of samples each: in the run itself, or in the one beside. */
import type { JSX } from "preact";
import { asSentence, formatValue, plural } from "../format";
import * as tab from "../lent";
import { useMemo } from "../lent";
import { type NearRow, nearRows, ownWords, recallThroughTime } from "./near";
import { ClassOf, labelOf, marks } from "./shared";
import { follow, useAnswer } from "./subject";
import type { NearAcrossStep, NearStep } from "./wire";

export const K = 10;
/** Whether all steps are asked about, which reads the whole log; of both runs, where another one is asked. */
const throughTime = tab.signal(false);

type Steps = readonly (NearStep | NearAcrossStep)[];
const isAcross = (found: NearStep | NearAcrossStep | undefined): found is NearAcrossStep =>
  found !== undefined && "with_step" in found;

interface Rows {
  /** The film whose steps the rows are. */
  readonly reel: tab.Reel;
  /** The film whose samples are near: the same, or the one beside. */
  readonly of: tab.Reel;
}

function Row({ reel, of, row, found }: Rows & { row: NearRow; found: NearStep | NearAcrossStep | undefined }): JSX.Element {
  const { step } = row;
  const across = isAcross(found) ? found : null;
  const withStep = across?.with_step ?? null;
  const go = (): void => (withStep === null ? tab.goTo(step) : tab.standAt(step, withStep));
  const words = (sample: number, distance: number | null, isNew: boolean): string =>
    [
      tab.fullName(of, sample),
      ...(labelOf(of, sample) < 0 ? [] : [tab.className(labelOf(of, sample), of.probe.class_names)]),
      ...(distance === null ? [] : [formatValue(distance)]),
      ...(isNew ? ["new here"] : []),
    ].join(", ");
  return (
    <tr aria-current={step === tab.step.value ? "step" : undefined}>
      <th scope="row">
        <button
          type="button"
          class="text-button"
          aria-label={withStep === null ? `Go to step ${step}` : `Go to step ${step}, and to ${withStep} beside`}
          onClick={go}
        >
          {step}
          {withStep !== null && withStep !== step && <span class="faint"> · {withStep}</span>}
        </button>
      </th>
      {across !== null && <td class="faint">{ownWords(across.own[0] ?? null)}</td>}
      <td class="faint">{row.nNew ?? ""}</td>
      {row.neighbors.map(({ sample, distance, isNew }) => {
        const here = of === reel ? sample : (tab.matching.value?.here[sample] ?? -1);
        const told = words(sample, distance, isNew);
        return (
          <td key={sample}>
            <button
              type="button"
              class={`insight-neighbor${isNew ? " new" : ""}`}
              aria-label={told}
              title={here < 0 ? `${told}; the first run has not this sample` : told}
              disabled={here < 0}
              onClick={() => {
                go();
                follow(here);
              }}
              {...(here < 0 ? {} : marks(here))}
            >
              {of.probe.media.kind === "image" ? (
                <tab.Picture reel={of} sample={sample} size={21} />
              ) : (
                <ClassOf reel={of} kind={labelOf(of, sample)} />
              )}
            </button>
          </td>
        );
      })}
    </tr>
  );
}

function Table({ reel, of, steps }: Rows & { steps: Steps }): JSX.Element {
  const rows = useMemo(() => nearRows(steps), [steps]);
  const hasOwn = isAcross(steps[0]);
  return (
    <div class="insight-near" tabIndex={0} role="group" aria-label="Nearest by step">
      <table>
        <thead>
          <tr>
            <th scope="col">step</th>
            {hasOwn && (
              <th scope="col" title="Which place the sample itself has among all of the other run">
                self
              </th>
            )}
            <th scope="col" title="Not among the nearest of the row above">
              new
            </th>
            <th scope="col" colSpan={K}>
              nearest first
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <Row key={row.step} reel={reel} of={of} row={row} found={steps[index]} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Asking extends Rows {
  /** Which says in full what is asked, as `useAnswer` takes it. */
  readonly question: string;
  readonly ask: () => Promise<Steps>;
  /** What is said while it is under way. */
  readonly reading: string;
}

/** Unfolded, it asks about every step. */
export function ThroughTime({ reel, of, question, ask, reading }: Asking): JSX.Element {
  const { value, trouble, busy } = useAnswer<Steps>(throughTime.value ? question : null, ask);
  const n = reel.probe.steps.length;
  const across = (value ?? []).filter(isAcross);
  return (
    <details
      class="insight-fold"
      open={throughTime.value}
      onToggle={({ currentTarget }) => (throughTime.value = currentTarget.open)}
    >
      <summary>
        <h2>Through time</h2>
      </summary>
      {trouble !== null && <p role="alert">{asSentence(trouble)}</p>}
      {busy && <p role="status">{reading}</p>}
      {value !== null && value.length < n && (
        <p class="faint">
          {value.length} of {plural(n, "step")}, evenly spaced: the log is long.
        </p>
      )}
      {value !== null && <Table reel={reel} of={of} steps={value} />}
      {across.length > 0 && <p class="faint">{recallThroughTime(across, K)}</p>}
    </details>
  );
}
