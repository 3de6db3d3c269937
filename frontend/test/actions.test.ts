import { describe, expect, it } from "vitest";
import { isolated, toggled } from "../src/actions";
import { choosePlace } from "../src/watch";
import type { Listing } from "../src/wire";

describe("hiding classes", () => {
  it("toggles one and leaves the others", () => {
    expect([...toggled(new Set([1, 2]), 2)]).toEqual([1]);
    expect([...toggled(new Set([1]), 2)]).toEqual([1, 2]);
  });

  it("isolates one, and shows all when asked again", () => {
    const alone = isolated(new Set(), 1, 3);
    expect([...alone]).toEqual([0, 2]);
    expect([...isolated(alone, 1, 3)]).toEqual([]);
    expect([...isolated(alone, 2, 3)]).toEqual([0, 1]);
  });
});

describe("choosing a run", () => {
  const entry = (tag: string, state: "logged" | "fitted") => ({
    tag,
    state,
    n_samples: 1,
    n_features: 1,
    n_classes: 1,
    n_steps: 1,
    first_step: 1,
    last_step: 1,
  });
  const listing: Listing = {
    runs: [
      { run: "a", tags: [entry("x", "logged")] },
      { run: "b", tags: [entry("x", "logged"), entry("y", "fitted")] },
    ],
    unreadable: [],
    can_fit: true,
    cannot_fit: null,
  };
  const nothing = { run: null, tag: null };

  it("stays where it is while that exists", () => {
    expect(choosePlace(listing, { run: "a", tag: "x" }, { run: "b", tag: "y" })).toEqual({ run: "a", tag: "x" });
  });

  it("follows the link, else the first film, else the first run", () => {
    expect(choosePlace(listing, null, { run: "b", tag: null })).toEqual({ run: "b", tag: "x" });
    expect(choosePlace(listing, null, nothing)).toEqual({ run: "b", tag: "y" });
    expect(choosePlace({ ...listing, runs: listing.runs.slice(0, 1) }, null, nothing)).toEqual({ run: "a", tag: "x" });
    expect(choosePlace({ ...listing, runs: [] }, { run: "a", tag: "x" }, nothing)).toBeNull();
  });
});
