import { afterEach, describe, expect, it } from "vitest";
import { joined } from "../src/selecting";
import { NOTHING, ofMask } from "../src/selection";
import * as state from "../src/state";

afterEach(() => {
  state.selection.value = NOTHING;
  state.selected.value = null;
});

describe("samples that are joined with their partners", () => {
  it("are those selected and the one in focus, each once", () => {
    expect(joined.value).toEqual([]);
    state.selection.value = ofMask(Uint8Array.of(0, 1, 0, 1));
    expect(joined.value).toEqual([1, 3]);
    state.selected.value = 3;
    expect(joined.value).toEqual([1, 3]);
    state.selected.value = 0;
    expect(joined.value).toEqual([1, 3, 0]);
  });

  it("are no more of a large selection than leave the picture to be seen, but always the one in focus", () => {
    state.selection.value = ofMask(new Uint8Array(1000).fill(1));
    state.selected.value = 900;
    expect(joined.value).toHaveLength(301);
    expect(joined.value.at(-1)).toBe(900);
  });
});
