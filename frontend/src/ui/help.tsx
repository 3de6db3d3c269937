import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { KEYS } from "../keyboard";
import * as state from "../state";
import { Icon } from "./icons";

export function Help(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = state.helpOpen.value;
  useEffect(() => {
    if (open && dialog.current?.open === false) dialog.current.showModal();
    if (!open && dialog.current?.open === true) dialog.current.close();
  }, [open]);
  const close = (): void => {
    state.helpOpen.value = false;
  };
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={close}>
      <header>
        <h2 id="help-title">Keys and gestures</h2>
        <button type="button" class="quiet" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <dl>
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt>Picture</dt>
          <dd>wheel zooms at the pointer, drag pans, hover shows a sample, click keeps it</dd>
        </div>
        <div>
          <dt>Select</dt>
          <dd>
            click selects a sample, Shift-drag those in a box, Alt+Shift-drag those in a lasso; Ctrl or ⌘ adds, Alt takes away (on
            a click, or with the box and lasso tools)
          </dd>
        </div>
        <div>
          <dt>Curves</dt>
          <dd>press or drag to go to a step</dd>
        </div>
        <div>
          <dt>Timeline</dt>
          <dd>hover looks at a step, A and B are dragged to loop a part</dd>
        </div>
        <div>
          <dt>Legend</dt>
          <dd>click hides a class, Alt and click isolates it, its swatch gives it another colour; ↑ ↓ go through them</dd>
        </div>
      </dl>
      <p class="faint">
        Between two steps dots move in straight lines; every number comes from the nearest real step. Dots of later splits are
        diamonds and squares; of more than twenty classes, shape and colour together name the class.
      </p>
    </dialog>
  );
}
