/** How alike the representations of two films are at every pair of their steps, as a map in which both films stand. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { asSentence, formatCount, formatValue, messageOf } from "../format";
import * as tab from "../lent";
import { besideInstant } from "../lent";
import { viridisGradient } from "../palette";
import { fetchSimilarity } from "./fetching";
import { cellAt, mostAlike, nearestCell, paint, placeOf, type Similarity, scaleOf, valueAt } from "./similarity";

const percent = (place: number): string => `${(100 * place).toFixed(2)}%`;

/** A pixel per cell; the style sheet makes them large. */
function Cells({ found }: { found: Similarity }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, height] = [found.steps.length, found.with_steps.length];
  useEffect(() => {
    canvas.current?.getContext("2d")?.putImageData(new ImageData(paint(found), width, height), 0, 0);
  }, [found]);
  return <canvas ref={canvas} width={width} height={height} />;
}

function Legend({ found }: { found: Similarity }): JSX.Element {
  const { low, high } = scaleOf(found);
  return (
    <div class="similarity-legend">
      <span>{low}</span>
      <i style={{ background: viridisGradient }} />
      <span>{high}</span>
    </div>
  );
}

type Cell = readonly [here: number, there: number];

/** The pairs under arrow keys: → and ← along the first film, ↑ and ↓ along that beside. */
const MOVES: Readonly<Record<string, Cell>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

function SimilarityGrid({ found, beside }: { found: Similarity; beside: tab.Reel }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const pointed = useSignal<Cell | null>(null);
  const { steps, with_steps: others } = found;
  const step = tab.step.value ?? 0;
  const withStep = beside.steps[besideInstant.value.nearest] ?? 0;
  const present: Cell = [nearestCell(step, steps), nearestCell(withStep, others)];
  const [here, there] = pointed.value ?? present;
  const best = useMemo(() => mostAlike(found, present[0]), [found, present[0]]);

  const go = ([to, beside]: Cell): void => tab.standAt(steps[to] ?? 0, others[beside] ?? 0);
  const cellOf = ({ clientX, clientY }: PointerEvent): Cell => {
    const { left, top, width, height } = box.current?.getBoundingClientRect() ?? new DOMRect();
    return [cellAt((clientX - left) / width, steps.length), cellAt(1 - (clientY - top) / height, others.length)];
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = MOVES[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // these keys move the film elsewhere
    const to = (at: number, by: number, count: number): number => Math.min(count - 1, Math.max(0, at + by));
    go([to(present[0], move[0], steps.length), to(present[1], move[1], others.length)]);
  };
  const words = `step ${steps[here]} × step ${others[there]} beside: ${formatValue(valueAt(found, here, there))}`;
  return (
    <>
      <div class="similarity-frame">
        <span class="similarity-side">
          <span>{others.at(-1)}</span>
          <span class="similarity-name">beside</span>
          <span>{others[0]}</span>
        </span>
        <div
          ref={box}
          class="similarity-cells"
          role="application"
          tabIndex={0}
          aria-label={`Similarity of representations; arrow keys move both films. ${words}`}
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            go(cellOf(event));
          }}
          onPointerMove={(event) => {
            pointed.value = cellOf(event);
            if (event.currentTarget.hasPointerCapture(event.pointerId)) go(pointed.value);
          }}
          onPointerLeave={() => {
            pointed.value = null;
          }}
        >
          <Cells found={found} />
          <i class="similarity-line upright" style={{ left: percent(placeOf(step, steps)) }} />
          <i class="similarity-line" style={{ bottom: percent(placeOf(withStep, others)) }} />
        </div>
        <span class="similarity-foot">
          <span>{steps[0]}</span>
          <span class="similarity-name">step here</span>
          <span>{steps.at(-1)}</span>
        </span>
      </div>
      <p class="similarity-words">
        <output>{words}</output>
        <Legend found={found} />
      </p>
      {best !== null && (
        <p>
          Most like step {steps[present[0]]}:{" "}
          <button
            type="button"
            class="text-button"
            disabled={best.there === present[1]}
            onClick={() => go([present[0], best.there])}
          >
            step {others[best.there]} beside
          </button>{" "}
          ({formatValue(best.value)})
        </p>
      )}
      <p class="faint">
        Linear CKA, debiased, of {formatCount(found.n_used)}
        {found.n_used < found.n_matched && ` drawn of ${formatCount(found.n_matched)}`} samples in common: 1 is equal up to
        rotation and scale, 0 unrelated.
      </p>
    </>
  );
}

function Fetched({ reel, beside }: { reel: tab.Reel; beside: tab.Reel }): JSX.Element {
  const found = useSignal<Similarity | null>(null);
  const trouble = useSignal<string | null>(null);
  useEffect(() => {
    let stale = false;
    found.value = null;
    trouble.value = null;
    fetchSimilarity(reel, beside).then(
      (answer) => {
        if (!stale) found.value = answer;
      },
      (error: unknown) => {
        if (!stale) trouble.value = messageOf(error);
      },
    );
    return () => {
      stale = true;
    };
  }, [reel, beside]);
  if (found.value !== null) return <SimilarityGrid found={found.value} beside={beside} />;
  return trouble.value === null ? (
    <p class="faint" role="status">
      Comparing all pairs of steps: a few seconds …
    </p>
  ) : (
    <p role="alert">{trouble.value === null ? null : asSentence(trouble.value)}</p>
  );
}

/** Folded until somebody asks, as the server reads every step for it. */
export function SimilarityMap({ reel, beside }: { reel: tab.Reel; beside: tab.Reel }): JSX.Element {
  const open = useSignal(false);
  return (
    <details class="differences" onToggle={({ currentTarget }) => (open.value = currentTarget.open)}>
      <summary title="How alike the representations of the two runs are, at every pair of steps">
        <h2>Similarity of all steps</h2>
      </summary>
      {open.value && <Fetched reel={reel} beside={beside} />}
    </details>
  );
}
