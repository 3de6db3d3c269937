/** What is drawn over the picture of either renderer, in step with it: trails of the selection, lines to neighbours. */
import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { paintLines, paintPairs } from "../engine/lines";
import { TrailPainter } from "../engine/trails";
import { nearest } from "../neighbors";
import { drawn } from "../painter";
import { partners } from "../sample_columns";
import { trailed } from "../selecting";
import { positionsOf } from "../selection";
import * as state from "../state";

const MOST_JOINED = 300; // more lines than that hide the picture

/** Samples from which lines lead to their partners: what is selected, in focus or under the pointer. */
function joinedSamples(): number[] {
  const chosen = [...positionsOf(state.selection.value).subarray(0, MOST_JOINED), state.selected.value, state.hovered.value];
  return [...new Set(chosen)].filter((sample) => sample !== null);
}

export function Overlay({ reel }: { reel: state.Reel }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useMemo(() => new TrailPainter(), [reel]);
  useSignalEffect(() => {
    const element = canvas.current;
    const shown = drawn.value;
    if (element === null || shown === null) return;
    const { scene, ratio } = shown;
    const focus = state.selected.value;
    const hasTrails = state.trailsShown.value && trailed.value.length > 0;
    const hasLines = state.neighborLines.value !== "none" && focus !== null && focus < scene.samples.n;
    const partner = partners();
    const joined = partner === null ? [] : joinedSamples();
    element.hidden = !hasTrails && !hasLines && joined.length === 0;
    if (element.hidden || scene.samples !== reel.samples) return;
    const context = element.getContext("2d");
    if (context === null) return;
    if (element.width !== scene.width) element.width = scene.width;
    if (element.height !== scene.height) element.height = scene.height;
    context.clearRect(0, 0, scene.width, scene.height);
    if (hasTrails) {
      // The instant that was drawn, which the cursor may have left already.
      painter.paint(context, scene, ratio, trailed.value, shown.cursor, state.trailLength.value, (index) =>
        reel.frames.get(index),
      );
    }
    const style = getComputedStyle(element);
    if (partner !== null) paintPairs(context, scene, ratio, joined, partner, style.getPropertyValue("--neighbor-space"));
    if (hasLines) paintLines(context, scene, ratio, focus, nearest.value, (name) => style.getPropertyValue(name));
  });
  return (
    <div class="overlay" aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  );
}
