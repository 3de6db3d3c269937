import { afterEach, describe, expect, it } from "vitest";
import { offers, toggleBeside } from "../src/beside";
import * as state from "../src/state";

const METHODS = ["joint", "preview", "pca"];
const probe = { films: METHODS.map((method) => ({ film: `of ${method}`, method })), methods: [] };
const open = { place: { run: "a", tag: "probe" }, film: { film: "of joint" }, probe } as unknown as state.Reel;
const tags = [{ tag: "probe", state: "fitted" }];

afterEach(() => {
  state.listing.value = null;
  state.reel.value = null;
  state.besideChoice.value = null;
});

describe("what may stand beside a film", () => {
  it("is another film of its run, then those of others, and a preview only where there is nothing better", () => {
    state.listing.value = {
      runs: [
        { run: "a", tags },
        { run: "b", tags },
      ],
    } as unknown as typeof state.listing.value;
    expect(offers(open).map(({ choice }) => [choice?.run, choice?.film])).toEqual([
      ["a", "of pca"],
      ["b", null],
      ["a", "of preview"],
    ]);
  });

  it("is by key C the first of these, and then none", () => {
    state.reel.value = open;
    toggleBeside();
    expect(state.besideChoice.value?.film).toBe("of pca");
    toggleBeside();
    expect(state.besideChoice.value).toBeNull();
  });
});
