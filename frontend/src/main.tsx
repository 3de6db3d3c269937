import { effect } from "@preact/signals";
import { render as mount } from "preact";
import { keepBeside } from "./beside";
import { keepColumns } from "./columns";
import { keepCurves } from "./curves";
import { keepDifference } from "./difference_at";
import { connectHost } from "./host";
import { followInsight } from "./insight_job";
import { listenToKeys } from "./keyboard";
import { applyLink, keepLink } from "./link";
import { keepLive } from "./live";
import { keepFilmOpen } from "./loader";
import { followNeighbors } from "./neighbors";
import { runPlayback } from "./playback";
import { exposeForTests } from "./probe_window";
import { followQuery } from "./query/ask";
import { keepSampleColumns } from "./sample_columns";
import { followSaved } from "./saved";
import { keepSelection } from "./selecting";
import * as state from "./state";
import { tabSheet } from "./style/sheet";
import { App } from "./ui/app";
import { Watch } from "./watch";

export * from "./lent";

function followReducedMotion(): () => void {
  const query = window.matchMedia("(prefers-reduced-motion: reduce)");
  const tell = (): void => {
    state.reducedMotion.value = query.matches;
  };
  tell();
  query.addEventListener("change", tell);
  return () => query.removeEventListener("change", tell);
}

export function start(root: HTMLElement): void {
  document.documentElement.lang = "en";
  document.title = "Time Travel";
  const adopted = new CSSStyleSheet();
  adopted.replaceSync(tabSheet());
  document.adoptedStyleSheets = [adopted];

  const host = connectHost({
    onTheme: (dark) => {
      // Set before the signal: charts read their colours from the style.
      document.documentElement.dataset.theme = dark ? "dark" : "light";
      state.dark.value = dark;
    },
    onHash: applyLink,
    onReload: () => {
      state.reloads.value++;
    },
  });
  applyLink(host.hash());
  mount(<App />, root);

  const watch = new Watch();
  const stops = [
    () => watch.destroy(),
    followReducedMotion(),
    keepFilmOpen(),
    keepSelection(),
    followQuery(),
    followNeighbors(),
    followSaved(),
    followInsight(),
    keepSampleColumns(),
    keepColumns(),
    keepBeside(),
    keepDifference(),
    keepCurves(),
    keepLive(),
    runPlayback(),
    listenToKeys(),
    keepLink(host),
    effect(() => {
      document.title = state.place.value === null ? "Time Travel" : `${state.place.value.run} · Time Travel`;
    }),
    () => host.destroy(),
  ];
  exposeForTests();
  window.addEventListener(
    "pagehide",
    () => {
      for (const stop of stops.splice(0)) stop();
    },
    { once: true },
  );
}
