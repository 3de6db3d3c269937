/** The samples whose neighbors in the two films differ most, at the steps that they show: in the pictures, or in the representations. */
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { asSentence, formatCount, formatPercent, messageOf } from "../format";
import * as tab from "../lent";
import { besideInstant, click, difference, focus, Named, Picture, RowList, useSettled } from "../lent";
import { fetchNeighborsDiffer } from "./fetching";
import { MOST_LISTED, mostDifferent } from "./most_different";

const SETTLE_MS = 200; // a film that plays would reorder the list under the pointer
const REST_MS = 400; // and a server that takes a second for an answer must not be asked for every step it goes through
const THUMB = 20; // CSS pixels

const PLACES = { picture: "in the picture", representation: "in the representation" } as const;
type PlaceOfNeighbors = keyof typeof PLACES;
/** Where neighbors are looked for; stays chosen while films are changed. */
const where = signal<PlaceOfNeighbors>("picture");

const shown = computed(() => difference.value?.here ?? null);

function take(sample: number): void {
  click(sample, "replace");
  focus(sample);
}

function Rows({ reel, values }: { reel: tab.Reel; values: Uint8Array }): JSX.Element {
  const rows = useMemo(
    () => (values.length === reel.samples.n ? mostDifferent(values, MOST_LISTED) : new Uint32Array(0)),
    [values, reel],
  );
  if (rows.length === 0) return <p class="faint">Every sample has the same neighbors in both.</p>;
  const { samples, probe } = reel;
  const hasPictures = probe.media.kind === "image";
  const hasClasses = tab.nClasses.value > 0;
  return (
    <RowList
      id="different"
      label="Samples whose neighbors differ most"
      rows={rows}
      columns={`${hasPictures ? "1.3fr" : "1fr"}${hasClasses ? " 2fr" : ""} 1fr 1fr`}
      head={["id", ...(hasClasses ? ["label"] : []), "split", "differ"].map((name) => (
        <span key={name} role="columnheader">
          {name}
        </span>
      ))}
      cells={(sample) => {
        const label = samples.label[sample] ?? -1;
        return (
          <>
            <span role="gridcell">
              {hasPictures && <Picture reel={reel} sample={sample} size={THUMB} />}
              {samples.id[sample]}
            </span>
            {hasClasses && <span role="gridcell">{label >= 0 && <Named kind={label} names={probe.class_names} />}</span>}
            <span role="gridcell">{tab.splitOf(reel, sample)}</span>
            <span role="gridcell">{formatPercent((values[sample] ?? 0) / 254)}</span>
          </>
        );
      }}
      take={take}
    />
  );
}

function InPicture({ reel }: { reel: tab.Reel }): JSX.Element | null {
  const values = useSettled(shown, SETTLE_MS);
  return values === null ? null : <Rows reel={reel} values={values} />;
}

/** How many samples have a value, and the mean of those, 0..1. */
function summary(values: Uint8Array): { measured: number; mean: number } {
  let [measured, sum] = [0, 0];
  for (const value of values) {
    if (value === 255) continue;
    measured++;
    sum += value;
  }
  return { measured, mean: measured === 0 ? 0 : sum / measured / 254 };
}

interface Told {
  /** The films that it was told of; of others it says nothing. */
  readonly of: readonly [tab.Reel, tab.Reel];
  readonly values: Uint8Array | null;
  readonly trouble: string | null;
}
const told = signal<Told | null>(null);

function InRepresentation({ reel, beside }: { reel: tab.Reel; beside: tab.Reel }): JSX.Element {
  const step = tab.step.value;
  const withStep = beside.steps[besideInstant.value.nearest] ?? null;
  useEffect(() => {
    if (step === null || withStep === null) return undefined;
    let stale = false;
    const timer = setTimeout(() => {
      fetchNeighborsDiffer(reel, beside, step, withStep).then(
        (values) => {
          if (!stale) told.value = { of: [reel, beside], values, trouble: null };
        },
        (error: unknown) => {
          if (!stale) told.value = { of: [reel, beside], values: null, trouble: messageOf(error) };
        },
      );
    }, REST_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [reel, beside, step, withStep]);
  const known = told.value?.of[0] === reel && told.value.of[1] === beside ? told.value : null;
  const [values, trouble] = [known?.values ?? null, known?.trouble ?? null];
  const found = useMemo(() => (values === null ? null : { values, ...summary(values) }), [values]);
  if (trouble !== null) return <p role="alert">{asSentence(trouble)}</p>;
  if (found === null) {
    return (
      <p class="faint" role="status">
        Looking for neighbors …
      </p>
    );
  }
  return (
    <>
      <p class="faint">
        {formatPercent(found.mean)} of neighbors differ, of {formatCount(found.measured)} samples measured.
      </p>
      <Rows reel={reel} values={found.values} />
    </>
  );
}

export function Differences({ reel, beside }: { reel: tab.Reel; beside: tab.Reel }): JSX.Element {
  return (
    <details class="differences" open>
      <summary title="Of a sample's 15 nearest here, the share that is not among its 15 nearest in the film beside">
        <h2>Most different here</h2>
      </summary>
      <fieldset class="segments pair" aria-label="Neighbors">
        {(Object.keys(PLACES) as PlaceOfNeighbors[]).map((name) => (
          <label key={name}>
            <input type="radio" name="neighbors-in" checked={where.value === name} onChange={() => (where.value = name)} />
            {PLACES[name]}
          </label>
        ))}
      </fieldset>
      {where.value === "picture" ? <InPicture reel={reel} /> : <InRepresentation reel={reel} beside={beside} />}
    </details>
  );
}
