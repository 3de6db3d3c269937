/** Keys. They rest while a person types, and Space and Enter stay with a focused button. `help/keys.tsx` lists them for a person. */
import * as actions from "./actions";
import { toggleBeside } from "./beside";
import { choose, cycleNeighborLines, selectSeen, toggleTrails } from "./selecting";
import * as state from "./state";

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
    x: () => selectSeen(shiftKey ? "add" : "replace"),
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
