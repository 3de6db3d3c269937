/** The column of panels: what is selected and the curves, or what the log says of the samples, a file of its own that is loaded when it is first shown. */
import type { JSX } from "preact";
import * as state from "../state";
import type { Panel } from "../url";
import { Overview } from "./curves_panel";
import { Loaded, partFrom } from "./part";

const insight = partFrom(() => import("../insight/index"));
/** What was shown of the insight last. */
let last: Panel = "events";

export function Panels({ reel }: { reel: state.Reel }): JSX.Element {
  const shown = state.panel.value;
  if (shown !== "overview") last = shown;
  const choice = (panel: Panel, words: string, chosen: boolean): JSX.Element => (
    <label>
      <input type="radio" name="panel" checked={chosen} onChange={() => (state.panel.value = panel)} />
      {words}
    </label>
  );
  return (
    <aside class="panel curves" aria-label="Selection, curves and insight">
      <div class="segments two" role="radiogroup" aria-label="Panels">
        {choice("overview", "Overview", shown === "overview")}
        {choice(last, "Insight", shown !== "overview")}
      </div>
      {shown === "overview" ? (
        <Overview reel={reel} />
      ) : (
        <Loaded part={insight}>{({ InsightPanel }) => <InsightPanel reel={reel} shown={shown} />}</Loaded>
      )}
    </aside>
  );
}
