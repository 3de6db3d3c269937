/** From looking to understanding: what the log says of the samples, in tabs of the column of panels. A file of its own in the bundle, loaded when it is first shown. */
import type { JSX } from "preact";
import * as tab from "../lent";
import type { Panel } from "../url";
import cards from "./cards.css";
import { DataMapPanel } from "./data_map_panel";
import { EventsPanel } from "./events_panel";
import { InfluencePanel } from "./influence_panel";
import css from "./insight.css";
import { NearPanel } from "./near_panel";
import { OnlySelected } from "./shared";
import { SuspectsPanel } from "./suspects_panel";

type Shown = Exclude<Panel, "overview">;

const PARTS: Readonly<Record<Shown, readonly [words: string, part: (of: { reel: tab.Reel }) => JSX.Element]>> = {
  events: ["Events", EventsPanel],
  suspicious: ["Suspicious", SuspectsPanel],
  map: ["Data map", DataMapPanel],
  influence: ["Influence", InfluencePanel],
  near: ["Near", NearPanel],
};
const NAMES = Object.keys(PARTS) as Shown[];

tab.adopt(css + cards);

/** Arrows move among the tabs, as in every list of tabs. */
function onKeyDown(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const at = NAMES.indexOf(tab.panel.peek() as Shown);
  const to: Record<string, number> = {
    ArrowRight: (at + 1) % NAMES.length,
    ArrowLeft: (at + NAMES.length - 1) % NAMES.length,
    Home: 0,
    End: NAMES.length - 1,
  };
  const next = NAMES[to[event.key] ?? -1];
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation(); // these keys move the film elsewhere
  tab.panel.value = next;
  event.currentTarget.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
}

export function InsightPanel({ reel, shown }: { reel: tab.Reel; shown: Shown }): JSX.Element {
  const [words, Part] = PARTS[shown];
  return (
    <>
      <div class="insight-tabs" role="tablist" aria-label="Insight" onKeyDown={onKeyDown}>
        {NAMES.map((name) => (
          <button
            key={name}
            type="button"
            id={`tab-${name}`}
            role="tab"
            aria-selected={name === shown}
            aria-controls="insight-part"
            tabIndex={name === shown ? 0 : -1}
            onClick={() => (tab.panel.value = name)}
          >
            {PARTS[name][0]}
          </button>
        ))}
      </div>
      <section id="insight-part" class="insight" role="tabpanel" aria-label={words}>
        {(shown === "events" || shown === "suspicious") && <OnlySelected />}
        <Part reel={reel} />
      </section>
    </>
  );
}
