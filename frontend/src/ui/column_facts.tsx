/** What the columns say of one sample. */
import type { JSX } from "preact";
import { cellOf, moreColumns, shownColumns } from "../sample_columns";

export function ColumnFacts({ sample }: { sample: number }): JSX.Element | null {
  const shown = shownColumns();
  if (shown.length === 0) return null;
  return (
    <dl class="column-facts">
      {shown.map((column) => (
        <div key={column.info.name}>
          <dt>{column.info.name}</dt>
          <dd>{cellOf(column, sample) || "–"}</dd>
        </div>
      ))}
      {moreColumns.value > 0 && (
        <div>
          <dt>{`and ${moreColumns.value} more in queries, colours and CSV`}</dt>
        </div>
      )}
    </dl>
  );
}
