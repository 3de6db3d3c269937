import { describe, expect, it } from "vitest";
import { aboveChance, againstChance, besideSentence, fidelityChart, headline } from "../src/trust";
import * as wire from "../src/wire";

const metric = wire.film(
  {
    film: "8d",
    method: "joint",
    fingerprint: "1b",
    extent: [0, 1, 0, 1],
    territory: { source: "head", agreement: 1 },
    metrics: [
      {
        metric: "neighborhood_preservation",
        label: "Neighbors kept",
        description: "",
        range: [0, 1],
        better: "higher",
        scope: "step",
        n_neighbors: 15,
        chance: { train: 0.01, test: 0.04 },
      },
      { metric: "jitter", label: "Jitter", description: "", range: null, better: "lower", scope: "run", chance: null },
    ],
    steps: [
      { step: 1, frame: "a", flips: 0, fidelity: { neighborhood_preservation: { train: 0.05, test: 0.06 } } },
      { step: 2, frame: "b", flips: 0, fidelity: { neighborhood_preservation: { train: 0.5, test: 0.4 } } },
    ],
  },
  "film",
);
const [kept, jitter] = metric.metrics;

describe("fidelity in words", () => {
  it("says in whose plane a film lies and how near the same samples are", () => {
    const beside = { run: "seed0", tag: "probe", film: "0a", n_matched: 1797, apart: 0.0226, apart_by_chance: 0.382 };
    expect(besideSentence(beside)).toBe(
      "Laid beside seed0, in one plane with its film: 1,797 samples in common were drawn towards their places there, " +
        "and lie on average 2.3 % of the width from them; chance would be 38.2 %.",
    );
    expect(besideSentence({ ...beside, apart: null })).toMatch(/towards their places there\.$/);
  });

  it("measures from chance to perfect", () => {
    if (kept === undefined || jitter === undefined) throw new Error("no metrics");
    expect(aboveChance(0.52, 0.04, kept)).toBeCloseTo(0.5);
    expect(aboveChance(0.02, 0.04, kept)).toBeLessThan(0);
    expect(aboveChance(0.2, 0.5, jitter)).toBeNull();
  });

  it("calls a value near chance so, and no value nothing", () => {
    if (kept === undefined) throw new Error("no metric");
    expect(againstChance(0.06, "test", kept)).toBe("≈ ");
    expect(againstChance(0.4, "test", kept)).toBe("");
    expect(againstChance(null, "test", kept)).toBe("");
    expect(againstChance(0.06, "other", kept)).toBe("");
  });

  it("does not say that a value is near chance which is far worse", () => {
    if (kept === undefined) throw new Error("no metric");
    const error = { ...kept, better: "lower", range: [0, null], chance: { test: 1 } } as typeof kept;
    expect([0.5, 1.05, 18.4].map((value) => againstChance(value, "test", error))).toEqual(["", "≈ ", "worse than "]);
  });

  it("warns in the headline only of steps that are close to chance", () => {
    const [first, second] = metric.steps;
    if (first === undefined || second === undefined) throw new Error("no steps");
    expect(headline(metric, first)).toMatch(/6\.0\s% .* test .*chance: 4\.0\s%.*close to chance/);
    expect(headline(metric, second)).toMatch(/40\s%/);
    expect(headline(metric, second)).not.toMatch(/close to chance/);
  });

  it("names the split only where there are several", () => {
    const [first] = metric.steps;
    if (first === undefined) throw new Error("no steps");
    const alone = { ...first, fidelity: { neighborhood_preservation: { all: 0.4 } } };
    expect(headline(metric, alone)).toMatch(/neighbors of a sample are/);
  });

  it("draws chance as a dashed line in its split's colour", () => {
    if (kept === undefined) throw new Error("no metric");
    const { curves } = fidelityChart(metric, kept);
    expect(curves.map(({ name, dashed, colour, ys }) => [name, dashed, colour, ys])).toEqual([
      ["train", false, 0, [0.05, 0.5]],
      ["train, chance", true, 0, [0.01, 0.01]],
      ["test", false, 1, [0.06, 0.4]],
      ["test, chance", true, 1, [0.04, 0.04]],
    ]);
  });
});
