/** What is drawn over the picture of either renderer, in step with it: trails of the selection, lines to neighbours. */
import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { resize } from "../engine/canvas";
import { paintLines, paintPairs } from "../engine/lines";
import { TrailPainter } from "../engine/trails";
import { nearest } from "../neighbors";
import { drawn } from "../painter";
import { partners } from "../sample_columns";
import { joined, trailed } from "../selecting";
import * as state from "../state";

/** Of these and the one under the pointer. */
function joinedNow(): readonly number[] {
  const hovered = state.hovered.value;
  return hovered === null || joined.value.includes(hovered) ? joined.value : [...joined.value, hovered];
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
    const from = partner === null ? [] : joinedNow();
    element.hidden = !hasTrails && !hasLines && from.length === 0;
    if (element.hidden || scene.samples !== reel.samples) return;
    const context = element.getContext("2d");
    if (context === null) return;
    resize(element, scene);
    context.clearRect(0, 0, scene.width, scene.height);
    if (hasTrails) {
      // The instant that was drawn, which the cursor may have left already.
      painter.paint(context, scene, ratio, trailed.value, shown.cursor, state.trailLength.value, (index) => {
        const frame = reel.frames.get(index);
        if (frame === undefined) state.framesVersion.value; // painted again when it is here
        return frame;
      });
    }
    const style = getComputedStyle(element);
    if (partner !== null) paintPairs(context, scene, ratio, from, partner, style.getPropertyValue("--neighbor-space"));
    if (hasLines) paintLines(context, scene, ratio, focus, nearest.value, (name) => style.getPropertyValue(name));
  });
  return (
    <div class="overlay" aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  );
}
