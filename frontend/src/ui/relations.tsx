/** How the selection is related to the rest: its trails, and the neighbours of the sample in focus. */
import type { JSX } from "preact";
import { MOST_TRAILS } from "../engine/trails";
import { plural } from "../format";
import { inPlane, inSpace, N_NEIGHBORS, neighborTrouble } from "../neighbors";
import { fullName, shortName } from "../sample_name";
import { focus } from "../selecting";
import * as state from "../state";
import { NEIGHBOR_LINES, type NeighborLines } from "../url";

const LINES: Readonly<Record<NeighborLines, string>> = {
  none: "no lines",
  space: "representation",
  plane: "plane",
  both: "both",
};

function Ids({
  reel,
  samples,
  shared,
}: {
  reel: state.Reel;
  samples: readonly number[];
  shared: ReadonlySet<number>;
}): JSX.Element {
  return (
    <span class="neighbor-ids">
      {samples.map((sample) => (
        <button
          key={sample}
          type="button"
          class={`text-button${shared.has(sample) ? " shared" : ""}`}
          title={`${fullName(reel, sample)}${shared.has(sample) ? ", near in both" : ""}: click puts it in focus`}
          onClick={() => focus(sample)}
          onMouseEnter={() => (state.hovered.value = sample)}
          onMouseLeave={() => (state.hovered.value = null)}
        >
          {shortName(reel, sample)}
        </button>
      ))}
    </span>
  );
}

function Neighbors({ reel, sample }: { reel: state.Reel; sample: number }): JSX.Element {
  const space = inSpace.value;
  const plane = inPlane.value;
  const shared = new Set(space?.filter((other) => plane?.includes(other)) ?? []);
  const shown = state.neighborLines.value;
  return (
    <dl class="neighbors" aria-label={`Nearest neighbors of sample ${shortName(reel, sample)}`}>
      {shown !== "plane" && (
        <div>
          <dt>
            <span class="line-key space" aria-hidden="true" /> in the representation
          </dt>
          <dd>
            {space === null ? (
              <span class="faint">{neighborTrouble.value ?? "looking"}</span>
            ) : (
              <Ids reel={reel} samples={space} shared={shared} />
            )}
          </dd>
        </div>
      )}
      {shown !== "space" && plane !== null && (
        <div>
          <dt>
            <span class="line-key plane" aria-hidden="true" /> in the plane
          </dt>
          <dd>
            <Ids reel={reel} samples={plane} shared={shared} />
          </dd>
        </div>
      )}
      {shown === "both" && space !== null && plane !== null && (
        <p>
          <b>{shared.size}</b> of {Math.min(N_NEIGHBORS, space.length)} are shared at step {state.step.value}.
        </p>
      )}
    </dl>
  );
}

export function Relations({ reel }: { reel: state.Reel }): JSX.Element {
  const sample = state.selected.value;
  const { count } = state.selection.value;
  return (
    <div class="relations">
      <label title="Trails of what is selected (R)">
        <input
          type="checkbox"
          checked={state.trailsShown}
          onChange={({ currentTarget }) => (state.trailsShown.value = currentTarget.checked)}
        />
        Trails
      </label>
      <select
        aria-label="Length of trails"
        value={state.trailLength}
        disabled={!state.trailsShown.value}
        onChange={({ currentTarget }) => (state.trailLength.value = Number(currentTarget.value))}
      >
        {[...new Set([...state.TRAIL_LENGTHS, state.trailLength.value])]
          .sort((a, b) => a - b)
          .map((length) => (
            <option key={length} value={length}>
              {plural(length, "step")}
            </option>
          ))}
      </select>
      <label class="neighbor-choice" title="Lines from the sample in focus to its nearest (N)">
        Nearest
        <select
          value={state.neighborLines}
          onChange={({ currentTarget }) =>
            (state.neighborLines.value = NEIGHBOR_LINES.find((name) => name === currentTarget.value) ?? "none")
          }
        >
          {NEIGHBOR_LINES.map((lines) => (
            <option key={lines} value={lines}>
              {LINES[lines]}
            </option>
          ))}
        </select>
      </label>
      {state.trailsShown.value && count > MOST_TRAILS && <p class="faint">Trails of the first {MOST_TRAILS} samples.</p>}
      {state.neighborLines.value !== "none" &&
        (sample === null || sample >= reel.samples.n ? (
          <p class="faint">Click a dot or a row: its neighbors show here.</p>
        ) : (
          <Neighbors reel={reel} sample={sample} />
        ))}
    </div>
  );
}
