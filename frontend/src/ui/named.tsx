import type { JSX } from "preact";
import { colourOfClass } from "../class_colours";
import * as state from "../state";

/** A class by its colour and name. */
export function Named({ kind, names }: { kind: number; names: readonly string[] }): JSX.Element {
  const name = state.className(kind, names);
  return (
    <span class="named" title={name}>
      <span class="swatch" style={{ "--swatch": colourOfClass(kind) }} />
      <span class="named-name">{name}</span>
    </span>
  );
}
