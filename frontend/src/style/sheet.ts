/** The style sheets of the tab and of an exported page, in the order in which later rules win. */
import uplot from "uplot/dist/uPlot.min.css";
import base from "./base.css";
import beside from "./beside.css";
import controls from "./controls.css";
import curves from "./curves.css";
import display from "./display.css";
import exporting from "./exporting.css";
import finding from "./finding.css";
import help from "./help.css";
import layout from "./layout.css";
import narrow from "./narrow.css";
import notices from "./notices.css";
import overlay from "./overlay.css";
import panel from "./panel.css";
import query from "./query.css";
import rows from "./rows.css";
import selecting from "./selecting.css";
import stage from "./stage.css";
import states from "./states.css";
import time from "./time.css";
import timeline from "./timeline.css";
import tokens from "./tokens.css";
import tooltip from "./tooltip.css";

/** What shows a film, wherever it is. */
const film = [
  tokens,
  base,
  controls,
  layout,
  display,
  finding,
  stage,
  notices,
  timeline,
  time,
  panel,
  tooltip,
  overlay,
  query,
  rows,
];
/** What an exported page has none of: charts, a film beside, fits, pictures of a selection's samples, menus of the header. */
const tabOnly = [uplot, beside, states, curves, help, selecting, exporting];

// Functions, so that what only the tab needs is dropped from the page.
export const tabSheet = (): string => [...film, ...tabOnly, narrow].join("\n");
export const pageSheet = (): string => [...film, narrow].join("\n");
