import { describe, expect, it } from "vitest";
import { aligner, firstAt, sharedSplit } from "../src/alignment";
import { neighborhoodDifference } from "../src/difference";
import { carried, countMatched, matchIds } from "../src/matching";
import { nearestInPlane } from "../src/plane_neighbors";
import type { FilmStep } from "../src/wire";
import { seeded } from "./bytes";

const samplesOf = (ids: number[], split: number[] = [], splits = ["train"]) => ({
  samples: {
    n: ids.length,
    id: Int32Array.from(ids),
    label: new Int32Array(ids.length),
    split: Uint8Array.from(ids, (_, sample) => split[sample] ?? 0),
  },
  splits,
});

const stepsOf = (steps: number[], accuracy: (number | null)[]): FilmStep[] =>
  steps.map((step, at) => ({
    step,
    frame: "",
    bytes: 0,
    flips: 0,
    accuracy: { train: accuracy[at] ?? null },
    fidelity: {},
    scores: null,
  }));

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

describe("samples of two films", () => {
  it("are matched by their id, whatever their order", () => {
    const match = matchIds(samplesOf([7, 3, 9]), samplesOf([9, 8, 7]));
    expect([...match]).toEqual([2, -1, 0]);
    expect(countMatched(match)).toBe(2);
  });

  it("are matched with the first of equal ids", () => {
    expect([...matchIds(samplesOf([5]), samplesOf([1, 5, 5]))]).toEqual([1]);
  });

  it("are matched within their split, whatever its number", () => {
    const one = samplesOf([0, 1, 0, 1], [0, 0, 1, 1], ["train", "test"]);
    const other = samplesOf([1, 0, 0], [0, 0, 1], ["test", "train"]);
    expect([...matchIds(one, other)]).toEqual([2, -1, 1, 0]);
    expect([...matchIds(one, samplesOf([0, 1]))]).toEqual([0, 1, -1, -1]);
  });

  it("carry a selection over", () => {
    const match = matchIds(samplesOf([9, 8, 7]), samplesOf([7, 3, 9])); // from the second film to the first
    expect([...carried(Uint8Array.of(1, 1, 0), match)]).toEqual([0, 0, 1]);
  });
});

describe("a second film", () => {
  const slow = stepsOf([0, 10, 20, 30, 40], [0.1, 0.3, 0.5, 0.7, 0.9]);
  const fast = stepsOf([0, 10, 20], [0.1, 0.9, 0.8]);

  it("stands at the same step, or at its last", () => {
    expect(aligner(slow, fast, "step")(1.5)).toBe(1.5);
    expect(aligner(slow, fast, "step")(4)).toBe(2);
  });

  it("stands where it first was as accurate", () => {
    expect(aligner(slow, fast, "accuracy")(2)).toBeCloseTo(0.5);
    expect(aligner(slow, fast, "accuracy")(4)).toBe(1);
    expect(aligner(fast, slow, "accuracy")(1)).toBe(4);
  });

  it("is held at the same step where there is no accuracy to hold on to", () => {
    const dumb = stepsOf([0, 10, 20], [null, null, null]);
    expect(sharedSplit(slow, dumb)).toBeNull();
    expect(aligner(slow, dumb, "accuracy")(1)).toBe(1);
  });

  it("that never gets there stands at its end", () => {
    expect(firstAt([0.1, 0.2, 0.4], 0.9)).toBe(2);
    expect(firstAt([0.3, 0.3, 0.5], 0.2)).toBe(0);
  });
});

describe("the difference of neighbourhoods", () => {
  const random = seeded(3);
  const xy = Uint16Array.from({ length: 800 }, () => random() * 65535);
  const same = Int32Array.from({ length: 400 }, (_, sample) => sample);

  it("is none between a picture and itself, turned by half and of other samples' order too", () => {
    const turned = Uint16Array.from(xy, (_, at) => 65535 - (xy[798 - 2 * (at >> 1) + (at & 1)] ?? 0));
    const backwards = same.map((sample) => 399 - sample);
    expect(Math.max(...finish(neighborhoodDifference({ xy, aspect: 1 }, { xy, aspect: 1 }, same, 10)))).toBe(0);
    expect(Math.max(...finish(neighborhoodDifference({ xy, aspect: 1 }, { xy: turned, aspect: 1 }, backwards, 10)))).toBe(0);
  });

  it("is what comparing all pairs finds", () => {
    const other = Uint16Array.from({ length: 800 }, (_, at) => ((xy[at] ?? 0) + 9000 * random()) % 65536);
    const found = finish(neighborhoodDifference({ xy, aspect: 2 }, { xy: other, aspect: 0.7 }, same, 10));
    for (let sample = 0; sample < 400; sample += 7) {
      const there = new Set(nearestInPlane(other, sample, 10, 0.7));
      const kept = nearestInPlane(xy, sample, 10, 2).filter((near) => there.has(near)).length;
      expect(found[sample]).toBe(Math.round(254 * (1 - kept / 10)));
    }
  });

  it("is nearly all where the samples are shuffled, and unknown where the other picture has none", () => {
    const shuffled = same.map((sample) => (sample * 171) % 400);
    const values = finish(neighborhoodDifference({ xy, aspect: 1 }, { xy, aspect: 1 }, shuffled, 10));
    expect(values.reduce((sum, value) => sum + value, 0) / 400 / 254).toBeGreaterThan(0.9);
    expect(finish(neighborhoodDifference({ xy, aspect: 1 }, { xy, aspect: 1 }, same.fill(-1), 10))[0]).toBe(255);
  });
});
