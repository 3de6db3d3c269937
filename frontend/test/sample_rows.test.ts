import { describe, expect, it } from "vitest";
import type { Frame, Samples } from "../src/binary";
import { columnsOf, confusionOf, csvOf, ordered } from "../src/sample_rows";
import { frameOf, samplesOf } from "./bytes";

const samples: Samples = { ...samplesOf([2, 0, -1, 1], [0, 1, 0, 1]), id: Int32Array.of(2147483647, 7, 3, 7) };
const frame: Frame = {
  ...frameOf(
    [
      [0, 0],
      [1, 1],
      [0.5, 0.5],
      [0, 1],
    ],
    [2, 1, 0, 1],
  ),
  confidence: Uint8Array.of(255, 0, 51, 51),
};
const all = Uint32Array.of(0, 1, 2, 3);

describe("the order of rows", () => {
  const by = (column: Parameters<typeof ordered>[1]["column"], descending = false): number[] => [
    ...ordered(all, { column, descending }, samples, frame),
  ];

  it("is by value, and by position among equals, both ways", () => {
    expect(by("id")).toEqual([2, 1, 3, 0]);
    expect(by("id", true)).toEqual([0, 1, 3, 2]);
    expect(by("confidence")).toEqual([1, 2, 3, 0]);
    expect(by("confidence", true)).toEqual([0, 2, 3, 1]);
    expect(by("split")).toEqual([0, 2, 1, 3]);
  });

  it("puts samples without a label first", () => {
    expect(by("label")).toEqual([2, 1, 3, 0]);
    expect(by("label", true)).toEqual([0, 3, 1, 2]);
  });

  it("orders only what it is given", () => {
    expect([...ordered(Uint32Array.of(1, 3), { column: "confidence", descending: false }, samples, frame)]).toEqual([1, 3]);
  });
});

describe("counts by label and prediction", () => {
  it("name the classes that occur, none included", () => {
    const found = confusionOf(all, samples, frame, 3, 10);
    expect(found.labels).toEqual([0, 1, 2, -1]);
    expect(found.predictions).toEqual([0, 1, 2]);
    expect(found.count(2, 2)).toBe(1);
    expect(found.count(-1, 0)).toBe(1);
    expect(found.count(1, 2)).toBe(0);
    expect(found.omitted).toBe(0);
  });

  it("keep the most frequent classes where there are many", () => {
    const many = samplesOf([5, 5, 1, 3, 3, 3]);
    const found = confusionOf(Uint32Array.of(0, 1, 2, 3, 4, 5), many, frameOf([], [5, 5, 5, 5, 5, 5]), 6, 2);
    expect(found.labels).toEqual([3, 5]);
    expect(found.omitted).toBe(1);
    expect(found.largest).toBe(3);
  });
});

describe("CSV", () => {
  const source = {
    samples,
    frame,
    step: 12,
    hasClasses: true,
    extent: [-2, 2, -1, 1],
    className: (index: number) => ["cat", 'a "big", dog', "emu"][index] ?? "",
    splitName: (index: number) => ["train", "test"][index] ?? "",
    more: [] as { name: string; cell(sample: number): string }[],
  };

  it("has a line per sample, positions in data units, and quotes what needs it", () => {
    expect(csvOf(Uint32Array.of(1, 2), source).split("\n")).toEqual([
      "id,label,split,step,x,y,prediction,confidence",
      '7,cat,test,12,2.00000,1.00000,"a ""big"", dog",0.000',
      "3,,train,12,0.00003,0.00002,cat,0.200",
      "",
    ]);
  });

  it("ends with the columns of the samples, under names that are free", () => {
    const more = ["x", "a,b"].map((name) => ({ name, cell: (sample: number) => `${name}${sample}` }));
    expect(csvOf(Uint32Array.of(3), { ...source, more }).split("\n")).toEqual([
      'id,label,split,step,x,y,prediction,confidence,column.x,"a,b"',
      '7,"a ""big"", dog",test,12,-2.00000,1.00000,"a ""big"", dog",0.200,x3,"a,b3"',
      "",
    ]);
  });

  it("gives a spreadsheet nothing to compute, whatever the log calls things", () => {
    const named = { ...source, className: () => "=1+1", splitName: () => "@train" };
    const more = [
      { name: "+sum", cell: () => "-A1" },
      { name: "loss", cell: () => "-0.5" },
    ];
    expect(csvOf(Uint32Array.of(1), { ...named, more }).split("\n")).toEqual([
      "id,label,split,step,x,y,prediction,confidence,'+sum,loss",
      "7,'=1+1,'@train,12,2.00000,1.00000,'=1+1,0.000,'-A1,-0.5",
      "",
    ]);
  });

  it("has no columns of classes where there are none", () => {
    const more = [{ name: "prediction", cell: () => "1.5" }];
    expect(csvOf(Uint32Array.of(3), { ...source, hasClasses: false, more })).toBe(
      "id,split,step,x,y,prediction\n7,test,12,-2.00000,1.00000,1.5\n",
    );
  });

  it("leaves predictions empty where there are none", () => {
    const unpredicted = { ...frame, prediction: null, confidence: null };
    expect(csvOf(Uint32Array.of(3), { ...source, frame: unpredicted })).toContain(
      '7,"a ""big"", dog",test,12,-2.00000,1.00000,,\n',
    );
  });
});

describe("the columns of the table", () => {
  it("are those in which anything is known", () => {
    expect(columnsOf(true, true, 2)).toEqual(["id", "label", "prediction", "confidence", "split"]);
    expect(columnsOf(true, false, 3)).toEqual(["id", "label", "split"]); // without logits
    expect(columnsOf(false, true, 1)).toEqual(["id", "prediction", "confidence"]);
    expect(columnsOf(false, false, 2)).toEqual(["id", "split"]);
  });
});
