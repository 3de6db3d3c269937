/** The page around the film: the tab without what needs a server. */
import type { JSX } from "preact";
import { plural } from "../format";
import { methodLabel } from "../methods";
import * as state from "../state";
import { Display } from "../ui/display";
import { DrawerToggle } from "../ui/drawer_toggle";
import { Fidelity } from "../ui/fidelity";
import { QueryField } from "../ui/query_field";
import { Stage } from "../ui/stage";
import { Timeline } from "../ui/timeline";
import { Selected } from "./selected";

function Header({ reel }: { reel: state.Reel }): JSX.Element {
  const { place, probe, film, steps } = reel;
  const facts = [methodLabel(film.method, probe.methods), plural(probe.n_samples, "sample"), plural(steps.length, "step")];
  return (
    <header class="top">
      <h1 class="page-title">{place.tag === "probe" ? place.run : `${place.run} · ${place.tag}`}</h1>
      <span class="summary">{facts.join(" · ")}</span>
      <span class="spacer" />
      <QueryField />
      <span class="faint page-maker">Time Travel</span>
      <DrawerToggle>Samples</DrawerToggle>
    </header>
  );
}

export function Page(): JSX.Element {
  const reel = state.reel.value;
  if (reel === null) {
    return (
      <main class="centre" role="alert">
        {state.refusal.value ?? "Opening the film …"}
      </main>
    );
  }
  return (
    <div class={state.drawerOpen.value ? "app drawer-open" : "app"}>
      <Header reel={reel} />
      <Display reel={reel} />
      <main class="middle">
        {state.refusal.value !== null && (
          <div class="notice alert" role="alert">
            {state.refusal}
          </div>
        )}
        <Stage reel={reel} />
      </main>
      <aside class="panel curves" aria-label="Selection and fidelity">
        <Selected reel={reel} />
        <Fidelity reel={reel} />
      </aside>
      <Timeline reel={reel} />
    </div>
  );
}
