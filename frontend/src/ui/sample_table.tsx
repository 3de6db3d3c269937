/** The selected samples one by one. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Frame } from "../binary";
import { formatPercent } from "../format";
import { COLUMNS, type Column, isOfStep, ordered } from "../sample_rows";
import { focus } from "../selecting";
import type * as state from "../state";
import { Named } from "./named";
import { RowList } from "./row_list";

const TITLES: Readonly<Record<Column, string>> = {
  id: "id",
  label: "label",
  prediction: "prediction",
  confidence: "conf.",
  split: "split",
};

function Cells({ reel, sample, frame }: { reel: state.Reel; sample: number; frame: Frame | null }): JSX.Element {
  const { samples, probe } = reel;
  const label = samples.label[sample] ?? -1;
  const prediction = frame?.prediction?.[sample];
  const confidence = frame?.confidence?.[sample];
  const wrong = prediction !== undefined && label >= 0 && label !== prediction;
  return (
    <>
      <span role="gridcell">{samples.id[sample]}</span>
      <span role="gridcell">{label >= 0 && <Named kind={label} names={probe.class_names} />}</span>
      <span role="gridcell" class={wrong ? "wrong" : ""}>
        {prediction !== undefined && <Named kind={prediction} names={probe.class_names} />}
        {wrong && (
          <span role="img" aria-label="wrong">
            ✗
          </span>
        )}
      </span>
      <span role="gridcell">{confidence === undefined ? "–" : formatPercent(confidence / 255)}</span>
      <span role="gridcell">{probe.splits[samples.split[sample] ?? 0] ?? ""}</span>
    </>
  );
}

export function SampleTable({
  reel,
  positions,
  frame,
}: {
  reel: state.Reel;
  positions: Uint32Array;
  frame: Frame | null;
}): JSX.Element {
  const order = useSignal<{ column: Column; descending: boolean }>({ column: "id", descending: false });
  const { column, descending } = order.value;
  const rows = useMemo(
    () => ordered(positions, order.value, reel.samples, frame),
    [positions, order.value, isOfStep(column) ? frame : null],
  );
  return (
    <RowList
      id="sample-row"
      label="Selected samples"
      rows={rows}
      columns="1.1fr 1.3fr 1.5fr 0.9fr 0.9fr"
      head={COLUMNS.map((name) => (
        <span key={name} role="columnheader" aria-sort={name !== column ? "none" : descending ? "descending" : "ascending"}>
          <button
            type="button"
            title={`Sort by ${name}`}
            onKeyDown={(event) => event.stopPropagation()}
            onClick={() => (order.value = { column: name, descending: name === column && !descending })}
          >
            {TITLES[name]}
            {name === column && <span aria-hidden="true">{descending ? "▾" : "▴"}</span>}
          </button>
        </span>
      ))}
      cells={(sample) => <Cells reel={reel} sample={sample} frame={frame} />}
      take={focus}
    />
  );
}
