/** A text as a cell of CSV. Pure. */

// What a spreadsheet would compute, numbers aside; names and texts come from a log.
const FORMULA = /^(?![+-]?[\d.]+(e[+-]?\d+)?$)[=+\-@\t\r]/i;

/** A cell of CSV that no spreadsheet takes for a formula; numbers stay numbers. */
export function cell(text: string): string {
  const plain = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
