/** Sends both films to steps of their own. */
import { batch } from "@preact/signals";
import { goTo } from "./actions";
import { besideInstant } from "./beside";
import * as state from "./state";
import { cursorAt } from "./timeline";

/** The first film to a step, and the film beside to one: held there, unless it stands there by itself. */
export function standAt(step: number, withStep: number): void {
  const steps = state.beside.peek()?.steps ?? [];
  batch(() => {
    goTo(step);
    state.held.value = null;
    if (besideInstant.value.nearest !== Math.round(cursorAt(withStep, steps))) state.held.value = withStep;
  });
}
