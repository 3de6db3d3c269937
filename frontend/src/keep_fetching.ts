/** Tells a ring where the cursor is, once per step and not once per picture, so that what is shown next is fetched first. */
import { computed, effect, type ReadonlySignal, untracked } from "@preact/signals";
import type { FrameRing } from "./frames";
import type { Span } from "./loop";
import * as state from "./state";
import type { Instant } from "./timeline";

/** `ring` and `span` read signals; `instant` is where its film stands, `span` the steps that playback goes round. */
export function keepFetching(
  ring: () => FrameRing<unknown> | null,
  instant: ReadonlySignal<Instant>,
  span: () => Span | undefined = () => undefined,
): () => void {
  const anchor = computed(() => (state.playing.value ? instant.value.a : instant.value.nearest));
  return effect(() => {
    const open = ring();
    const at = anchor.value;
    const mode = !state.playing.value ? "paused" : state.loop.value ? "looping" : "playing";
    const within = span();
    untracked(() => open?.seek(at, mode, within));
  });
}
