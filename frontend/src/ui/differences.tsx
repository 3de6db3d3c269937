/** The samples whose neighbors in the two films differ most, at the step under the cursor. */
import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { difference } from "../difference_at";
import { formatPercent } from "../format";
import { MOST_LISTED, mostDifferent } from "../most_different";
import { click, focus } from "../selecting";
import * as state from "../state";
import { Named } from "./named";
import { RowList } from "./row_list";
import { useSettled } from "./use_settled";

const SETTLE_MS = 200; // a film that plays would reorder the list under the pointer

const shown = computed(() => ({ values: difference.value?.here ?? null, step: state.step.value }));

function take(sample: number): void {
  click(sample, "replace");
  focus(sample);
}

export function Differences({ reel }: { reel: state.Reel }): JSX.Element | null {
  const { values } = useSettled(shown, SETTLE_MS);
  const rows = useMemo(
    () => (values?.length === reel.samples.n ? mostDifferent(values, MOST_LISTED) : new Uint32Array(0)),
    [values, reel],
  );
  if (state.beside.value === null || values === null) return null;
  const { samples, probe } = reel;
  return (
    <details class="differences" open>
      <summary title="Of a sample's 15 nearest in this picture, the share that is not among its 15 nearest in the film beside">
        <h2>Most different here</h2>
      </summary>
      {rows.length === 0 ? (
        <p class="faint">Every sample has the same neighbors in both.</p>
      ) : (
        <RowList
          id="different"
          label="Samples whose neighbors differ most"
          rows={rows}
          columns="1fr 2fr 1fr 1fr"
          head={["id", "label", "split", "differ"].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
          cells={(sample) => {
            const label = samples.label[sample] ?? -1;
            return (
              <>
                <span role="gridcell">{samples.id[sample]}</span>
                <span role="gridcell">{label >= 0 && <Named kind={label} names={probe.class_names} />}</span>
                <span role="gridcell">{probe.splits[samples.split[sample] ?? 0] ?? ""}</span>
                <span role="gridcell">{formatPercent((values[sample] ?? 0) / 254)}</span>
              </>
            );
          }}
          take={take}
        />
      )}
    </details>
  );
}
