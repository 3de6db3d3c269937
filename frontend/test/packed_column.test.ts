import { describe, expect, it } from "vitest";
import { decodeValues } from "../src/column_tools";
import { packedColumn } from "../src/page/packed_column";
import type { ColumnInfo } from "../src/wire";

const infoOf = (kind: ColumnInfo["kind"]): ColumnInfo => ({ name: "a", kind, kinds: [], low: null, high: null });
const opened = (content: ArrayBuffer, kind: ColumnInfo["kind"], n: number) =>
  decodeValues(packedColumn(content, kind, n), infoOf(kind), n);

describe("a column in a page", () => {
  it("comes back in the digits that it was written in, from single precision", () => {
    const logged = [0.1, -12.34, 1e-7, 123456.5, 16777215, 1999, Number.NaN, Number.POSITIVE_INFINITY];
    expect([...opened(Float32Array.from(logged).buffer, "number", logged.length)]).toEqual(logged);
  });

  it("is exact where it was kept in double precision", () => {
    const logged = [1764000000.25, 0.1 + 0.2];
    expect([...opened(Float64Array.from(logged).buffer, "number", 2)]).toEqual(logged);
  });

  it("of kinds or texts is what the server would send", () => {
    expect([...opened(Uint8Array.of(0, 255, 3, 1).buffer, "category", 4)]).toEqual([0, 255, 3, 1]);
    const words = ["é", "</script>", ""];
    expect(opened(new TextEncoder().encode(JSON.stringify(words)).buffer, "text", 3)).toEqual(words);
  });

  it("of too few values is refused", () => {
    expect(() => opened(new ArrayBuffer(12), "number", 5)).toThrow("expected the values of 5 samples");
  });
});
