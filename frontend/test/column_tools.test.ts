import { describe, expect, it } from "vitest";
import {
  cellOf,
  colouredBy,
  decodeInsight,
  decodeStepValues,
  decodeValues,
  type KnownColumn,
  ranksOf,
  spanOf,
} from "../src/column_tools";
import { besideOurs } from "../src/url";
import { seeded } from "./bytes";

const none = { kinds: [] as string[], low: null, high: null };
const age: KnownColumn = { info: { ...none, name: "age", kind: "number" }, values: Float64Array.of(30, Number.NaN, -1.5, 30) };
const city: KnownColumn = {
  info: { ...none, name: "city", kind: "category", kinds: ["Rome", "Oslo"] },
  values: Uint8Array.of(0, 1, 255, 0),
};
const file: KnownColumn = { info: { ...none, name: "file", kind: "text" }, values: ["f10", "f9", "", "F1"] };

function packed(content: Uint8Array, n: number): ArrayBuffer {
  const bytes = new Uint8Array(8 + content.length);
  bytes.set([84, 84, 67, 49]);
  new DataView(bytes.buffer).setUint32(4, n, true);
  bytes.set(content, 8);
  return bytes.buffer;
}

describe("numbers of a step", () => {
  const scale = { value: "error", label: "Error", description: "", low: 10, high: 20, open_low: null, open_high: true };
  const sent = (numbers: number[]): ArrayBuffer => {
    const answer = new ArrayBuffer(16 + 4 * numbers.length);
    new Uint8Array(answer).set([84, 84, 86, 50]);
    new DataView(answer).setUint32(4, numbers.length, true);
    new Float32Array(answer, 16).set(numbers);
    return answer;
  };

  it("are exact to read, and coloured on the scale that all steps share", () => {
    const { known, coloured } = decodeStepValues(sent([10, 15.1234567, 25, Number.NaN, 5]), scale, 5);
    expect([0, 1, 2, 3].map((sample) => cellOf(known, sample))).toEqual(["10", "15.123", "25", ""]);
    expect([...coloured.values]).toEqual([0, 130, 254, 255, 0]);
    expect(coloured).toMatchObject({ low: 10, high: 20, open: true, openLow: false });
  });

  it("are refused when they are of another number of samples", () => {
    expect(() => decodeStepValues(sent([1, 2]), scale, 3)).toThrow("error: expected a number for each of 3 samples");
  });
});

describe("a column of the samples", () => {
  it("reads as text, empty where there is none", () => {
    const cells = (column: KnownColumn) => [0, 1, 2, 3].map((sample) => cellOf(column, sample));
    expect(cells(age)).toEqual(["30", "", "-1.5", "30"]);
    expect(cells(city)).toEqual(["Rome", "Oslo", "", "Rome"]);
    expect(cells(file)).toEqual(["f10", "f9", "", "F1"]);
  });

  it("is ordered by value, words as people order them, those without one first", () => {
    expect([...ranksOf(age)]).toEqual([2, 0, 1, 2]);
    expect([...ranksOf(city)]).toEqual([2, 1, 0, 2]);
    expect([...ranksOf(file)]).toEqual([3, 2, 0, 1]);
  });

  it("says never where something has not happened, beyond the end of the scale", () => {
    const forgotten: KnownColumn = { info: age.info, values: Float64Array.of(3, Infinity, 1, Number.NaN) };
    expect([0, 1, 2, 3].map((sample) => cellOf(forgotten, sample))).toEqual(["3", "never", "1", ""]);
    expect(spanOf(Float64Array.of(3, Infinity, 1, Infinity))).toEqual({ low: 1, high: 3, openLow: false, open: true });
    expect([...colouredBy(forgotten).values]).toEqual([254, 254, 0, 255]);
    expect([...ranksOf(forgotten)]).toEqual([2, 3, 1, 0]);
  });

  it("of classes that were worked out is one of kinds", () => {
    const bytes = packed(new Uint8Array(Float64Array.of(1, Number.NaN, 0, 7).buffer), 4);
    expect([...decodeInsight(bytes, city.info, 4)]).toEqual([1, 255, 0, 255]);
    expect([...decodeInsight(bytes, age.info, 4)]).toEqual([1, Number.NaN, 0, 7]);
  });

  it("has a scale from the least to the greatest", () => {
    expect(spanOf(Float64Array.of(1990, Number.NaN, 2020, 2000))).toEqual({ low: 1990, high: 2020, openLow: false, open: false });
    expect(spanOf(new Float64Array(0))).toMatchObject({ low: 0, high: 0 });
    expect(spanOf(Float64Array.of(7, 7))).toMatchObject({ low: 7, high: 7, open: false });
  });

  it("has a scale that a few far out do not take from the rest", () => {
    const random = seeded(1);
    const values = Float64Array.from({ length: 1000 }, (_, at) => (at < 3 ? 1e6 : random()));
    const { low, high, openLow, open } = spanOf(values);
    expect([low < 0.01, high <= 1, high > 0.97, openLow, open]).toEqual([true, true, true, false, true]);
  });

  it("is decoded by its kind, and refused where its length is another", () => {
    const numbers = new Uint8Array(Float64Array.of(1.5, Number.NaN).buffer);
    expect([...decodeValues(packed(numbers, 2), age.info, 2)]).toEqual([1.5, Number.NaN]);
    expect([...decodeValues(packed(Uint8Array.of(0, 255), 2), city.info, 2)]).toEqual([0, 255]);
    const words = new TextEncoder().encode('["a","<b>"]');
    expect(decodeValues(packed(words, 2), file.info, 2)).toEqual(["a", "<b>"]);
    expect(() => decodeValues(packed(numbers, 3), age.info, 3)).toThrow(
      "age: expected the values of 3 samples, got 24 other bytes",
    );
    expect(() => decodeValues(packed(words, 3), file.info, 3)).toThrow("file: expected the values of 3 samples");
  });
});

describe("the address of another tab", () => {
  it("keeps all keys, so that the way back leads to where one left", () => {
    expect(besideOurs("http://a/b/?x=1#timetravel&p.timetravel.run=r&k=v", "projector")).toBe(
      "http://a/b/?x=1#projector&p.timetravel.run=r&k=v",
    );
    expect(besideOurs("http://a/", "projector")).toBe("http://a/#projector");
  });
});
