import type { JSX } from "preact";
import { classColour } from "../palette";
import * as state from "../state";

/** A class by its colour and name. */
export function Named({ kind, names }: { kind: number; names: readonly string[] }): JSX.Element {
  return (
    <span class="named">
      <span class="swatch" style={{ "--swatch": classColour(kind) }} />
      <span class="named-name">{state.className(kind, names)}</span>
    </span>
  );
}
