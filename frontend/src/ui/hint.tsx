/** Says once, to whoever opens the tab for the first time, what there is to see. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import * as state from "../state";

const AREAS = {
  head: "what the model would predict there",
  surrogate: "what the model would predict there",
  labels: "where samples of that label lie",
  none: null,
};

const SEEN = "timetravel.hint-seen";

function wasSeen(): boolean {
  try {
    return localStorage.getItem(SEEN) !== null;
  } catch {
    return true; // where nothing can be kept, it would come back each time
  }
}

export function Hint(): JSX.Element | null {
  const seen = useSignal(wasSeen());
  if (seen.value) return null;
  const area = AREAS[state.reel.value?.film.territory.source ?? "none"];
  const dismiss = (): void => {
    seen.value = true;
    try {
      localStorage.setItem(SEEN, "1");
    } catch {
      // then it is gone for this visit
    }
  };
  return (
    <aside class="hint" aria-label="What this is">
      <p>
        <strong>A dot is a sample</strong>
        {state.nClasses.value > 0 && `, in the colour of its ${state.labelled.value ? "label" : "prediction"}`}; near dots are
        alike to the model.{" "}
        {area !== null && (
          <>
            <strong>An area</strong> is {area}.
          </>
        )}
        {state.count.value > 1 && " Space plays the training."}
      </p>
      <button type="button" onClick={dismiss}>
        Got it
      </button>
    </aside>
  );
}
