import { afterEach, describe, expect, it } from "vitest";
import { besideInstant } from "../src/beside";
import { standAt } from "../src/stand_at";
import * as state from "../src/state";

/** As much of a film as time needs. */
const reelOf = (steps: number[]): state.Reel =>
  ({ steps, film: { steps: steps.map((step) => ({ step, accuracy: null })) } }) as unknown as state.Reel;

const nearestBeside = (): number | undefined => state.beside.value?.steps[besideInstant.value.nearest];

afterEach(() => {
  state.held.value = null;
  state.beside.value = null;
  state.reel.value = null;
});

describe("two films sent to steps of their own", () => {
  it("stand there, and the one beside is held while the first moves on", () => {
    state.reel.value = reelOf([0, 10, 20]);
    state.beside.value = reelOf([0, 5, 10, 15]);
    standAt(10, 15);
    expect([state.step.value, nearestBeside(), state.held.value]).toEqual([10, 15, 15]);
    state.seek(0);
    expect(nearestBeside()).toBe(15);
    state.held.value = null;
    expect(nearestBeside()).toBe(0);
  });

  it("are not held where the film beside stands there by itself", () => {
    state.reel.value = reelOf([0, 10, 20]);
    state.beside.value = reelOf([0, 5, 10, 15]);
    standAt(10, 15);
    standAt(10, 10);
    expect([state.step.value, nearestBeside(), state.held.value]).toEqual([10, 10, null]);
  });

  it("go to the nearest steps that the films have", () => {
    state.reel.value = reelOf([0, 10, 20]);
    state.beside.value = reelOf([0, 8]);
    standAt(14, 5);
    expect([state.step.value, nearestBeside()]).toEqual([10, 8]);
  });
});
