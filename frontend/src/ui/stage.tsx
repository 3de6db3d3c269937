/** The picture, and what a pointer does to it. */
import { computed, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { fitCamera } from "../actions";
import { panBy, project, type View, zoomAt } from "../camera";
import { pick } from "../engine/pick";
import { formatCount, plural } from "../format";
import { drawn, Painter, type Size } from "../painter";
import { aspectOf } from "../picture";
import { beginOutline, cancelOutline, click, endOutline, extendOutline } from "../selecting";
import { dragOf, howOfClick } from "../selection";
import * as state from "../state";
import { ClassNames } from "./class_names";
import { Icon } from "./icons";
import { Overlay } from "./overlay";
import { OutlineView, Tools } from "./tools";
import { Tooltip } from "./tooltip";

const PICK_RADIUS = 10; // CSS pixels
const DRAG_THRESHOLD = 3; // CSS pixels: below it a press is a click
const ZOOM_PER_PIXEL = 0.0016; // a notch of a wheel is about 100 pixels: 17 %
const PIXELS_PER_LINE = 16;

interface Press {
  x: number;
  y: number;
  moved: boolean;
  readonly drag: ReturnType<typeof dragOf>;
}

/** Attach pointer behaviour to the canvas; returns what detaches it. */
function listen(canvas: HTMLCanvasElement, reel: state.Reel): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let press: Press | null = null;
  let pending: { x: number; y: number } | null = null;
  let frame = 0;

  const at = (event: MouseEvent): { x: number; y: number } => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const view = (): View => ({ width: canvas.clientWidth, height: canvas.clientHeight, aspect: aspectOf(reel.film.extent) });
  const fractionAt = ({ x, y }: { x: number; y: number }): [u: number, v: number] => {
    const { scaleX, scaleY, offsetX, offsetY } = project(state.camera.peek(), view());
    return [(x - offsetX) / scaleX, (y - offsetY) / scaleY];
  };
  const pickAt = ({ x, y }: { x: number; y: number }): number | null => {
    const shown = drawn.peek();
    return shown === null ? null : pick(shown.scene, x * shown.ratio, y * shown.ratio, PICK_RADIUS * shown.ratio);
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
      press = { ...at(event), moved: false, drag: dragOf(state.tool.peek(), event) };
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

function describe(reel: state.Reel): string {
  const sample = state.selected.value;
  const { count } = state.selection.value;
  const focus = sample === null ? "" : ` Sample ${reel.samples.id[sample]} is in focus.`;
  const chosen = count === 0 ? focus : ` ${plural(count, "sample")} selected.${focus}`;
  return `${formatCount(reel.samples.n)} samples as dots over the model's decision regions, step ${state.step.value}, coloured by ${state.colour.value}.${chosen}`;
}

function Badges({ reel }: { reel: state.Reel }): JSX.Element {
  return (
    <div class="badges">
      {state.isPreview.value && (
        <span
          class="badge"
          title="Two principal components of all steps. The fitted film keeps neighbours better and shows how well."
        >
          Preview
        </span>
      )}
      {!state.bothFramesLoaded.value && (
        <span class="badge" role="status">
          {reel.frames.failure(state.nearest.value) ?? "loading"}
        </span>
      )}
    </div>
  );
}

export function Stage({ reel }: { reel: state.Reel }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal<Size>({ width: 0, height: 0 });
  const label = useMemo(() => computed(() => describe(reel)), [reel]);
  const choice = state.rendererChoice.value;
  const trouble = useSignal<string | null>(null);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      // A hidden tab is measured as flat; keeping the last size spares a redraw on return.
      if (width > 0 && height > 0) size.value = { width, height };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (canvas.current === null) return;
    try {
      const painter = new Painter(canvas.current, size);
      return () => painter.destroy();
    } catch (error) {
      trouble.value = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }, [choice]);

  useEffect(() => (canvas.current === null ? undefined : listen(canvas.current, reel)), [reel, choice]);

  useSignalEffect(() => {
    if (canvas.current !== null)
      canvas.current.style.cursor = state.hovered.value !== null ? "pointer" : state.tool.value === "pan" ? "grab" : "crosshair";
  });

  return (
    <div class="stage" ref={box}>
      <canvas key={choice} ref={canvas} class="picture" role="img" aria-label={label} />
      <Overlay reel={reel} />
      <OutlineView reel={reel} size={size} />
      <ClassNames reel={reel} />
      <Badges reel={reel} />
      <Tools />
      <button type="button" class="quiet fit-view" aria-label="Fit view" title="Fit the whole picture (F)" onClick={fitCamera}>
        <Icon name="fit" />
      </button>
      <Tooltip reel={reel} />
      {trouble.value !== null && (
        <div class="centre" role="alert">
          {trouble}
        </div>
      )}
    </div>
  );
}
