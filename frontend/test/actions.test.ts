import { describe, expect, it } from "vitest";
import { isolated, toggled, valueFor } from "../src/actions";
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

describe("colouring a film of numbers", () => {
  const told = [
    { value: "prediction of x", label: "Prediction of x" },
    { value: "prediction of y", label: "Prediction of y" },
    { value: "film error", label: "Error" },
    { value: "error of x", label: "Error of x" },
  ];

  it("finds the prediction and the error by what they are called, wherever they stand", () => {
    expect(valueFor("prediction", told)).toBe("prediction of x");
    expect(valueFor("correctness", told)).toBe("film error");
  });

  it("finds nothing where the film tells none, or for other modes", () => {
    expect(valueFor("prediction", [])).toBeUndefined();
    expect(valueFor("prediction", told.slice(2))).toBeUndefined();
    expect(valueFor("split", told)).toBeUndefined();
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
