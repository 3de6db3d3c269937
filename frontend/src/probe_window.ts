/** A window into the state for browser tests and bug reports; it reads and never writes. */
import { meter } from "./meter";
import { drawnBeside, isBehind } from "./painter";
import { patch } from "./refine";
import * as state from "./state";

export interface Snapshot {
  readonly phase: state.Phase | "unreachable";
  readonly run: string | null;
  readonly tag: string | null;
  readonly film: string | null;
  /** The film beside, once it is drawn. */
  readonly beside: string | null;
  readonly cursor: number;
  readonly step: number | null;
  readonly playing: boolean;
  /** Samples selected. */
  readonly selected: number;
  readonly loadedFrames: number;
  readonly nFrames: number;
  readonly renderer: "webgl" | "cpu" | null;
  /** Milliseconds of the page's JavaScript, median over the last pictures. */
  readonly jsMsPerFrame: number;
  /** Milliseconds of painting, on whichever thread, likewise. */
  readonly paintMsPerFrame: number;
  readonly drawnFrames: number;
  /** Whether the visible part of the territory is drawn finer. */
  readonly refined: boolean;
}

export interface TimeTravelWindow {
  /** The frames under the cursor are drawn, or there is no film to draw. */
  readonly ready: boolean;
  /** What is on screen is what should be there now; of a film that plays, about. */
  readonly painted: boolean;
  state(): Snapshot;
}

declare global {
  interface Window {
    __timetravel?: TimeTravelWindow;
  }
}

const snapshot = (): Snapshot => ({
  phase: state.unreachable.peek() === null ? state.phase.peek() : "unreachable",
  run: state.place.peek()?.run ?? null,
  tag: state.place.peek()?.tag ?? null,
  film: state.reel.peek()?.film.film ?? null,
  beside: drawnBeside.peek() === null ? null : (state.beside.peek()?.film.film ?? null),
  cursor: state.cursor.peek(),
  step: state.step.peek(),
  playing: state.playing.peek(),
  selected: state.selection.peek().count,
  loadedFrames: state.reel.peek()?.frames.size ?? 0,
  nFrames: state.count.peek(),
  renderer: state.rendererKind.peek(),
  jsMsPerFrame: meter.script.median(),
  paintMsPerFrame: meter.painting.median(),
  drawnFrames: meter.frames,
  refined: patch.peek() !== null,
});

const isPainted = (): boolean => state.playing.peek() || !isBehind();

export function exposeForTests(): void {
  window.__timetravel = {
    get ready() {
      if (state.phase.peek() === "loading") return false;
      if (state.reel.peek() === null) return (state.probe.peek()?.film ?? null) === null;
      return state.bothFramesLoaded.peek() && meter.frames > 0 && isPainted();
    },
    get painted() {
      return isPainted();
    },
    state: snapshot,
  };
}
