/** The column of panels: what is selected and the curves, or what the log says of the samples, a file of its own that is loaded when it is first shown. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { messageOf } from "../format";
import * as state from "../state";
import type { Panel } from "../url";
import { Overview } from "./curves_panel";

const insight = signal<typeof import("../insight/index") | null>(null);
const trouble = signal<string | null>(null);
/** What was shown of the insight last. */
let last: Panel = "events";

function load(): void {
  trouble.value = null;
  import("../insight/index").then(
    (found) => (insight.value = found),
    (error: unknown) => (trouble.value = messageOf(error)),
  );
}

type Shown = Exclude<Panel, "overview">;

function Insight({ reel, shown }: { reel: state.Reel; shown: Shown }): JSX.Element {
  useEffect(() => {
    if (insight.peek() === null) load();
  }, []);
  if (insight.value !== null) return <insight.value.InsightPanel reel={reel} shown={shown} />;
  if (trouble.value === null) return <p role="status">Loading</p>;
  return (
    <p role="alert">
      It does not load: {trouble}.{" "}
      <button type="button" onClick={load}>
        Try again
      </button>
    </p>
  );
}

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
      {shown === "overview" ? <Overview reel={reel} /> : <Insight reel={reel} shown={shown} />}
    </aside>
  );
}
