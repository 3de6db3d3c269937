import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runPlayback } from "../src/playback";
import * as state from "../src/state";

let now = 0;
let due: FrameRequestCallback | null = null;
let stop = (): void => undefined;

/** Let the browser come to a picture after so many milliseconds. */
function paintAfter(milliseconds: number): void {
  now += milliseconds;
  const callback = due;
  due = null;
  callback?.(now);
}

beforeEach(() => {
  vi.stubGlobal("window", { innerHeight: 800 });
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => {
    due = callback;
    return 1;
  });
  vi.stubGlobal("cancelAnimationFrame", () => {
    due = null;
  });
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const steps = Array.from({ length: 100 }, (_, index) => index);
  state.reel.value = { steps, frames: { has: () => true } } as unknown as state.Reel;
  state.cursor.value = 0;
  state.speed.value = 4;
  stop = runPlayback();
  state.playing.value = true;
});

afterEach(() => {
  state.playing.value = false;
  stop();
  state.reel.value = null;
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a film that plays", () => {
  it.each([60, 30, 8, 5])("keeps the speed asked for at %i pictures a second", (rate) => {
    for (let picture = 0; picture < 3 * rate; picture++) paintAfter(1000 / rate);
    expect(state.cursor.value).toBeCloseTo(12);
  });

  it("goes on near where it was after a stall, instead of leaping over what nobody saw", () => {
    paintAfter(1000 / 60);
    paintAfter(5000);
    expect(state.cursor.value).toBeLessThanOrEqual(1.1);
  });
});
