/** The selected samples one by one. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Frame } from "../binary";
import { formatPercent } from "../format";
import { cellOf, columnTools, type Shown, shownColumns } from "../sample_columns";
import { splitOf } from "../sample_name";
import { type Column, columnsOf, isOfStep, ordered } from "../sample_rows";
import { focus } from "../selecting";
import * as state from "../state";
import { Named } from "./named";
import { RowList } from "./row_list";

const TITLES: Readonly<Record<Column, string>> = {
  id: "id",
  label: "label",
  prediction: "prediction",
  confidence: "conf.",
  split: "split",
};

const WIDTHS: Readonly<Record<Column, string>> = {
  id: "1.1fr",
  label: "1.3fr",
  prediction: "1.5fr",
  confidence: "0.9fr",
  split: "0.9fr",
};

interface Row {
  readonly reel: state.Reel;
  readonly sample: number;
  readonly frame: Frame | null;
  readonly shown: readonly Column[];
  readonly more: readonly Shown[];
}

function Cells({ reel, sample, frame, shown, more }: Row): JSX.Element {
  const { samples, probe } = reel;
  const label = samples.label[sample] ?? -1;
  const prediction = frame?.prediction?.[sample];
  const confidence = frame?.confidence?.[sample];
  const wrong = prediction !== undefined && label >= 0 && label !== prediction;
  return (
    <>
      <span role="gridcell">{samples.id[sample]}</span>
      {shown.includes("label") && <span role="gridcell">{label >= 0 && <Named kind={label} names={probe.class_names} />}</span>}
      {shown.includes("prediction") && (
        <>
          <span role="gridcell" class={wrong ? "wrong" : ""}>
            {prediction !== undefined && <Named kind={prediction} names={probe.class_names} />}
            {wrong && (
              <span role="img" aria-label="wrong">
                ✗
              </span>
            )}
          </span>
          <span role="gridcell">{confidence === undefined ? "–" : formatPercent(confidence / 255)}</span>
        </>
      )}
      {shown.includes("split") && <span role="gridcell">{splitOf(reel, sample)}</span>}
      {more.map((column) => (
        <span key={column.info.name} role="gridcell" title={cellOf(column, sample)}>
          {cellOf(column, sample)}
        </span>
      ))}
    </>
  );
}

function Head({
  name,
  title,
  order,
  onSort,
}: {
  name: string;
  title: string;
  order: boolean | null;
  onSort: () => void;
}): JSX.Element {
  return (
    <span role="columnheader" aria-sort={order === null ? "none" : order ? "descending" : "ascending"}>
      <button type="button" title={`Sort by ${name}`} onKeyDown={(event) => event.stopPropagation()} onClick={onSort}>
        <span class="head-name">{title}</span>
        {order !== null && <span aria-hidden="true">{order ? "▾" : "▴"}</span>}
      </button>
    </span>
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
  const by = useSignal<string | null>(null); // the name of the column of the samples that orders the rows
  const { column, descending } = order.value;
  const more = shownColumns();
  const hasClasses = state.classesOf(reel.probe) > 0;
  const shown = columnsOf(hasClasses && state.labelled.value, hasClasses && frame?.prediction !== null, reel.probe.splits.length);
  const ordering = more.find(({ info }) => info.name === by.value) ?? null;
  const [info, values] = [ordering?.info, ordering?.values];
  const ranks = useMemo(
    () => (info === undefined || values == null ? null : (columnTools.value?.ranksOf({ info, values }) ?? null)),
    [info, values],
  );
  const sorts = (own: string | null, name: Column): void => {
    const same = own === by.value && (own !== null || name === column);
    by.value = own;
    order.value = { column: name, descending: same && !descending };
  };
  const rows = useMemo(
    () => ordered(positions, order.value, reel.samples, frame, ranks),
    [positions, order.value, ranks === null && isOfStep(column) ? frame : null, ranks],
  );
  return (
    <RowList
      id="sample-row"
      label="Selected samples"
      rows={rows}
      columns={shown.map((name) => (hasClasses ? WIDTHS[name] : name === "id" ? "40px" : "48px")).join(" ")}
      more={more.length}
      width={hasClasses ? 100 : 69}
      head={
        <>
          {shown.map((name) => (
            <Head
              key={name}
              name={name}
              title={TITLES[name]}
              order={by.value !== null || name !== column ? null : descending}
              onSort={() => sorts(null, name)}
            />
          ))}
          {more.map(({ info: { name } }) => (
            <Head
              key={`column ${name}`}
              name={name}
              title={name}
              order={by.value === name ? descending : null}
              onSort={() => sorts(name, column)}
            />
          ))}
        </>
      }
      cells={(sample) => <Cells reel={reel} sample={sample} frame={frame} shown={shown} more={more} />}
      take={focus}
    />
  );
}
