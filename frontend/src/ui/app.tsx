import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import * as state from "../state";
import { Beside } from "./beside";
import { Branches } from "./branches";
import { Display } from "./display";
import { Header } from "./header";
import { Help } from "./help";
import { Notices } from "./notices";
import { Panels } from "./panels";
import { Stage } from "./stage";
import { NoFilm } from "./states";
import { Timeline } from "./timeline";

const SAY_EVERY_MS = 1000; // screen readers cannot follow a playing film step by step

/** Tells screen readers where the film stands. */
function LiveRegion(): JSX.Element {
  const said = useSignal("");
  const words = useComputed(() => {
    if (state.reel.value === null) return "";
    if (state.playing.value) return state.waiting.value ? "Buffering" : "Playing";
    return `Step ${state.step.value}`;
  });
  useSignalEffect(() => {
    const next = words.value;
    const timer = setTimeout(() => (said.value = next), SAY_EVERY_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div class="sr" role="status" aria-live="polite">
      {said}
    </div>
  );
}

export function App(): JSX.Element {
  const reel = state.reel.value;
  return (
    <div class={`app${reel === null ? " empty" : ""}${state.drawerOpen.value ? " drawer-open" : ""}`}>
      <Header />
      {reel !== null && <Display reel={reel} />}
      <main class="middle">
        <Notices />
        {reel === null ? (
          <NoFilm />
        ) : (
          <div class="films">
            <Stage reel={reel} />
            <Beside />
          </div>
        )}
      </main>
      {reel !== null && <Panels reel={reel} />}
      <Branches />
      {reel !== null && <Timeline key={`${reel.film.film} ${reel.steps.length}`} reel={reel} />}
      <Help />
      <LiveRegion />
    </div>
  );
}
