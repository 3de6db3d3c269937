import { describe, expect, it } from "vitest";
import * as wire from "../src/wire";

const listing = {
  runs: [
    {
      run: "digits",
      tags: [
        { tag: "probe", n_samples: 9, n_features: 4, n_classes: 2, n_steps: 1, first_step: 1, last_step: 1, state: "fitted" },
      ],
    },
  ],
  unreadable: [],
  can_fit: false,
  cannot_fit: "no torch here",
};

describe("the JSON decoders", () => {
  it("take the documented listing", () => {
    expect(wire.listing(listing, "runs").runs[0]?.tags[0]?.state).toBe("fitted");
  });

  it("name the field that is wrong and what came instead", () => {
    const broken = { ...listing, runs: [{ run: 3, tags: [] }] };
    expect(() => wire.listing(broken, "runs")).toThrow("runs.runs[0].run: expected a text, got number");
  });

  it("refuse a state they do not know", () => {
    expect(() => wire.fit({ state: "paused" }, "fit")).toThrow(/fit\.state: expected none or queued or starting or running/);
  });

  it("take a fit that says no more than its state", () => {
    expect(wire.fit({ state: "none" }, "fit")).toMatchObject({ state: "none", eta_s: null, stages: null });
  });

  it("keep nulls apart from numbers in per-split values", () => {
    const step = { step: 1, frame: "beef", bytes: 1, flips: 0, accuracy: null, fidelity: { jitter: { train: null, test: 0.1 } } };
    const film = {
      film: "8d",
      method: "joint",
      fingerprint: "1b",
      extent: [0, 1, 0, 1],
      territory: { source: "none" },
      metrics: [],
      steps: [step],
    };
    expect(wire.film(film, "film").steps[0]?.fidelity).toEqual({ jitter: { train: null, test: 0.1 } });
  });
});
