/** Samples by two of what the log says of them, coloured like the film; what is drawn around is selected in the film, and what is selected there stands out here. */
import type { JSX } from "preact";
import { formatEnd, plural } from "../format";
import * as tab from "../lent";
import { useEffect, useMemo, useRef, useSettled, useSignal } from "../lent";
import { axisOf, dotOf, type Layout, layoutOf, nearestIn, paintDots } from "./data_map";
import { type Found, Worked } from "./worked";

const SETTLE_MS = 150;
const HEIGHT = "clamp(240px, 42vh, 560px)";
const REACH = 8; // CSS pixels from a dot that still hit it
const MAX_RATIO = 2;
const FIRST = ["variability", "confidence"] as const;

type Shape = "box" | "lasso";
const shape = tab.signal<Shape>("box");
/** Names of the columns on the axes, where a person chose them. */
const axes = [tab.signal<string | null>(null), tab.signal<string | null>(null)] as const;

const look = tab.computed(() => ({
  scene: tab.drawn.value?.scene ?? null,
  selection: tab.selection.value,
  marked: [...new Set([tab.selected.value, tab.hovered.value])],
}));

function paint(canvas: HTMLCanvasElement, layout: Layout, { scene, selection, marked }: typeof look.value): void {
  const context = canvas.getContext("2d");
  const ratio = Math.min(MAX_RATIO, window.devicePixelRatio);
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  const n = layout.known.length;
  if (context === null || width === 0 || scene === null || scene.samples.n !== n) return;
  canvas.width = width;
  canvas.height = height;
  const image = context.createImageData(width, height);
  const palette = new Uint32Array(scene.palette.rgba.slice().buffer);
  const diameter = dotOf(n) * ratio;
  paintDots(new Uint32Array(image.data.buffer), { width, height }, layout, diameter, {
    colour: (sample) => (tab.isShown(scene, sample) ? (palette[tab.keyIn(scene, sample)] ?? 0) : 0),
    selection: selection.count > 0 && selection.mask.length === n ? selection.mask : null,
  });
  context.putImageData(image, 0, 0);
  context.strokeStyle = getComputedStyle(canvas).color;
  context.lineWidth = 1.5 * ratio;
  for (const sample of marked) {
    if (sample === null || layout.known[sample] !== 1) continue;
    const x = ((layout.xy[2 * sample] ?? 0) / 65535) * width;
    const y = (1 - (layout.xy[2 * sample + 1] ?? 0) / 65535) * height;
    context.beginPath();
    context.arc(x, y, diameter / 2 + 3 * ratio, 0, 2 * Math.PI);
    context.stroke();
  }
}

interface Drawing {
  readonly shape: Shape;
  /** Shares of the map, x and y alternating, y up. */
  readonly points: readonly number[];
}

const cornersOf = ({ shape, points }: Drawing): readonly number[] => {
  if (shape === "lasso") return points;
  const [x0 = 0, y0 = 0, x1 = x0, y1 = y0] = points;
  return [x0, y0, x1, y0, x1, y1, x0, y1];
};

/** The samples inside what is drawn, a byte each. */
function caught(layout: Layout, { shape, points }: Drawing): Uint8Array {
  const hits = new Uint8Array(layout.known.length);
  const moment = { a: layout.xy, b: layout.xy, fraction: 0 };
  const passes = (sample: number): boolean => layout.known[sample] === 1;
  if (shape === "box") tab.inBox(tab.boundsOf(points), moment, hits, passes);
  else tab.inRaster(tab.rasterise(points), moment, hits, passes);
  return hits;
}

function Scatter({ layout, label }: { layout: Layout; label: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useSignal<Drawing | null>(null);
  const begun = useRef<{ before: tab.Selection; how: tab.How } | null>(null);
  const shown = useSettled(look, SETTLE_MS);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    paint(element, layout, shown);
    const observer = new ResizeObserver(() => paint(element, layout, shown));
    observer.observe(element);
    return () => observer.disconnect();
  }, [layout, shown]);

  const placeOf = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const { left, bottom, width, height } = event.currentTarget.getBoundingClientRect();
    const place = { x: event.clientX - left, y: bottom - event.clientY };
    return { place, size: { width, height }, u: place.x / width, v: place.y / height };
  };
  const onDown = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { u, v } = placeOf(event);
    begun.current = { before: tab.selection.peek(), how: tab.howOfClick(event) };
    drawing.value = { shape: shape.peek(), points: [u, v] };
  };
  const onMove = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const { place, size, u, v } = placeOf(event);
    const now = drawing.peek();
    if (now === null || begun.current === null) {
      tab.hovered.value = nearestIn(layout, place, size, REACH);
      return;
    }
    const points = now.shape === "box" ? [...now.points.slice(0, 2), u, v] : [...now.points, u, v];
    drawing.value = { ...now, points };
    if (points.length >= 4) {
      const { before, how } = begun.current;
      tab.select(tab.combined(before, caught(layout, drawing.value), how));
    }
  };
  const onUp = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const now = drawing.peek();
    const from = begun.current;
    drawing.value = null;
    begun.current = null;
    if (now === null || from === null) return;
    const { place, size } = placeOf(event);
    const [u = 0, v = 0] = now.points;
    if (Math.hypot(u * size.width - place.x, v * size.height - place.y) > 4) return;
    // A press that did not move is a click on a dot, or on nothing.
    tab.select(from.before);
    const sample = nearestIn(layout, place, size, REACH);
    tab.click(sample, from.how);
    if (sample !== null && from.how === "replace") tab.focus(sample);
  };
  const onCancel = (): void => {
    if (begun.current !== null) tab.select(begun.current.before);
    drawing.value = null;
    begun.current = null;
  };
  const corners = drawing.value === null ? [] : cornersOf(drawing.value);
  return (
    <div
      class="insight-scatter"
      style={{ height: HEIGHT }}
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={onCancel}
      onPointerLeave={() => (tab.hovered.value = null)}
    >
      <canvas ref={canvas} role="img" aria-label={label} />
      {corners.length >= 4 && (
        <svg class="outline" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          <polygon
            vector-effect="non-scaling-stroke"
            points={Array.from(
              { length: corners.length / 2 },
              (_, at) => `${corners[2 * at]},${1 - (corners[2 * at + 1] ?? 0)}`,
            ).join(" ")}
          />
        </svg>
      )}
    </div>
  );
}

