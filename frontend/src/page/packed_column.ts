/** A column as the page holds it, made what the server would send: `column_tools` decodes either. Pure. */
import type { ColumnInfo } from "../wire";

const MAGIC = [84, 84, 67, 49]; // TTC1
const DIGITS = 7; // that single precision has; whole numbers in it are exact

const asLogged = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)));

/** Numbers may be in single precision there; what is written in few digits comes back as it was written. */
export function packedColumn(content: ArrayBuffer, kind: ColumnInfo["kind"], n: number): ArrayBuffer {
  const isShort = kind === "number" && content.byteLength === 4 * n;
  const values = isShort
    ? new Uint8Array(Float64Array.from(new Float32Array(content), asLogged).buffer)
    : new Uint8Array(content);
  const answer = new Uint8Array(8 + values.length);
  answer.set(MAGIC);
  new DataView(answer.buffer).setUint32(4, n, true);
  answer.set(values, 8);
  return answer.buffer;
}
