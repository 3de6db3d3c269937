/** Where the predictions of the two films agree at their present steps, and which of them is right. */
import { computed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { formatCount, formatPercent, plural } from "../format";
import * as tab from "../lent";
import { besideFrame, colourOfClass, matching, Named, selectPositions, useSettled } from "../lent";
import { type Agreement, agreementOf, joinNames, OUTCOMES } from "./agreement";

const SETTLE_MS = 200;
const MOST = 10; // classes per side: what fits beside the curves

const view = computed(() => ({ here: tab.nearestFrame.value, there: besideFrame.value, match: matching.value?.there ?? null }));

/** 1,234 in a cell as wide as three digits. */
const short = (count: number): string => (count < 1000 ? String(count) : `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)}k`);

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
    <table class="confusion">
      <caption>
        Prediction here (rows) by prediction beside
        {found.omitted > 0 && <span class="faint"> · the {MOST} most frequent classes</span>}
      </caption>
      <thead>
        <tr>
          <td />
          {found.columns.map((kind) => (
            <th key={kind} scope="col" title={`predicted ${tab.className(kind, names)} beside`}>
              <span class="swatch" style={{ "--swatch": colourOfClass(kind) }} />
              <span class="confusion-name">{tab.className(kind, names)}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {found.rows.map((row) => (
          <tr key={row}>
            <th scope="row" title={`predicted ${tab.className(row, names)} here`}>
              <Named kind={row} names={names} />
            </th>
            {found.columns.map((column) => {
              const count = found.at(row, column);
              const words = `${formatCount(count)} predicted ${tab.className(row, names)} here and ${tab.className(column, names)} beside`;
              return (
                <td key={column} class={row === column ? "right" : ""}>
                  {count > 0 && (
                    <button
                      type="button"
                      aria-label={`${words}; select only these`}
                      title={words}
                      style={{ "--share": String(row === column ? 0.5 : Math.sqrt(count / found.largest)) }}
                      onClick={() => selectPositions(found.predicted(row, column))}
                    >
                      {short(count)}
                    </button>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
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
    return agreementOf(...sides, match, split.value, MOST);
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
