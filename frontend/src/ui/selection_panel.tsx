/** What is selected: how many, what they look like, how they are predicted, and each of them. */
import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { download } from "../download";
import { formatCount, plural } from "../format";
import { allColumns, cellOf } from "../sample_columns";
import { csvOf } from "../sample_rows";
import { invert, select } from "../selecting";
import { NOTHING, positionsOf } from "../selection";
import * as state from "../state";
import { Confusion } from "./confusion";
import { Icon } from "./icons";
import { leaveTo } from "./leave";
import { Relations } from "./relations";
import { SampleMedia } from "./sample_media";
import { SampleTable } from "./sample_table";
import { Saved } from "./saved";
import { useSettled } from "./use_settled";

const SETTLE_MS = 200;

const view = computed(() => ({ selection: state.selection.value, frame: state.nearestFrame.value }));

async function exportCsv(reel: state.Reel): Promise<void> {
  const frame = state.nearestFrame.peek();
  const step = state.step.peek();
  if (frame === null || step === null) return;
  const { samples, probe, film, place } = reel;
  const positions = positionsOf(state.selection.peek()); // as it is now: columns may have to be fetched
  const known = await allColumns();
  const text = csvOf(positions, {
    samples,
    frame,
    step,
    extent: film.extent,
    hasClasses: state.classesOf(probe) > 0,
    className: (index) => state.className(index, probe.class_names),
    splitName: (index) => probe.splits[index] ?? "",
    more: known.map((column) => ({ name: column.info.name, cell: (sample) => cellOf(column, sample) })),
  });
  download(new Blob([text], { type: "text/csv;charset=utf-8" }), `${place.run} ${place.tag} step ${step} selection.csv`);
}

function Verbs({ reel }: { reel: state.Reel }): JSX.Element {
  return (
    <div class="selection-verbs">
      <button
        type="button"
        onClick={(event) => {
          leaveTo(event, event.currentTarget.closest("section")?.querySelector(".fold"));
          select(NOTHING);
        }}
        title="Select nothing (Esc)"
      >
        Clear
      </button>
      <button type="button" onClick={invert} title="Select what is not selected">
        Invert
      </button>
      <button
        type="button"
        disabled={state.nearestFrame.value === null}
        onClick={() => {
          exportCsv(reel).catch((error: unknown) => {
            state.refusal.value = `No CSV was made: ${error instanceof Error ? error.message : String(error)}`;
          });
        }}
        title="Save the selected samples as they are at this step"
      >
        CSV
      </button>
    </div>
  );
}

function Contents({ reel }: { reel: state.Reel }): JSX.Element {
  const { selection, frame } = useSettled(view, SETTLE_MS);
  const positions = useMemo(() => positionsOf(selection), [selection]);
  // The panel may be a moment behind a film of other samples.
  const known = selection.mask.length === reel.samples.n ? positions : new Uint32Array(0);
  return (
    <>
      <SampleMedia reel={reel} positions={known} />
      {frame !== null && <Confusion reel={reel} positions={known} frame={frame} />}
      <SampleTable reel={reel} positions={known} frame={frame} />
    </>
  );
}

export function SelectionPanel({ reel }: { reel: state.Reel }): JSX.Element {
  const { count } = state.selection.value;
  return (
    <section class="selection" aria-label="Selection">
      <header class="panel-head">
        <h2>
          <button
            type="button"
            class="fold"
            aria-expanded={state.selectionOpen.value}
            onClick={() => (state.selectionOpen.value = !state.selectionOpen.value)}
          >
            <Icon name="fold" /> Selection
          </button>
        </h2>
        <span role="status" class="faint selection-count">
          {count === 0 ? "none" : `${formatCount(count)} of ${plural(reel.samples.n, "sample")}`}
        </span>
        <Saved />
      </header>
      {state.selectionOpen.value &&
        (count === 0 ? (
          <p class="faint">Click a dot, or Shift-drag over the picture. A query selects too (/).</p>
        ) : (
          <>
            <Verbs reel={reel} />
            <Relations reel={reel} />
            <Contents reel={reel} />
          </>
        ))}
    </section>
  );
}
