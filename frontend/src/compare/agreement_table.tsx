/** Where the predictions of the two films agree at their present steps, and which of them is right. */
import { computed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { formatCount, formatPercent, plural } from "../format";
import * as tab from "../lent";
import { besideFrame, matching, selectPositions, useSettled } from "../lent";
import { type Agreement, agreementOf, joinNames, OUTCOMES } from "./agreement";

const SETTLE_MS = 200;

const view = computed(() => ({ here: tab.nearestFrame.value, there: besideFrame.value, match: matching.value?.there ?? null }));

/** As a percentage, with a digit where whole ones would say all or none. */
const share = (count: number, of: number): string => {
  const percent = (100 * count) / of;
  const nearEnd = count > 0 && count < of && (percent < 1 || percent > 99);
  return nearEnd ? `${percent.toFixed(1)} %` : formatPercent(count / of);
};

function Outcomes({ found }: { found: Agreement }): JSX.Element | null {
  const labelled = found.outcomes.reduce((sum, count) => sum + count, 0);
  if (labelled === 0) return null;
  return (
    <div class="outcomes">
      {OUTCOMES.map((words, outcome) => {
        const count = found.outcomes[outcome] ?? 0;
        return (
          <button
            key={words}
            type="button"
            disabled={count === 0}
            title={`Select the ${plural(count, "sample")}: ${words}`}
            onClick={() => selectPositions(found.ofOutcome(outcome))}
          >
            <span>{words}</span>
            <strong>{share(count, labelled)}</strong>
            <span class="faint">{formatCount(count)}</span>
          </button>
        );
      })}
    </div>
  );
}

function Matrix({ found, names }: { found: Agreement; names: readonly string[] }): JSX.Element {
  return (
    <tab.ClassTable
      caption="Prediction here (rows) by prediction beside"
      names={names}
      rows={found.rows}
      columns={found.columns}
      omitted={found.omitted}
      count={found.at}
      share={(row, column) => (row === column ? 0.5 : Math.sqrt(found.at(row, column) / found.largest))}
      ofRow={(here) => `predicted ${here} here`}
      ofColumn={(beside) => `predicted ${beside} beside`}
      ofCell={(count, here, beside) => `${formatCount(count)} predicted ${here} here and ${beside} beside`}
      take={(row, column) => selectPositions(found.predicted(row, column))}
    />
  );
}

export function AgreementTable({ reel, beside }: { reel: tab.Reel; beside: tab.Reel }): JSX.Element {
  const { here, there, match } = useSettled(view, SETTLE_MS);
  const split = useSignal<number | null>(null);
  const { splits, class_names: names } = reel.probe;
  const joint = useMemo(() => joinNames(names, beside.probe.class_names), [reel, beside]);
  const found = useMemo(() => {
    const fits = here?.nSamples === reel.samples.n && there?.nSamples === beside.samples.n && match?.length === reel.samples.n;
    if (!fits) return null; // a moment behind films that were just opened
    const own = Int32Array.from(names, (_, kind) => kind);
    const sides = [
      { samples: reel.samples, frame: here, kinds: own },
      { samples: beside.samples, frame: there, kinds: joint.kinds },
    ] as const;
    return agreementOf(...sides, match, split.value, tab.MOST_CLASSES);
  }, [here, there, match, split.value, joint]);
  const logged = here?.prediction !== null && there?.prediction !== null;
  return (
    <details class="differences" open>
      <summary title="Samples for which both films predict the same class, at the steps that they show">
        <h2>Agreement</h2>
        {found !== null && found.count > 0 && (
          <span class="faint">
            {share(found.agreed, found.count)} of {plural(found.count, "prediction")}
          </span>
        )}
      </summary>
      {splits.length > 1 && (
        <label class="compare-split">
          Split
          <select
            value={split.value ?? ""}
            onChange={({ currentTarget }) => (split.value = currentTarget.value === "" ? null : Number(currentTarget.value))}
          >
            <option value="">all</option>
            {splits.map((name, index) => (
              <option key={name} value={index}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {!logged && <p class="faint">Predictions were not logged with both films.</p>}
      {found !== null && found.count === 0 && <p class="faint">No sample is in both.</p>}
      {found !== null && found.count > 0 && (
        <>
          <Outcomes found={found} />
          {found.relabelled > 0 && (
            <p class="note-line">
              {share(found.relabelled, found.count)} of these samples have another label beside: the ids may not be of the same
              data.
            </p>
          )}
          <Matrix found={found} names={joint.names} />
        </>
      )}
    </details>
  );
}
