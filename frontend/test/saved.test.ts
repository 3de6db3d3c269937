import { describe, expect, it } from "vitest";
import { rowsOf } from "../src/saved";

const named = (name: string) => ({ name, ranges: [[0, 1]], saved_at: 0 });
const shown = (names: readonly string[], gone: string | null): string[] =>
  rowsOf(names.map(named), gone === null ? null : named(gone)).map(({ name, isDeleted }) => (isDeleted ? `-${name}` : name));

describe("saved selections with one that was deleted", () => {
  it("keeps it where it was", () => {
    expect(shown(["a", "c"], "b")).toEqual(["a", "-b", "c"]);
    expect(shown(["b", "c"], "a")).toEqual(["-a", "b", "c"]);
    expect(shown(["a", "b"], "c")).toEqual(["a", "b", "-c"]);
  });

  it("keeps it where it was the last one", () => {
    expect(shown([], "a")).toEqual(["-a"]);
    expect(shown([], null)).toEqual([]);
  });

  it("shows it after another of its name, which was saved since", () => {
    expect(shown(["a", "b"], "a")).toEqual(["a", "-a", "b"]);
  });
});
