/** The transport: play, step, scrub. The slider runs over indices, its labels over steps. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import * as actions from "../actions";
import { formatCount, formatPercent } from "../format";
import { ranges } from "../ranges";
import * as state from "../state";
import { instantLabel } from "../timeline";
import type { FilmStep } from "../wire";
import { Icon } from "./icons";

function flipsPath(steps: readonly FilmStep[]): string {
  const most = Math.max(1, ...steps.map(({ flips }) => flips ?? 0));
  return steps
    .map(({ flips }, index) => {
      const height = Math.sqrt((flips ?? 0) / most); // a few late flips matter and would vanish beside the first steps' thousands
      return height === 0 ? "" : `M${index - 0.38} 1v-${height.toFixed(3)}h.76v${height.toFixed(3)}z`;
    })
    .join("");
}

/** Bars and loaded ranges, drawn over the span of the slider's thumb. */
function Track({ reel }: { reel: state.Reel }): JSX.Element {
  const n = reel.steps.length;
  const bars = useComputed(() => flipsPath(reel.film.steps)).value;
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

function describe({ step, flips, accuracy }: FilmStep, index: number): string {
  const parts = [`step ${step}`];
  if (index > 0 && flips !== null) parts.push(`${formatCount(flips)} flips`);
  const shares = Object.entries(accuracy ?? {}).flatMap(([split, share]) =>
    share === null ? [] : [`${split} ${formatPercent(share)}`],
  );
  if (shares.length > 0) parts.push(`accuracy: ${shares.join(", ")}`);
  return parts.join(" · ");
}

const THUMB = 14; // pixels, as in the style sheet: the slider's ends lie half a thumb inside it

function Scrubber({ reel }: { reel: state.Reel }): JSX.Element {
  const n = reel.steps.length;
  const peek = useSignal<{ x: number; index: number } | null>(null);
  // By whole steps: assistive technology follows those, and an attribute per picture would cost more than the picture.
  const words = useComputed(() => `step ${state.step.value ?? "–"}, ${state.nearest.value + 1} of ${n}`);
  const onMove = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left - THUMB / 2) / (width - THUMB)));
    const index = Math.round(share * (n - 1));
    peek.value = { x: THUMB / 2 + (n === 1 ? 0 : index / (n - 1)) * (width - THUMB), index };
  };
  const peeked = peek.value === null ? undefined : reel.film.steps[peek.value.index];
  return (
    <div class="scrub" onPointerMove={onMove} onPointerLeave={() => (peek.value = null)}>
      <Track reel={reel} />
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
      {peek.value !== null && peeked !== undefined && (
        <div class="scrub-peek" style={{ "--x": `${peek.value.x}px` }} aria-hidden="true">
          {describe(peeked, peek.value.index)}
        </div>
      )}
    </div>
  );
}

function PlayButton(): JSX.Element {
  return (
    <button
      type="button"
      class="primary play"
      disabled={state.count.value < 2}
      aria-label={state.playing.value ? "Pause" : "Play"}
      title={state.playing.value ? "Pause (Space)" : "Play (Space)"}
      onClick={actions.togglePlaying}
    >
      <Icon name={state.playing.value ? "pause" : "play"} />
    </button>
  );
}

function Moves(): JSX.Element {
  const atFirst = useComputed(() => state.cursor.value <= 0).value;
  const atLast = useComputed(() => state.cursor.value >= state.count.value - 1).value;
  const moves = [
    { icon: "first", label: "First step", keys: "Home", onClick: actions.goToFirst, disabled: atFirst },
    { icon: "previous", label: "Previous step", keys: "←", onClick: () => actions.stepBy(-1), disabled: atFirst },
    { icon: "next", label: "Next step", keys: "→", onClick: () => actions.stepBy(1), disabled: atLast },
    { icon: "last", label: "Last step", keys: "End", onClick: actions.goToLast, disabled: atLast },
  ] as const;
  const button = ({ icon, label, keys, onClick, disabled }: (typeof moves)[number]): JSX.Element => (
    <button
      type="button"
      class="quiet"
      key={icon}
      aria-label={label}
      title={`${label} (${keys})`}
      onClick={onClick}
      disabled={disabled}
    >
      <Icon name={icon} />
    </button>
  );
  return (
    <>
      {moves.slice(0, 2).map(button)}
      <PlayButton />
      {moves.slice(2).map(button)}
    </>
  );
}

export function Timeline({ reel }: { reel: state.Reel }): JSX.Element {
  const label = useComputed(() => instantLabel(state.cursor.value, reel.steps));
  return (
    <section class="timeline" aria-label="Timeline">
      <div class="transport">
        <Moves />
      </div>
      <output class="instant" aria-live="off">
        {label}
        {state.waiting.value && <span class="buffering">buffering</span>}
      </output>
      <Scrubber reel={reel} />
      <label class="speed">
        <span class="sr">Speed</span>
        <select value={state.speed} onChange={({ currentTarget }) => (state.speed.value = Number(currentTarget.value))}>
          {state.SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speed === 0.5 ? "½" : speed} steps/s
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="quiet"
        aria-pressed={state.loop.value}
        aria-label="Loop"
        title="Loop (L)"
        onClick={actions.toggleLoop}
      >
        <Icon name="loop" />
      </button>
    </section>
  );
}
