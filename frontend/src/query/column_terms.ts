/** Which column a term names, and how numbers are compared. Pure. */
import type { ColumnInfo } from "../wire";
import { type Comparison, KEYS, QueryError, type Term } from "./parse";

type ColumnTerm = Term & { readonly kind: "column" };

/** The place of the column that a term names: of exactly that name, else of that name in other letters. */
export function resolveColumn({ name, at }: ColumnTerm, columns: readonly ColumnInfo[]): number {
  const exact = columns.findIndex((column) => column.name === name);
  const found = exact >= 0 ? exact : columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
  if (found >= 0) return found;
  const some = columns.slice(0, 3).map((column) => column.name);
  const or = some.length > 0 ? `, or a column such as ${some.join(", ")}` : "";
  throw new QueryError(at, `one of ${KEYS.map((key) => `${key}:`).join(" ")}${or}`, `${name}:`);
}

export function compared(compare: Comparison, limit: number): (value: number) => boolean {
  switch (compare) {
    case "<":
      return (value) => value < limit;
    case "<=":
      return (value) => value <= limit;
    case ">":
      return (value) => value > limit;
    case ">=":
      return (value) => value >= limit;
    case "=":
      return (value) => value === limit;
  }
}
