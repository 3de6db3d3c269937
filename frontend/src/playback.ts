/** Moves the cursor while the film plays. One animation loop, running only then. */
import { effect } from "@preact/signals";
import { ServerRefusal } from "./api";
import { columnsReady } from "./columns";
import { isHidden } from "./host";
import { meter } from "./meter";
import * as state from "./state";
import { advance } from "./timeline";

const LONGEST_TICK_S = 0.25; // pictures may come as slowly; after a longer stall the film goes on from where it was

export function runPlayback(): () => void {
  let frame = 0;
  let before = 0;
  // With reduced motion the picture changes only on whole steps, so the clock runs apart from the cursor.
  let clock = 0;

  const tick = (now: number): void => {
    frame = requestAnimationFrame(tick);
    const elapsed = Math.min(LONGEST_TICK_S, (now - before) / 1000);
    before = now;
    const reel = state.reel.peek();
    if (reel === null || isHidden() || state.scrubbing.peek()) return;
    const shown = state.reducedMotion.peek() ? Math.floor(clock) : clock;
    if (shown !== state.cursor.peek()) clock = state.cursor.peek(); // somebody jumped
    const next = advance(clock, elapsed * state.speed.peek(), {
      count: reel.steps.length,
      loop: state.loop.peek(),
      span: state.loopSpan.peek(),
      // A step that the server cannot give is passed over; one that does not come, since nobody answers, is waited for.
      isLoaded: (index) => (reel.frames.has(index) && columnsReady(index)) || reel.frames.failure(index) instanceof ServerRefusal,
    });
    clock = next.cursor;
    state.waiting.value = next.waiting;
    const started = performance.now();
    state.cursor.value = state.reducedMotion.peek() ? Math.floor(clock) : clock;
    meter.spend(performance.now() - started); // what follows the cursor runs inside this write
    if (next.ended) state.playing.value = false;
  };

  const stop = effect(() => {
    cancelAnimationFrame(frame);
    if (!state.playing.value) {
      state.waiting.value = false;
      return;
    }
    clock = state.cursor.peek();
    before = performance.now();
    frame = requestAnimationFrame(tick);
  });
  return () => {
    stop();
    cancelAnimationFrame(frame);
  };
}
