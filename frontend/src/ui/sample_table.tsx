/** The selected samples one by one. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { Frame } from "../binary";
import type { KnownColumn } from "../column_tools";
import { formatPercent } from "../format";
import { cellOf, columnTools, shownColumns } from "../sample_columns";
import { COLUMNS, type Column, isOfStep, ordered } from "../sample_rows";
import { focus } from "../selecting";
import * as state from "../state";
import { Named } from "./named";
import { Virtual } from "./virtual";

const ROW_HEIGHT = 24;

const TITLES: Readonly<Record<Column, string>> = {
  id: "id",
  label: "label",
  prediction: "prediction",
  confidence: "conf.",
  split: "split",
};

interface Row {
  readonly reel: state.Reel;
  readonly sample: number;
  readonly frame: Frame | null;
  readonly more: readonly KnownColumn[];
}

function Cells({ reel, sample, frame, more }: Row): JSX.Element {
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
  const active = useSignal(0);
  const box = useRef<HTMLDivElement>(null);
  const by = useSignal<string | null>(null); // the name of the column of the samples that orders the rows
  const { column, descending } = order.value;
  const more = shownColumns();
  const ordering = more.find(({ info }) => info.name === by.value) ?? null;
  const ranks = useMemo(() => (ordering === null ? null : (columnTools.value?.ranksOf(ordering) ?? null)), [ordering]);
  const sorts = (own: string | null, name: Column): void => {
    const same = own === by.value && (own !== null || name === column);
    by.value = own;
    order.value = { column: name, descending: same && !descending };
  };
  const rows = useMemo(
    () => ordered(positions, order.value, reel.samples, frame, ranks),
    [positions, order.value, ranks === null && isOfStep(column) ? frame : null, ranks],
  );
  const at = Math.min(active.value, rows.length - 1);

  const go = (row: number): void => {
    const element = box.current;
    active.value = Math.max(0, Math.min(rows.length - 1, row));
    if (element === null) return;
    const top = active.value * ROW_HEIGHT;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW_HEIGHT > element.scrollTop + element.clientHeight)
      element.scrollTop = top + ROW_HEIGHT - element.clientHeight;
  };
  const page = (): number => Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      PageDown: () => go(at + page()),
      PageUp: () => go(at - page()),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      Enter: () => focus(rows[at] ?? 0),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // these keys move the film elsewhere
    move();
  };

  return (
    <div
      class={more.length > 0 ? "sample-table wide" : "sample-table"}
      style={{ "--more": more.length }}
      role="grid"
      tabIndex={0}
      aria-label="Selected samples; Enter flies to one"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={`sample-row-${at}`}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup">
        <div class="sample-row head" role="row" aria-rowindex={1}>
          {COLUMNS.map((name) => (
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
        </div>
      </div>
      <Virtual
        class="sample-rows"
        role="rowgroup"
        tabIndex={0} // what scrolls must be reachable; keys go up to the grid
        box={box}
        count={rows.length}
        rowHeight={ROW_HEIGHT}
        row={(index) => {
          const sample = rows[index] ?? 0;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
            <div
              key={sample}
              id={`sample-row-${index}`}
              class={`sample-row${index === at ? " active" : ""}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={sample === state.selected.value}
              onClick={() => {
                active.value = index;
                focus(sample);
              }}
            >
              <Cells reel={reel} sample={sample} frame={frame} more={more} />
            </div>
          );
        }}
      />
    </div>
  );
}
