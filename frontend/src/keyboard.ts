/** Keys. They rest while a person types, and Space and Enter stay with a focused button. */
import * as actions from "./actions";
import { toggleBeside } from "./beside";
import { choose, cycleNeighborLines, toggleTrails } from "./selecting";
import * as state from "./state";

export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["Space", "play or pause"],
  ["← →", "previous or next step (with Shift: ten)"],
  ["Home End", "first or last step"],
  [", .", "slower or faster"],
  ["L", "loop"],
  ["[ ]", "loop from here, loop to here"],
  ["\\", "loop the whole film"],
  ["M", "bookmark at this step, on or off"],
  ["{ }", "previous or next bookmark"],
  ["1 … 8", "colour by label, prediction, correctness, confidence, split, flips, fidelity, difference between two films"],
  ["9", "colour by a column of the samples; again: by the next"],
  ["T", "territory on or off"],
  ["O", "outline of territories on or off"],
  ["H", "hatching of doubtful territory on or off"],
  ["A", "class names on or off"],
  ["W", "marks of wrong predictions on or off"],
  ["D", "fidelity of dots: off, fade, ring"],
  ["F", "fit the whole picture"],
  ["+ = -", "zoom in or out"],
  ["Ctrl+←→↑↓", "move over the picture"],
  ["V B Q", "move the picture, select with a box, select with a lasso"],
  ["R", "trails of what is selected"],
  ["N", "lines to the nearest neighbors of the sample in focus: in the representation, in the plane, both"],
  ["C", "another film beside, or one alone"],
  ["S F", "in the list of suspicious samples: suspicious, fine"],
  ["/", "find samples by a query"],
  ["E", "export a picture or a film"],
  ["Esc", "close what lies on top, else clear the selection"],
  ["?", "this help"],
];

const MOVES: Readonly<Record<string, readonly [right: number, up: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
const BRACKETS = ["[", "]", "{", "}", "\\"];

const isTyping = (target: Element): boolean =>
  target.matches("input:not([type=range], [type=checkbox], [type=radio], [type=color]), textarea, select, [contenteditable]");

function actionFor({ key, shiftKey, ctrlKey }: KeyboardEvent): (() => void) | null {
  const move = ctrlKey ? MOVES[key] : undefined;
  if (move !== undefined) return () => actions.moveBy(...move);
  const stride = shiftKey ? 10 : 1;
  const bound: Record<string, () => void> = {
    " ": actions.togglePlaying,
    ArrowLeft: () => actions.stepBy(-stride),
    ArrowRight: () => actions.stepBy(stride),
    PageDown: () => actions.stepBy(-10),
    PageUp: () => actions.stepBy(10),
    Home: actions.goToFirst,
    End: actions.goToLast,
    ",": () => actions.changeSpeed(-1),
    ".": () => actions.changeSpeed(1),
    l: actions.toggleLoop,
    "[": () => actions.setLoopEnd("from", state.nearest.peek()),
    "]": () => actions.setLoopEnd("to", state.nearest.peek()),
    "\\": actions.clearLoopRange,
    m: actions.toggleBookmark,
    "{": () => actions.goToBookmark(-1),
    "}": () => actions.goToBookmark(1),
    e: () => {
      state.exportOpen.value = !state.exportOpen.peek() && state.reel.peek() !== null;
    },
    t: () => actions.toggleSwitch("territory"),
    f: actions.fitCamera,
    "+": () => actions.zoomBy(1),
    "=": () => actions.zoomBy(1),
    "-": () => actions.zoomBy(-1),
    v: () => choose("pan"),
    b: () => choose("box"),
    q: () => choose("lasso"),
    r: toggleTrails,
    n: cycleNeighborLines,
    "/": () => document.querySelector<HTMLInputElement>(".query input")?.focus(),
    o: () => actions.toggleSwitch("contour"),
    h: () => actions.toggleSwitch("doubt"),
    a: () => actions.toggleSwitch("names"),
    w: () => actions.toggleSwitch("wrong"),
    d: actions.nextTrustMark,
    c: toggleBeside,
    "?": () => {
      state.helpOpen.value = !state.helpOpen.peek();
    },
    Escape: actions.clear,
  };
  const mode = actions.colourModeAt(Number(key));
  if (mode !== undefined) return () => actions.colourBy(mode);
  return bound[key] ?? bound[key.toLowerCase()] ?? null;
}

function onKey(event: KeyboardEvent): void {
  const target = event.target instanceof Element ? event.target : document.body;
  // Many keyboards type brackets with AltGr, which reads as Alt, or as Ctrl and Alt.
  const typed =
    (event.altKey && !event.metaKey && BRACKETS.includes(event.key)) || (event.ctrlKey && !event.altKey && event.key in MOVES);
  if ((event.ctrlKey || event.metaKey || event.altKey) && !typed) return;
  if (isTyping(target) && event.key !== "Escape") return;
  if (event.key === " " && target.matches("button, summary, a, input:not([type=range])")) return;
  // Only the film's own slider shares its arrow keys with the film; other sliders and radio groups keep theirs.
  if (/^(Arrow|Home|End|Page)/.test(event.key) && target.matches("input:not(.scrub-input)")) return;
  const action = actionFor(event);
  if (action === null) return;
  event.preventDefault();
  action();
}

export function listenToKeys(): () => void {
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}
