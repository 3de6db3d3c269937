import { describe, expect, it } from "vitest";
import { type Picture, webmOf } from "../src/export/matroska";

const MASTERS = new Set([
  0x1a45dfa3, 0x18538067, 0x114d9b74, 0x4dbb, 0x1549a966, 0x1654ae6b, 0xae, 0xe0, 0x1f43b675, 0x1c53bb6b, 0xbb, 0xb7,
]);

interface Found {
  readonly id: number;
  /** Of its first byte, in the file. */
  readonly at: number;
  readonly content: Uint8Array;
}

/** Elements as RFC 8794 reads them: the leading zeros of the first byte tell the length of a number. */
function read(bytes: Uint8Array, from = 0, to = bytes.length): Found[] {
  const found: Found[] = [];
  const lengthAt = (at: number): number => Math.clz32(bytes[at] ?? 0) - 23;
  const numberAt = (at: number, length: number): number =>
    [...bytes.subarray(at, at + length)].reduce((value, byte) => value * 256 + byte, 0);
  for (let at = from; at < to; ) {
    const idLength = lengthAt(at);
    const id = numberAt(at, idLength);
    const sizeLength = lengthAt(at + idLength);
    const start = at + idLength + sizeLength;
    const marked = (bytes[at + idLength] ?? 0) & (0xff >> sizeLength);
    const size = marked * 256 ** (sizeLength - 1) + numberAt(at + idLength + 1, sizeLength - 1);
    expect(start + size).toBeLessThanOrEqual(to);
    found.push({ id, at, content: bytes.subarray(start, start + size) });
    if (MASTERS.has(id)) found.push(...read(bytes, start, start + size));
    at = start + size;
  }
  return found;
}

const pictures: Picture[] = [0, 33, 67, 2000, 2033].map((time, index) => ({
  time,
  isKey: time === 0 || time === 2000,
  data: new Uint8Array(100 + index).fill(index),
}));

function elements(): { all: Found[]; segment: number } {
  const parts = webmOf({ codec: "V_VP9", width: 640, height: 480, fps: 30 }, pictures);
  const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
  const all = read(bytes);
  const segment = all.find(({ id }) => id === 0x18538067);
  return { all, segment: (segment?.at ?? 0) + 12 }; // where its content begins
}

const numberIn = ({ content }: Found): number => [...content].reduce((value, byte) => value * 256 + byte, 0);

describe("a WebM file", () => {
  it("says what it holds and how long it is", () => {
    const { all } = elements();
    const one = (id: number): Found => all.filter((element) => element.id === id)[0] ?? { id, at: 0, content: new Uint8Array() };
    expect(new TextDecoder().decode(one(0x4282).content)).toBe("webm");
    expect(new TextDecoder().decode(one(0x86).content)).toBe("V_VP9");
    expect([numberIn(one(0xb0)), numberIn(one(0xba))]).toEqual([640, 480]);
    expect(new DataView(one(0x4489).content.slice().buffer).getFloat64(0)).toBeCloseTo(2033 + 1000 / 30);
  });

  it("begins a cluster with every key picture, from which times count", () => {
    const { all } = elements();
    expect(all.filter(({ id }) => id === 0xe7).map(numberIn)).toEqual([0, 2000]);
    const blocks = all.filter(({ id }) => id === 0xa3).map(({ content }) => [...content.subarray(0, 4), content.length - 4]);
    expect(blocks).toEqual([
      [0x81, 0, 0, 0x80, 100],
      [0x81, 0, 33, 0, 101],
      [0x81, 0, 67, 0, 102],
      [0x81, 0, 0, 0x80, 103],
      [0x81, 0, 33, 0, 104],
    ]);
  });

  it("has an index that leads to the clusters, and a way to the index", () => {
    const { all, segment } = elements();
    const clusters = all.filter(({ id }) => id === 0x1f43b675).map(({ at }) => at - segment);
    expect(all.filter(({ id }) => id === 0xf1).map(numberIn)).toEqual(clusters);
    expect(all.filter(({ id }) => id === 0xb3).map(numberIn)).toEqual([0, 2000]);
    const cues = all.find(({ id }) => id === 0x1c53bb6b);
    expect(all.filter(({ id }) => id === 0x53ac).map(numberIn)).toEqual([(cues?.at ?? 0) - segment]);
  });
});
