import { expect, it } from "vitest";
import { historyKeyOf } from "../src/samples";
import * as wire from "../src/wire";

const place = { run: "digits", tag: "probe" };

const film = (frames: readonly string[]): wire.Film =>
  wire.film(
    {
      film: "1a",
      method: "joint",
      fingerprint: "2b",
      extent: [0, 1, 0, 1],
      territory: { source: "none" },
      metrics: [],
      steps: frames.map((frame, step) => ({ step, frame })),
    },
    "film",
  );

it("a live film that grew, or was placed anew, has other histories", () => {
  const keys = [
    ["a", "b"],
    ["a", "b", "c"],
    ["a", "d"],
  ].map((frames) => historyKeyOf({ place, film: film(frames) }, 3));
  expect(new Set(keys).size).toBe(3);
  expect(historyKeyOf({ place, film: film(["a", "b"]) }, 3)).toBe(keys[0]);
  expect(historyKeyOf({ place, film: film(["a", "b"]) }, 4)).not.toBe(keys[0]);
});
