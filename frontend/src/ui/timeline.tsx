/** The transport: play, step, scrub. The slider runs over indices, its labels over steps. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import * as actions from "../actions";
import { speedName } from "../format";
import * as state from "../state";
import { instantLabel } from "../timeline";
import { BookmarkMenu } from "./bookmarks";
import { Icon } from "./icons";
import { LiveToggle } from "./live";
import { Scrubber } from "./scrubber";

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
      <LiveToggle />
      <label class="speed">
        <span class="sr">Speed</span>
        <select
          title="Speed (, slower, . faster)"
          value={state.speed}
          onChange={({ currentTarget }) => (state.speed.value = Number(currentTarget.value))}
        >
          {state.SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speedName(speed)}
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
      <BookmarkMenu />
    </section>
  );
}
