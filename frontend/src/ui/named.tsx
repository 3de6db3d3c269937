import type { JSX } from "preact";
import { colourOfClass } from "../class_colours";
import * as state from "../state";

/** A class by its colour and name. */
export function Named({ kind, names }: { kind: number; names: readonly string[] }): JSX.Element {
  return (
    <span class="named">
      <span class="swatch" style={{ "--swatch": colourOfClass(kind) }} />
      <span class="named-name">{state.className(kind, names)}</span>
    </span>
  );
}
