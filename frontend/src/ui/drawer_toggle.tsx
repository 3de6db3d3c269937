import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import * as state from "../state";
import { Icon } from "./icons";

/** Opens and closes the column of panels where it has no room beside the picture. */
export function DrawerToggle({ children }: { children: ComponentChildren }): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useSignalEffect(() => {
    const open = state.drawerOpen.value;
    const had = document.activeElement;
    // What had the focus goes with the drawer.
    if (wasOpen.current && !open && (had === document.body || had?.closest(".curves") != null)) button.current?.focus();
    wasOpen.current = open;
  });
  return (
    <button
      ref={button}
      type="button"
      class="drawer-toggle"
      aria-expanded={state.drawerOpen.value}
      onClick={() => (state.drawerOpen.value = !state.drawerOpen.value)}
    >
      <Icon name="panel" /> {children}
    </button>
  );
}
