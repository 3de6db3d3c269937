/** A long list of samples under the keys of a grid: arrows, pages and ends move, Enter takes. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import * as state from "../state";
import { movesFrom, obey, reveal } from "./list_keys";
import { Virtual } from "./virtual";

const ROW_HEIGHT = 24;

export function RowList({
  id,
  label,
  rows,
  columns,
  more = 0,
  width = 100,
  head,
  cells,
  take,
}: {
  /** Prefix of the rows' ids. */
  id: string;
  label: string;
  /** Positions of samples, in the order in which they are listed. */
  rows: Uint32Array;
  /** As in a grid's template. */
  columns: string;
  /** How many more columns there are, of a fixed width, for which the list becomes wider. */
  more?: number;
  width?: number;
  head: ComponentChildren;
  cells: (sample: number) => ComponentChildren;
  take: (sample: number) => void;
}): JSX.Element {
  const active = useSignal(0);
  const box = useRef<HTMLDivElement>(null);
  const at = Math.max(0, Math.min(active.value, rows.length - 1));
  const style = { gridTemplateColumns: more > 0 ? `${columns} repeat(${more}, ${width}px)` : columns };

  const go = (row: number): void => {
    active.value = Math.max(0, Math.min(rows.length - 1, row));
    reveal(box.current, active.value, ROW_HEIGHT);
  };
  const onKeyDown = (event: KeyboardEvent): void =>
    obey(event, {
      ...movesFrom(at, rows.length, box.current, ROW_HEIGHT, go),
      Enter: () => {
        const sample = rows[at];
        if (sample !== undefined) take(sample);
      },
    });

  return (
    <div
      class={more > 0 ? "sample-table wide" : "sample-table"}
      style={{ "--more": more }}
      role="grid"
      tabIndex={0}
      aria-label={`${label}; Enter flies to one`}
      aria-rowcount={rows.length + 1}
      aria-activedescendant={`${id}-${at}`}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup">
        <div class="sample-row head" role="row" aria-rowindex={1} style={style}>
          {head}
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
              id={`${id}-${index}`}
              class={`sample-row${index === at ? " active" : ""}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={sample === state.selected.value}
              style={style}
              onClick={() => {
                active.value = index;
                take(sample);
              }}
              onMouseEnter={() => (state.hovered.value = sample)}
              onMouseLeave={() => (state.hovered.value = null)}
            >
              {cells(sample)}
            </div>
          );
        }}
      />
    </div>
  );
}
