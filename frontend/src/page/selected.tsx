/** The selected samples one by one, and a way to keep them. */
import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { formatCount, plural } from "../format";
import { select } from "../selecting";
import { NOTHING, positionsOf } from "../selection";
import * as state from "../state";
import { SampleTable } from "../ui/sample_table";
import { useSettled } from "../ui/use_settled";

const SETTLE_MS = 200;

const view = computed(() => ({ selection: state.selection.value, frame: state.nearestFrame.value }));

function Rows({ reel }: { reel: state.Reel }): JSX.Element {
  const { selection, frame } = useSettled(view, SETTLE_MS);
  const positions = useMemo(() => positionsOf(selection), [selection]);
  return <SampleTable reel={reel} positions={positions} frame={frame} />;
}

export function Selected({ reel }: { reel: state.Reel }): JSX.Element {
  const { count } = state.selection.value;
  return (
    <section class="selection" aria-label="Selection">
      <header class="panel-head">
        <h2>Selection</h2>
        <span role="status" class="faint selection-count">
          {count === 0 ? "none" : `${formatCount(count)} of ${plural(reel.samples.n, "sample")}`}
        </span>
        {count > 0 && (
          <button type="button" class="quiet" onClick={() => select(NOTHING)} title="Select nothing (Esc)">
            Clear
          </button>
        )}
      </header>
      {count === 0 ? (
        <p class="faint">Click a dot, or Shift-drag over the picture. A query selects too (/).</p>
      ) : (
        <Rows reel={reel} />
      )}
    </section>
  );
}
