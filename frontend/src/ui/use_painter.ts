import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { messageOf } from "../format";
import { Painter, type Size, type Subject } from "../painter";
import * as state from "../state";

/** The size of an element, in CSS pixels. */
export function useSize(box: RefObject<HTMLElement>): ReadonlySignal<Size> {
  const size = useSignal<Size>({ width: 0, height: 0 });
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
  return size;
}

/** Paint a subject on a canvas, which is another for another renderer; says why where it cannot. */
export function usePainter(
  canvas: RefObject<HTMLCanvasElement>,
  size: ReadonlySignal<Size>,
  subject: Subject,
): ReadonlySignal<string | null> {
  const trouble = useSignal<string | null>(null);
  useEffect(() => {
    if (canvas.current === null) return;
    try {
      const painter = new Painter(canvas.current, size, subject, (words) => {
        trouble.value = words;
      });
      return () => painter.destroy();
    } catch (error) {
      trouble.value = messageOf(error);
      return undefined;
    }
  }, [state.rendererChoice.value]);
  return trouble;
}
