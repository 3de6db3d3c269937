import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import * as state from "../state";
import { Icon } from "./icons";
import { Loaded, partFrom } from "./part";

const keys = partFrom(() => import("../help/keys"));

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
      {open && <Loaded part={keys}>{({ Keys }) => <Keys />}</Loaded>}
    </dialog>
  );
}
