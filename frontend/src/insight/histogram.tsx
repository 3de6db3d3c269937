/** Bars over the steps of the film, with the playhead; pressing seeks. */
import type { JSX } from "preact";
import { barsOf, barsPath } from "../flips";
import { formatCount } from "../format";
import { cursor, goTo, nearest, useRef, useSignalEffect } from "../lent";

const USUAL_WIDTH = 280; // CSS pixels: how many bars have room

/** Keeps `--at` on an element at the share of the film where the cursor is, without drawing anything anew. */
export function usePlayhead(n: number) {
  const box = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const last = Math.max(1, n - 1);
    box.current?.style.setProperty("--at", String((cursor.value + 0.5) / (last + 1)));
  });
  return box;
}

export function Bars({ counts, width = USUAL_WIDTH }: { counts: readonly number[]; width?: number }): JSX.Element {
  return (
    <svg class="insight-bars" viewBox={`-0.5 0 ${Math.max(1, counts.length)} 1`} preserveAspectRatio="none" aria-hidden="true">
      <path d={barsPath(barsOf(counts, width))} />
    </svg>
  );
}

export function Histogram({
  counts,
  steps,
  label,
}: {
  counts: readonly number[];
  steps: readonly number[];
  label: string;
}): JSX.Element {
  const seek = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const index = Math.floor(((event.clientX - left) / width) * steps.length);
    const step = steps[Math.max(0, Math.min(steps.length - 1, index))];
    if (step !== undefined) goTo(step);
  };
  const most = Math.max(0, ...counts);
  return (
    <div
      class="insight-histogram"
      role="img"
      aria-label={`${label} by step, at most ${most}, ${counts[nearest.value] ?? 0} at this one`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(event);
      }}
    >
      <Bars counts={counts} />
      <i class="insight-head" />
      <span class="insight-most" aria-hidden="true">
        at most {formatCount(most)}
      </span>
    </div>
  );
}
