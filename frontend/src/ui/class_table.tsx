/** Samples counted by two classes: a table with a button in every cell that has some. */
import type { JSX } from "preact";
import { colourOfClass } from "../class_colours";
import * as state from "../state";
import { Named } from "./named";

/** Classes per side: what fits beside the curves. */
export const MOST_CLASSES = 10;

/** 1,234 in a cell as wide as three digits. */
const short = (count: number): string => (count < 1000 ? String(count) : `${(count / 1000).toFixed(count < 9950 ? 1 : 0)}k`);

export function ClassTable({
  caption,
  names,
  rows,
  columns,
  omitted,
  count,
  share,
  ofRow,
  ofColumn,
  ofCell,
  take,
}: {
  caption: string;
  names: readonly string[];
  rows: readonly number[];
  columns: readonly number[];
  /** How many have no row or no column. */
  omitted: number;
  count: (row: number, column: number) => number;
  /** How strong a cell's colour is, 0 to 1. */
  share: (row: number, column: number) => number;
  ofRow: (name: string) => string;
  ofColumn: (name: string) => string;
  ofCell: (count: number, row: string, column: string) => string;
  take: (row: number, column: number) => void;
}): JSX.Element {
  const nameOf = (kind: number): string => state.className(kind, names);
  return (
    <table class="confusion">
      <caption>
        {caption}
        {omitted > 0 && <span class="faint"> · the {MOST_CLASSES} most frequent classes</span>}
      </caption>
      <thead>
        <tr>
          <td />
          {columns.map((column) => (
            <th key={column} scope="col" title={ofColumn(nameOf(column))}>
              <span class="swatch" style={{ "--swatch": colourOfClass(column) }} />
              <span class="confusion-name">{nameOf(column)}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row}>
            <th scope="row" title={ofRow(nameOf(row))}>
              <Named kind={row} names={names} />
            </th>
            {columns.map((column) => {
              const here = count(row, column);
              const words = ofCell(here, nameOf(row), nameOf(column));
              return (
                <td key={column} class={row === column ? "right" : ""}>
                  {here > 0 && (
                    <button
                      type="button"
                      aria-label={`${words}; select only these`}
                      title={words}
                      style={{ "--share": String(share(row, column)) }}
                      onClick={() => take(row, column)}
                    >
                      {short(here)}
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
