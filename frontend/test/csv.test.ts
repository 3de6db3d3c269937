import { describe, expect, it } from "vitest";
import { cell } from "../src/csv";

describe("a cell of CSV", () => {
  it("gives a spreadsheet nothing to compute", () => {
    const texts = ["=a", "+a", "-a", "@a", "\ta", "-1+2", "-1e5+A1", "a=b"];
    expect(texts.map(cell)).toEqual(["'=a", "'+a", "'-a", "'@a", "'\ta", "'-1+2", "'-1e5+A1", "a=b"]);
  });

  it("leaves numbers as they are", () => {
    const numbers = ["-1.5", "0", "-1e-7", "+3", "-2.5E+10"];
    expect(numbers.map(cell)).toEqual(numbers);
  });

  it("is quoted where it holds what parts cells, a guarded one too", () => {
    expect(['a "b"', "a,b", "a\nb", '=f("x",1)'].map(cell)).toEqual(['"a ""b"""', '"a,b"', '"a\nb"', '"\'=f(""x"",1)"']);
  });
});
