/** Sends both films to steps of their own. */
import { batch } from "@preact/signals";
import * as tab from "../lent";
import { besideInstant, goTo } from "../lent";
import { cursorAt } from "../timeline";

/** The first film to a step, and the film beside to one: held there, unless it stands there by itself. */
export function standAt(step: number, withStep: number): void {
  const steps = tab.beside.peek()?.steps ?? [];
  batch(() => {
    goTo(step);
    tab.held.value = null;
    if (besideInstant.value.nearest !== Math.round(cursorAt(withStep, steps))) tab.held.value = withStep;
  });
}
