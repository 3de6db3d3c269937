/** Says once, to whoever opens the tab for the first time, what there is to see. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import * as state from "../state";

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
        {state.nClasses.value > 0 && ", in the colour of its label"}; near dots are alike to the model.{" "}
        {state.reel.value?.film.territory.source !== "none" && (
          <>
            <strong>An area</strong> is what the model would predict there.
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
