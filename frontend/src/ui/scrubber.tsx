/** The film's slider, between its flips above and what is loaded below; a look at the step under the pointer. */
import { computed, type Signal, useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Frame } from "../binary";
import { colouring } from "../columns";
import { differenceElsewhere } from "../difference_at";
import { barsOf, barsPath } from "../flips";
import { formatCount, formatPercent, formatValue } from "../format";
import { ranges } from "../ranges";
import * as state from "../state";
import { THUMB, thumbOf } from "../thumbs";
import { scoreMetrics } from "../trust";
import type { FilmStep } from "../wire";
import { BookmarkTicks } from "./bookmarks";
import { LoopEnds } from "./loop_ends";

const THUMB_OF_SLIDER = 14; // pixels, as in the style sheet: the slider's ends lie half of it inside

/** Bars and loaded ranges, drawn over the span of the slider's thumb. */
function Track({ reel, width }: { reel: state.Reel; width: Signal<number> }): JSX.Element {
  const n = reel.steps.length;
  const bars = useComputed(() =>
    barsPath(
      barsOf(
        reel.film.steps.map(({ flips }) => flips),
        width.value,
      ),
    ),
  ).value;
  const loaded = useComputed(() => {
    state.framesVersion.value;
    const buffered = ranges(reel.frames.loaded())
      .map(([from, to]) => `M${from - 0.5} 0H${(n === 1 ? 1 : to) + 0.5}V1H${from - 0.5}z`)
      .join("");
    const failed = [...reel.frames.failures.keys()].map((index) => `M${index - 0.5} 0h1v1h-1z`).join("");
    return { buffered, failed };
  });
  const last = Math.max(1, n - 1);
  return (
    <div class="track" aria-hidden="true">
      <svg class="flips" viewBox={`0 0 ${last} 1`} preserveAspectRatio="none">
        <path d={bars} />
      </svg>
      <svg class="buffered" viewBox={`0 0 ${last} 1`} preserveAspectRatio="none">
        <path d={loaded.value.buffered} />
        <path class="failed" d={loaded.value.failed} />
      </svg>
    </div>
  );
}

function describe({ film, probe }: state.Reel, { flips, accuracy, scores }: FilmStep, index: number): string[] {
  const listed = (values: Readonly<Record<string, number | null>> | null | undefined, words: (value: number) => string): string =>
    Object.entries(values ?? {})
      .flatMap(([split, value]) => (value === null ? [] : [`${split} ${words(value)}`]))
      .join(", ");
  const shares = listed(accuracy, formatPercent);
  return [
    ...(index > 0 && flips !== null && state.classesOf(probe) > 0
      ? [`${formatCount(flips)} ${flips === 1 ? "flip" : "flips"}`]
      : []),
    ...(shares === "" ? [] : [`accuracy: ${shares}`]),
    ...scoreMetrics(film).map(({ metric, label }) => `${label}: ${listed(scores?.[metric], formatValue) || "–"}`),
  ];
}

interface Peek {
  /** CSS pixels from the slider's left. */
  readonly x: number;
  readonly index: number;
}

const REST_MS = 120; // a pointer on its way works out nothing

/** The difference to the film beside at a step that is looked at; null for other colours, and until it is known. Reads signals. */
function useDifference(index: number, frame: Frame | undefined): Uint8Array | null {
  const source = differenceElsewhere.value;
  const found = useSignal(0);
  useEffect(() => {
    if (source === null || frame === undefined || source.known.has(index)) return undefined;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      source.find(index, frame, controller.signal).then(
        () => found.value++,
        () => undefined, // the picture stays without it
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [source, index, frame]);
  found.value;
  return source?.known.get(index) ?? null;
}

/** A step without going there: its picture where its frame is in memory, and its numbers. */
function PeekCard({ reel, peek }: { reel: state.Reel; peek: Peek }): JSX.Element | null {
  const canvas = useRef<HTMLCanvasElement>(null);
  // The frame may arrive while it is looked at, and the film be coloured otherwise; another picture of a film that plays changes nothing.
  const frame = useMemo(
    () =>
      computed(() => {
        state.framesVersion.value;
        return reel.frames.get(peek.index);
      }),
    [reel, peek.index],
  ).value;
  const differs = useDifference(peek.index, frame);
  const picture = useMemo(
    () => computed(() => (frame === undefined ? null : thumbOf(frame, differs ?? colouring(peek.index)?.values ?? null))),
    [frame, differs, peek.index],
  ).value;
  useEffect(() => {
    if (picture !== null) canvas.current?.getContext("2d", { alpha: false })?.putImageData(picture, 0, 0);
  }, [picture]);
  const step = reel.film.steps[peek.index];
  if (step === undefined) return null;
  const name = state.bookmarks.value.find((mark) => mark.step === step.step)?.name ?? "";
  return (
    <div class="scrub-peek" style={{ "--x": `${peek.x}px` }} aria-hidden="true">
      {picture !== null && <canvas ref={canvas} width={THUMB.width} height={THUMB.height} />}
      <strong>
        step {step.step}
        {name !== "" && <span class="faint"> · {name}</span>}
      </strong>
      {describe(reel, step, peek.index).map((words) => (
        <span key={words}>{words}</span>
      ))}
    </div>
  );
}

export function Scrubber({ reel }: { reel: state.Reel }): JSX.Element {
  const n = reel.steps.length;
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(800);
  const peek = useSignal<Peek | null>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) width.value = element.clientWidth - THUMB_OF_SLIDER;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // By whole steps: assistive technology follows those, and an attribute per picture would cost more than the picture.
  const words = useComputed(() => `step ${state.step.value ?? "–"}, ${state.nearest.value + 1} of ${n}`);
  const onMove = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left - THUMB_OF_SLIDER / 2) / width.peek()));
    const index = Math.round(share * (n - 1));
    if (peek.peek()?.index === index) return;
    peek.value = { x: THUMB_OF_SLIDER / 2 + (n === 1 ? 0 : index / (n - 1)) * width.peek(), index };
  };
  return (
    <div class="scrub" ref={box} onPointerMove={onMove} onPointerLeave={() => (peek.value = null)}>
      <Track reel={reel} width={width} />
      <input
        class="scrub-input"
        type="range"
        aria-label="Step"
        min={0}
        max={Math.max(0, n - 1)}
        step="any"
        disabled={n < 2}
        value={state.cursor}
        aria-valuetext={words}
        onPointerDown={() => (state.scrubbing.value = true)}
        onInput={({ currentTarget }) => state.seek(Number(currentTarget.value))}
        onChange={({ currentTarget }) => {
          state.scrubbing.value = false;
          state.seek(Math.round(Number(currentTarget.value)));
        }}
        onPointerUp={() => (state.scrubbing.value = false)}
      />
      {n > 1 && <LoopEnds reel={reel} />}
      <BookmarkTicks reel={reel} width={width} />
      {peek.value !== null && <PeekCard reel={reel} peek={peek.value} />}
    </div>
  );
}
