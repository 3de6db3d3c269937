import { describe, expect, it } from "vitest";
import { formatBookmarks, LONGEST_NAME, neighbouring, parseBookmarks, renamedBookmark, toggledBookmark } from "../src/bookmarks";

const marks = toggledBookmark(toggledBookmark([], 20), -1);

describe("bookmarks", () => {
  it("stand in the order of their steps, and go when set again", () => {
    expect(marks.map(({ step }) => step)).toEqual([-1, 20]);
    expect(toggledBookmark(marks, 20).map(({ step }) => step)).toEqual([-1]);
  });

  it("are found forth and back, never the one at hand", () => {
    expect(neighbouring(marks, -1, 1)?.step).toBe(20);
    expect(neighbouring(marks, 20, -1)?.step).toBe(-1);
    expect(neighbouring(marks, 20, 1)).toBeNull();
  });

  it("survive a link whatever they are called", () => {
    const named = renamedBookmark(marks, 20, "a,b:c %é");
    expect(parseBookmarks(formatBookmarks(named) ?? "")).toEqual(named);
    expect(formatBookmarks([])).toBeNull();
  });

  it("take no endless names and no nonsense", () => {
    expect(renamedBookmark(marks, 20, "x".repeat(500))[1]?.name).toHaveLength(LONGEST_NAME);
    expect(parseBookmarks(`3:${"x".repeat(500)},y,,4:%`)).toEqual([
      { step: 3, name: "x".repeat(LONGEST_NAME) },
      { step: 4, name: "%" },
    ]);
  });
});
