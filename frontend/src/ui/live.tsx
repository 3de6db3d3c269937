import type { JSX } from "preact";
import * as actions from "../actions";
import { isTraining } from "../live";
import * as state from "../state";

/** Shown once new steps arrive: whether the newest one is followed. */
export function LiveToggle(): JSX.Element | null {
  if (!isTraining.value) return null;
  return (
    <button
      type="button"
      class="quiet live"
      aria-pressed={state.live.value}
      title={
        state.live.value
          ? "The newest step is shown as soon as a film has it; moving the cursor stops this"
          : "Go to the newest step and stay there as films with newer ones come"
      }
      onClick={actions.toggleLive}
    >
      <span class="live-dot" aria-hidden="true" />
      Live
    </button>
  );
}
