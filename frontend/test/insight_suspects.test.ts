import { describe, expect, it } from "vitest";
import { countsWith, nextToJudge, suspectsCsv, withPending } from "../src/insight/suspects";
import type { Suspect } from "../src/insight/wire";

const row = (sample: number, verdict: Suspect["verdict"] = null): Suspect => ({
  sample,
  score: 4 - sample,
  looks_like: sample === 3 ? -1 : 1,
  why: "high loss, +2.0 sd",
  verdict,
});
const list = [row(0, "suspicious"), row(1), row(2), row(3, "fine")];

describe("judgements on their way", () => {
  it("are seen at once, in the order that the server gave", () => {
    const seen = withPending(
      list,
      new Map([
        [2, "fine" as const],
        [0, null],
      ]),
    );
    expect(seen.map(({ sample, verdict }) => [sample, verdict])).toEqual([
      [0, null],
      [1, null],
      [2, "fine"],
      [3, "fine"],
    ]);
    expect(seen[1]).toBe(list[1]);
    expect(withPending(list, new Map())).toBe(list);
  });

  it("are counted, one that changes its mind once", () => {
    const server = { suspects: list, n_verdicts: { suspicious: 7, fine: 4 }, cannot_save: null };
    expect(countsWith(server, new Map())).toEqual({ suspicious: 7, fine: 4 });
    expect(countsWith(server, new Map([[1, "fine" as const]]))).toEqual({ suspicious: 7, fine: 5 });
    expect(countsWith(server, new Map([[0, "fine" as const]]))).toEqual({ suspicious: 6, fine: 5 });
    expect(countsWith(server, new Map([[0, null]]))).toEqual({ suspicious: 6, fine: 4 });
    expect(countsWith(server, new Map([[0, "suspicious" as const]]))).toEqual({ suspicious: 7, fine: 4 });
  });

  it("lead to the next that is not judged, and stay in the list", () => {
    expect(nextToJudge(list, 0)).toBe(1);
    expect(nextToJudge(list, 2)).toBe(3);
    expect(nextToJudge(list, 3)).toBe(3);
  });
});

describe("the table to relabel by", () => {
  it("has the columns of the command, and names that a spreadsheet does not compute", () => {
    const text = suspectsCsv(list, {
      id: (sample) => 10 + sample,
      split: () => "train",
      label: (sample) => sample,
      className: (kind) => ["=cat", "dog,\tbig", "", "a\u0007b"][kind] ?? "",
    });
    expect(text).toBe(
      [
        "id,split,label,looks_like,score,why,verdict",
        '10,train,\'=cat,"dog, big",4.0000,"high loss, +2.0 sd",suspicious',
        '11,train,"dog, big","dog, big",3.0000,"high loss, +2.0 sd",',
        '12,train,,"dog, big",2.0000,"high loss, +2.0 sd",',
        '13,train,a b,,1.0000,"high loss, +2.0 sd",fine',
        "",
      ].join("\n"),
    );
  });
});
