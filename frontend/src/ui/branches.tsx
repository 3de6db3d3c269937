/** Where the present run is one of a tree: its branches, in a part of their own. */
import type { JSX } from "preact";
import * as state from "../state";
import { Loaded, partFrom } from "./part";

const part = partFrom(() => import("../branches/panel"));

export function Branches(): JSX.Element | null {
  const probe = state.probe.value;
  if (probe?.has_branches !== true) return null;
  return (
    <div class="branches">
      <Loaded part={part}>{({ BranchTree }) => <BranchTree probe={probe} />}</Loaded>
    </div>
  );
}
