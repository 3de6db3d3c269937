import { describe, expect, it } from "vitest";
import { fullName, shortName } from "../src/sample_name";
import { samplesOf } from "./bytes";

const samples = { ...samplesOf([0, 0, 0, 0, 0], [0, 0, 0, 1, 1]), id: Int32Array.of(5, 6, 1797, 5, 0) };
const known = { samples, probe: { splits: ["train", "test"] } };

describe("the name of a sample", () => {
  it("has its split where another has its id", () => {
    expect([0, 1, 2, 3, 4].map((sample) => shortName(known, sample))).toEqual(["train 5", "6", "1797", "test 5", "0"]);
  });

  it("has no split where there is one alone", () => {
    expect(fullName({ samples, probe: { splits: ["all"] } }, 1)).toBe("sample 6");
  });

  it("has its split in full", () => {
    expect([1, 3].map((sample) => fullName(known, sample))).toEqual(["train 6", "test 5"]);
  });
});
