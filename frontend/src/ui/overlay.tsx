/** What is drawn over the picture of either renderer, in step with it: trails of the selection, lines to neighbours. */
import { computed, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { positionOf } from "../engine/pick";
import type { Scene } from "../engine/scene";
import { MOST_TRAILS, TrailPainter } from "../engine/trails";
import { inPlane, inSpace } from "../neighbors";
import { drawn } from "../painter";
import { isSelected, positionsOf } from "../selection";
import * as state from "../state";

/** Samples with a trail: the selection, or its first so many. */
const trailed = computed(() => {
  const selection = state.selection.value;
  const focus = state.selected.value;
  if (focus !== null && !isSelected(selection, focus)) return Uint32Array.of(focus);
  return positionsOf(selection).subarray(0, MOST_TRAILS);
});

function paintLines(
  context: CanvasRenderingContext2D,
  scene: Scene,
  ratio: number,
  from: number,
  to: readonly number[],
  style: string,
): void {
  const start = positionOf(scene, from);
  context.strokeStyle = style;
  context.beginPath();
  for (const sample of to) {
    const end = positionOf(scene, sample);
    context.moveTo(start.x, start.y);
    context.lineTo(end.x, end.y);
  }
  context.lineWidth = 2 * ratio;
  context.stroke();
}

function paintNeighbors(context: CanvasRenderingContext2D, scene: Scene, ratio: number, style: CSSStyleDeclaration): void {
  const focus = state.selected.value;
  const shown = state.neighborLines.value;
  if (focus === null || focus >= scene.samples.n || shown === "none") return;
  if (shown !== "plane" && inSpace.value !== null) {
    paintLines(context, scene, ratio, focus, inSpace.value, style.getPropertyValue("--neighbor-space"));
  }
  if (shown !== "space" && inPlane.value !== null) {
    context.setLineDash([4 * ratio, 4 * ratio]);
    paintLines(context, scene, ratio, focus, inPlane.value, style.getPropertyValue("--neighbor-plane"));
    context.setLineDash([]);
  }
}

export function Overlay({ reel }: { reel: state.Reel }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useMemo(() => new TrailPainter(), [reel]);
  useSignalEffect(() => {
    const element = canvas.current;
    const shown = drawn.value;
    if (element === null || shown === null) return;
    const { scene, ratio } = shown;
    const hasTrails = state.trailsShown.value && trailed.value.length > 0;
    const hasLines = state.neighborLines.value !== "none" && state.selected.value !== null;
    element.hidden = !hasTrails && !hasLines;
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
    if (hasLines) paintNeighbors(context, scene, ratio, getComputedStyle(element));
  });
  return (
    <div class="overlay" aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  );
}
