/** What runs in the page that `timetravel export` writes: the film's own modules, fed from the document. */
import { render as mount } from "preact";
import { keepColumns } from "../columns";
import { connectHost } from "../host";
import { insight as workedOut } from "../insight_job";
import { listenToKeys } from "../keyboard";
import { keepFilmOpen } from "../loader";
import { runPlayback } from "../playback";
import { exposeForTests } from "../probe_window";
import { followQuery } from "../query/ask";
import { keepSampleColumns } from "../sample_columns";
import { keepSelection } from "../selecting";
import * as state from "../state";
import { pageSheet } from "../style/sheet";
import { Page } from "./app";
import { facts } from "./embedded";
import css from "./page.css";

function openDocument(): void {
  const { probe, insight } = facts();
  state.listing.value = { runs: [], unreadable: [], can_fit: false, cannot_fit: null };
  state.fit.value = probe.fit;
  state.place.value = { run: probe.run, tag: probe.tag };
  state.probe.value = probe;
  workedOut.value = insight;
}

function start(root: HTMLElement): void {
  const adopted = new CSSStyleSheet();
  adopted.replaceSync(pageSheet() + css);
  document.adoptedStyleSheets = [adopted];
  connectHost({
    onTheme: (dark) => {
      document.documentElement.dataset.theme = dark ? "dark" : "light";
      state.dark.value = dark;
    },
    onHash: () => undefined,
    onReload: () => undefined,
  });
  const motion = window.matchMedia("(prefers-reduced-motion: reduce)");
  const tellMotion = (): void => {
    state.reducedMotion.value = motion.matches;
  };
  motion.addEventListener("change", tellMotion);
  tellMotion();
  openDocument();
  mount(<Page />, root);
  keepFilmOpen();
  keepSelection();
  followQuery();
  keepSampleColumns();
  keepColumns();
  runPlayback();
  listenToKeys();
  exposeForTests();
}

try {
  start(document.body.appendChild(document.createElement("div")));
} catch (error) {
  const words = document.createElement("p");
  words.setAttribute("role", "alert");
  words.textContent = `This film does not open: ${error instanceof Error ? error.message : String(error)}`;
  document.body.append(words);
}
