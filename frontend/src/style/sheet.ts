/** The style sheet, in the order in which later rules win. */
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
import query from "./query.css";
import selecting from "./selecting.css";
import stage from "./stage.css";
import states from "./states.css";
import time from "./time.css";
import timeline from "./timeline.css";
import tokens from "./tokens.css";
import tooltip from "./tooltip.css";

export const sheet = [
  uplot,
  tokens,
  base,
  controls,
  layout,
  display,
  finding,
  stage,
  beside,
  states,
  timeline,
  time,
  curves,
  tooltip,
  help,
  selecting,
  query,
  exporting,
  narrow,
].join("\n");