function AxisChoice({
  axis,
  name,
  found,
  onChoose,
}: {
  axis: string;
  name: string;
  found: Found;
  onChoose: (name: string) => void;
}): JSX.Element {
  const groups = [...new Set(found.columns.map(({ group }) => group))];
  return (
    <label title={found.columns.find((column) => column.name === name)?.description}>
      {axis}
      <select value={name} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {groups.map((group) => (
          <optgroup key={group} label={group}>
            {found.columns
              .filter((column) => column.group === group)
              .map((column) => (
                <option key={column.name} value={column.name}>
                  {column.label}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function Ends({ values, label }: { values: Float64Array; label: string }): JSX.Element {
  const { low, high, hasNever } = useMemo(() => axisOf(values), [values]);
  return (
    <>
      <span>{formatEnd(Number(low.toPrecision(3)))}</span>
      <span class="insight-axis-name">{label}</span>
      <span>
        {formatEnd(Number(high.toPrecision(3)))}
        {hasNever && " · never"}
      </span>
    </>
  );
}

function DataMap({ reel, found }: { reel: tab.Reel; found: Found }): JSX.Element {
  const names = found.columns.map(({ name }) => name);
  const [x, y] = axes.map(({ value }, at) =>
    value !== null && names.includes(value)
      ? value
      : names.includes(FIRST[at] ?? "")
        ? (FIRST[at] ?? "")
        : (names[at] ?? names[0] ?? ""),
  ) as [string, string];
  const [xs, ys] = [tab.workedOutColumn(x), tab.workedOutColumn(y)];
  const layout = useMemo(
    () => (xs == null || ys == null ? null : layoutOf(xs.values as ArrayLike<number>, ys.values as ArrayLike<number>)),
    [xs, ys],
  );
  const labelOf = (name: string): string => found.columns.find((column) => column.name === name)?.label ?? name;
  const isDataMap = x === FIRST[0] && y === FIRST[1];
  return (
    <>
      <div class="insight-line insight-axes">
        <AxisChoice axis="Across" name={x} found={found} onChoose={(name) => (axes[0].value = name)} />
        <AxisChoice axis="Up" name={y} found={found} onChoose={(name) => (axes[1].value = name)} />
      </div>
      {layout === null ? (
        <p role="status">
          {xs === null || ys === null ? "These values cannot be read; choose others, or try again later." : "Loading"}
        </p>
      ) : (
        <figure class="insight-map">
          <div class="insight-axis up" aria-hidden="true">
            {ys != null && <Ends values={ys.values as Float64Array} label={labelOf(y)} />}
          </div>
          <div class="insight-plot">
            {isDataMap && (
              <div class="insight-regions" aria-hidden="true">
                <span>easy to learn</span>
                <span>hard to learn</span>
                <span>ambiguous</span>
              </div>
            )}
            <Scatter layout={layout} label={`${labelOf(y)} against ${labelOf(x)} of ${plural(layout.count, "sample")}`} />
          </div>
          <div class="insight-axis" aria-hidden="true">
            {xs != null && <Ends values={xs.values as Float64Array} label={labelOf(x)} />}
          </div>
        </figure>
      )}
      <div class="insight-line">
        <div class="segments two" role="radiogroup" aria-label="Select by">
          {(["box", "lasso"] as const).map((name) => (
            <label key={name}>
              <input type="radio" name="insight-shape" checked={shape.value === name} onChange={() => (shape.value = name)} />
              {name === "box" ? "Box" : "Lasso"}
            </label>
          ))}
        </div>
        <span class="faint">Drag to select; Shift adds, Alt takes away.</span>
      </div>
      <p class="faint">
        By keyboard, a query selects too (/):{" "}
        <code>{`${tab.columnKey(x)}>${middleOf(found, x)} ${tab.columnKey(y)}<${middleOf(found, y)}`}</code>
      </p>
      {layout !== null && layout.count < reel.samples.n && (
        <p class="faint">{plural(reel.samples.n - layout.count, "sample")} without a value (no label) not shown.</p>
      )}
    </>
  );
}

/** A value in the middle, for the example of a query. */
function middleOf(found: Found, name: string): string {
  const { low, high } = found.columns.find((column) => column.name === name) ?? { low: 0, high: 1 };
  return String(Number((((low ?? 0) + (high ?? 0)) / 2).toPrecision(2)));
}

export function DataMapPanel({ reel }: { reel: tab.Reel }): JSX.Element {
  return (
    <Worked
      reel={reel}
      what="Which samples are easy, ambiguous or hard to learn is worked out of the log once: a dot each, by confidence and its variability."
    >
      {(found) =>
        found.columns.length === 0 ? (
          <p class="faint">Nothing could be worked out of this log: it has neither labels nor logits.</p>
        ) : (
          <DataMap reel={reel} found={found} />
        )
      }
    </Worked>
  );
}
