import { afterEach, describe, expect, it } from "vitest";
import type { Samples } from "../src/binary";
import { giveColour } from "../src/class_colours";
import { FrameRing } from "../src/frames";
import { counts, entries, hidden, hide, scale } from "../src/legend";
import * as state from "../src/state";
import type { Film, Probe } from "../src/wire";
import { frameOf, samplesOf } from "./bytes";

function open(nClasses: number, samples: Samples): void {
  const frames = new FrameRing({
    count: 1,
    maxBytes: 1,
    load: () => Promise.resolve(frameOf([], null)),
    bytesOf: () => 1,
    onChange: () => undefined,
  });
  const probe = { n_classes: nClasses, class_names: [] as string[], splits: ["train", "test"] } as unknown as Probe;
  const film = { film: "f", steps: [], metrics: [] } as unknown as Film;
  state.reel.value = { place: { run: "r", tag: "t" }, film, probe, samples, steps: [0], frames };
}

afterEach(() => {
  state.reel.value = null;
  state.colour.value = "label";
  state.givenColours.value = new Map();
  state.hiddenSplits.value = new Set();
});

describe("the legend", () => {
  it("tells twenty classes apart by colour, and more by colour and shape", () => {
    open(20, samplesOf([0]));
    expect(new Set(entries.value.slice(0, 20).map(({ colour }) => colour)).size).toBe(20);
    expect(new Set(entries.value.map(({ shape }) => shape))).toEqual(new Set(["circle"]));
    open(100, samplesOf([0]));
    expect(new Set(entries.value.slice(0, 100).map(({ colour, shape }) => colour + shape)).size).toBe(100);
  });

  it("shows the colour that was given to a class until it is taken away", () => {
    open(3, samplesOf([0]));
    const before = entries.value[1]?.colour;
    giveColour(1, "#123456");
    expect(entries.value[1]?.colour).toBe("#123456");
    giveColour(1, null);
    expect(entries.value[1]?.colour).toBe(before);
  });

  it("counts and hides splits where they are what is coloured", () => {
    open(3, samplesOf([0, 1, 2], [0, 1, 1]));
    state.colour.value = "split";
    expect(entries.value.map(({ name }) => name)).toEqual(["train", "test"]);
    expect([...counts.value.slice(0, 2)]).toEqual([1, 2]);
    hide(new Set([1]));
    expect([...state.hiddenSplits.value]).toEqual([1]);
    expect([...hidden.value]).toEqual([1]);
    expect(state.hiddenClasses.value.size).toBe(0);
  });

  it("has a scale and no entries where a number is coloured", () => {
    open(3, samplesOf([0]));
    expect(scale.value).toBeNull();
    state.colour.value = "flips";
    expect(entries.value).toEqual([]);
    expect(scale.value).toMatchObject({ low: 0, open: true });
    state.colour.value = "confidence";
    expect(scale.value).toMatchObject({ low: 0, high: 1, open: false });
  });
});
