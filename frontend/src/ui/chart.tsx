/** One chart of the right panel. The playhead is an element moved by a transform: redrawing a canvas per picture would cost more than the film itself. */
import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { align, type Chart, type Curve, hasPositive, positiveOnly, readings as readingsAt, withSmoothing } from "../series";
import * as state from "../state";
import { cursorAt, stepAt } from "../timeline";

const HEIGHT = 112;
const BETWEEN_TICKS = Array.from({ length: 30 }, (_, at) => ([1, 2, 5][at % 3] ?? 1) * 10 ** Math.floor(at / 3)); // steps are whole
const COLOURS = {
  light: ["#1976d2", "#d9480f", "#00796b", "#9334e6", "#b8860b", "#e52592", "#425066"],
  dark: ["#42a5f5", "#ff8a50", "#4db6ac", "#b388ff", "#ffca28", "#f06292", "#8e98a3"],
};

/** The step under the pointer in one of the charts: all of them tell their values there. */
const pointed = signal<number | null>(null);

const colourOf = ({ colour }: Curve): string => {
  const palette = COLOURS[state.dark.value ? "dark" : "light"];
  return palette[colour % palette.length] ?? "currentColor";
};

/** All charts share the film's span, widened by their own data, so that playheads line up. */
function span(chart: Chart, steps: readonly number[]): [number, number] {
  const all = [steps[0] ?? 0, steps.at(-1) ?? 1, ...chart.curves.flatMap(({ xs }) => [xs[0] ?? 0, xs.at(-1) ?? 0])];
  const low = Math.min(...all);
  const high = Math.max(...all);
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

function options(chart: Chart, steps: readonly number[], width: number, log: boolean): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const text = style.getPropertyValue("--text-2").trim();
  const line = style.getPropertyValue("--grid").trim();
  const axis = {
    stroke: text,
    font: "11px Roboto, system-ui, sans-serif",
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 5 }, y: false },
    hooks: {
      setCursor: [
        ({ cursor: { idx }, data }) => {
          pointed.value = idx == null ? null : (data[0][idx] ?? null);
        },
      ],
    },
    scales: { x: { time: false, range: span(chart, steps) }, y: { distr: log ? 3 : 1 } },
    axes: [
      { ...axis, size: 18, gap: 2, space: 60, incrs: BETWEEN_TICKS },
      { ...axis, size: 42, gap: 4, space: 24 },
    ],
    series: [
      {},
      ...chart.curves.map((curve) => ({
        label: curve.name,
        stroke: colourOf(curve),
        alpha: curve.faint === true ? 0.3 : 1,
        width: curve.dashed || curve.faint === true ? 1 : 1.5,
        spanGaps: false,
        points: { show: !curve.dashed && curve.xs.length < 2 },
        ...(curve.dashed ? { dash: [4, 4] } : {}),
      })),
    ],
  };
}

/** Pressing and dragging in a chart moves the film; letting go lands on a real step. */
function seekByPointer(plot: uPlot, steps: readonly number[]): () => void {
  const over = plot.over;
  const follow = (event: PointerEvent): void => {
    const { left } = over.getBoundingClientRect();
    state.seek(cursorAt(plot.posToVal(event.clientX - left, "x"), steps));
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    over.setPointerCapture(event.pointerId);
    state.playing.value = false;
    follow(event);
  };
  const onMove = (event: PointerEvent): void => {
    if (over.hasPointerCapture(event.pointerId)) follow(event);
  };
  const onUp = (): void => state.seek(Math.round(state.cursor.peek()));
  over.addEventListener("pointerdown", onDown);
  over.addEventListener("pointermove", onMove);
  over.addEventListener("pointerup", onUp);
  return () => {
    over.removeEventListener("pointerdown", onDown);
    over.removeEventListener("pointermove", onMove);
    over.removeEventListener("pointerup", onUp);
  };
}

function mount(box: HTMLElement, chart: Chart, steps: readonly number[], log: boolean): () => void {
  const { xs, columns } = align((log ? positiveOnly(chart) : chart).curves);
  const plot = new uPlot(options(chart, steps, box.clientWidth || 300, log), [xs, ...columns], box);
  const head = document.createElement("div");
  head.className = "playhead";
  plot.over.append(head);
  const place = (): void => {
    const x = plot.valToPos(stepAt(state.cursor.value, steps), "x");
    head.style.transform = `translateX(${x - 1}px)`;
  };
  const observer = new ResizeObserver(() => {
    if (box.clientWidth === 0) return;
    plot.setSize({ width: box.clientWidth, height: HEIGHT });
    place();
  });
  observer.observe(box);
  const stops = [
    effect(place),
    seekByPointer(plot, steps),
    () => observer.disconnect(),
    () => plot.destroy(),
    () => {
      pointed.value = null;
    },
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function toggleLog(title: string): void {
  const next = new Set(state.logCharts.peek());
  if (!next.delete(title)) next.add(title);
  state.logCharts.value = next;
}

export function ChartView({ chart, steps }: { chart: Chart; steps: readonly number[] }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const dark = state.dark.value;
  const weight = state.smoothing.value;
  const canLog = useMemo(() => hasPositive(chart), [chart]);
  const log = canLog && state.logCharts.value.has(chart.title);
  const shown = useMemo(() => withSmoothing(chart, weight), [chart, weight]);
  const at = pointed.value ?? state.step.value ?? 0;
  const readings = readingsAt(shown, at);
  const logged = new Map(chart.curves.map((curve, index) => [curve.name, readingsAt(chart, at)[index]]));
  useEffect(() => (box.current === null ? undefined : mount(box.current, shown, steps, log)), [shown, steps, dark, log]);
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">
          {chart.title}
          {pointed.value !== null && <span class="reading-name"> at {pointed}</span>}
        </span>
        {canLog && (
          <button
            type="button"
            class="quiet log-toggle"
            aria-pressed={log}
            aria-label={`Logarithmic axis for ${chart.title}`}
            title="Logarithmic axis"
            onClick={() => toggleLog(chart.title)}
          >
            log
          </button>
        )}
        {shown.curves.map(
          (curve, index) =>
            !curve.dashed &&
            curve.faint !== true && (
              <span class="reading" key={curve.name} style={{ "--series": colourOf(curve) }}>
                {chart.curves.length > 1 && <span class="reading-name">{curve.name}</span>} {readings[index]}
                {weight > 0 && (
                  <span class="reading-name" title="As logged, before smoothing">
                    {" "}
                    ({logged.get(curve.name)})
                  </span>
                )}
              </span>
            ),
        )}
      </figcaption>
      <div ref={box} class="plot" role="img" aria-label={`${chart.title} by step; press or drag to go to a step`} />
    </figure>
  );
}
