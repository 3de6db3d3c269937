/** What a pointer does to a picture: hover, click, move, zoom, draw a box or a lasso. */
import type { ReadonlySignal } from "@preact/signals";
import { aspectOf, panBy, project, type View, zoomAt } from "./camera";
import { pick } from "./engine/pick";
import type { Drawn } from "./painter";
import { beginOutline, cancelOutline, click, endOutline, extendOutline } from "./selecting";
import { dragOf, howOfClick } from "./selection";
import * as state from "./state";

const PICK_RADIUS = 10; // CSS pixels
const DRAG_THRESHOLD = 3; // CSS pixels: below it a press is a click
const ZOOM_PER_PIXEL = 0.0016; // a notch of a wheel is about 100 pixels: 17 %
const PIXELS_PER_LINE = 16;

const MOVING = { tool: "pan", how: "replace" } as const;

interface Press {
  x: number;
  y: number;
  moved: boolean;
  readonly drag: ReturnType<typeof dragOf>;
}

/** A picture that is pointed at. */
export interface Target {
  readonly extent: readonly number[];
  readonly drawn: ReadonlySignal<Drawn | null>;
  /** From a sample of this picture to one of the first film; null where it is not there. */
  sampleOf(picked: number): number | null;
  /** Boxes and lassos are drawn on it; else every drag moves the picture. */
  readonly outlines: boolean;
}

/** Attach pointer behaviour to a canvas; returns what detaches it. */
export function listen(canvas: HTMLCanvasElement, { extent, drawn, sampleOf, outlines }: Target): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let press: Press | null = null;
  let pending: { x: number; y: number } | null = null;
  let frame = 0;

  const at = (event: MouseEvent): { x: number; y: number } => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const view = (): View => ({ width: canvas.clientWidth, height: canvas.clientHeight, aspect: aspectOf(extent) });
  const fractionAt = ({ x, y }: { x: number; y: number }): [u: number, v: number] => {
    const { scaleX, scaleY, offsetX, offsetY } = project(state.camera.peek(), view());
    return [(x - offsetX) / scaleX, (y - offsetY) / scaleY];
  };
  const pickAt = ({ x, y }: { x: number; y: number }): number | null => {
    const shown = drawn.peek();
    const picked = shown === null ? null : pick(shown.scene, x * shown.ratio, y * shown.ratio, PICK_RADIUS * shown.ratio);
    return picked === null ? null : sampleOf(picked);
  };
  const hover = (): void => {
    frame = 0;
    if (pending !== null) state.hovered.value = pickAt(pending);
  };

  canvas.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      press = { ...at(event), moved: false, drag: outlines ? dragOf(state.tool.peek(), event) : MOVING };
    },
    { signal },
  );
  canvas.addEventListener(
    "pointermove",
    (event) => {
      const { x, y } = at(event);
      if (press === null) {
        pending = { x, y };
        if (frame === 0) frame = requestAnimationFrame(hover);
        return;
      }
      if (!press.moved && Math.hypot(x - press.x, y - press.y) < DRAG_THRESHOLD) return;
      state.hovered.value = null;
      const { tool, how } = press.drag;
      if (tool === "pan") {
        state.camera.value = panBy(state.camera.peek(), view(), x - press.x, y - press.y);
        press = { ...press, x, y, moved: true };
        return;
      }
      if (!press.moved) beginOutline(tool, how, ...fractionAt(press));
      extendOutline(...fractionAt({ x, y }));
      press.moved = true;
    },
    { signal },
  );
  canvas.addEventListener(
    "pointerup",
    (event) => {
      if (press?.moved === false) click(pickAt(at(event)), howOfClick(event));
      endOutline();
      press = null;
    },
    { signal },
  );
  canvas.addEventListener(
    "pointercancel",
    () => {
      cancelOutline();
      press = null;
    },
    { signal },
  );
  canvas.addEventListener(
    "pointerleave",
    () => {
      pending = null;
      state.hovered.value = null;
    },
    { signal },
  );
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { x, y } = at(event);
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * PIXELS_PER_LINE : event.deltaY;
      state.camera.value = zoomAt(state.camera.peek(), view(), Math.exp(-pixels * ZOOM_PER_PIXEL), x, y);
    },
    { signal, passive: false },
  );
  return () => {
    controller.abort();
    cancelAnimationFrame(frame);
  };
}
