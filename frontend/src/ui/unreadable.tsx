import type { JSX } from "preact";
import { plural } from "../format";
import * as state from "../state";
import { Popover } from "./popover";

/** Damaged or newer stores, and logs of which no film can be made: listed instead of hidden. */
export function Unreadable(): JSX.Element | null {
  const broken = state.listing.value?.unreadable ?? [];
  if (broken.length === 0) return null;
  return (
    <Popover label={`${plural(broken.length, "log")} cannot be played`} className="unreadable">
      <Reasons />
    </Popover>
  );
}

/** Which those are, and why. */
export function Reasons(): JSX.Element {
  return (
    <ul>
      {(state.listing.value?.unreadable ?? []).map(({ run, tag, error }) => (
        <li key={`${run}\n${tag ?? ""}`}>
          <b>{tag === null || tag === "" ? run : `${run} / ${tag}`}</b>: {error}
        </li>
      ))}
    </ul>
  );
}
