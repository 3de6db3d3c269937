import type { ComponentChildren, JSX } from "preact";
import * as state from "../state";
import { Icon } from "./icons";

/** Opens and closes the column of panels where it has no room beside the picture. */
export function DrawerToggle({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <button
      type="button"
      class="drawer-toggle"
      aria-expanded={state.drawerOpen.value}
      onClick={() => (state.drawerOpen.value = !state.drawerOpen.value)}
    >
      <Icon name="panel" /> {children}
    </button>
  );
}
