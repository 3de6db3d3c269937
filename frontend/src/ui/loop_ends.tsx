/** The ends of the loop on the timeline, to drag or to move by keys. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import * as actions from "../actions";
import type { LoopEnd } from "../loop";
import * as state from "../state";

const NAMES: Readonly<Record<LoopEnd, { letter: string; label: string }>> = {
  from: { letter: "A", label: "Loop from" },
  to: { letter: "B", label: "Loop to" },
};

function End({ end, reel }: { end: LoopEnd; reel: state.Reel }): JSX.Element {
  const handle = useRef<HTMLDivElement>(null);
  const last = reel.steps.length - 1;
  const { first: from, last: to } = state.loopSpan.value;
  const at = end === "from" ? from : to;
  const isSet = (state.loopRange.value?.[end] ?? null) !== null;
  const indexAt = (clientX: number): number => {
    const track = handle.current?.parentElement?.getBoundingClientRect();
    return track === undefined ? at : Math.round(((clientX - track.left) / track.width) * last);
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (handle.current?.hasPointerCapture(event.pointerId) === true) actions.setLoopEnd(end, indexAt(event.clientX));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const stride = event.shiftKey ? 10 : 1;
    const moves: Record<string, number> = {
      ArrowLeft: at - stride,
      ArrowDown: at - stride,
      ArrowRight: at + stride,
      ArrowUp: at + stride,
      Home: 0,
      End: last,
      Delete: end === "from" ? 0 : last,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // the same keys move the film
    // Within the other end: keys creep, and creeping past it would take it away unasked.
    actions.setLoopEnd(end, end === "from" ? Math.min(next, to - 1) : Math.max(next, from + 1));
  };
  const { letter, label } = NAMES[end];
  return (
    <div
      ref={handle}
      class={`loop-end ${end}${isSet ? " set" : ""}`}
      style={{ "--at": at / last }}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={at}
      aria-valuetext={`step ${reel.steps[at] ?? ""}`}
      title={`${label} step ${reel.steps[at] ?? ""}: drag, or ${end === "from" ? "[" : "]"} at the cursor`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        handle.current?.focus();
        handle.current?.setPointerCapture(event.pointerId);
      }}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    >
      {letter}
    </div>
  );
}

export function LoopEnds({ reel }: { reel: state.Reel }): JSX.Element {
  const { first, last } = state.loopSpan.value;
  const end = reel.steps.length - 1;
  return (
    <div class={`marks${state.loop.value ? "" : " resting"}`}>
      {state.loopRange.value !== null && (
        <div class="loop-band" style={{ "--from": first / end, "--to": last / end }} aria-hidden="true" />
      )}
      <End end="from" reel={reel} />
      <End end="to" reel={reel} />
    </div>
  );
}
