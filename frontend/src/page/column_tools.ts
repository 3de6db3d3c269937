/** What the exported page needs of column_tools.ts, in whose place build.mjs puts it: it holds no columns that were logged, and no queries. */
export { cellOf, decodeStepValues } from "../column_tools";
