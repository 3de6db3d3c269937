/** The film beside the first: its picture, which film it is and where it stands. */
import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { sharedSplit } from "../alignment";
import { besideInstant, besideTrouble, matching, nameOf, offers, putBeside } from "../beside";
import { meanDifference } from "../difference_at";
import { formatCount, formatPercent, plural } from "../format";
import { drawnBeside, type Subject } from "../painter";
import { sceneBeside } from "../picture";
import { listen } from "../pointer";
import * as state from "../state";
import { ALIGNMENTS, type Alignment } from "../url";
import { ClassNames } from "./class_names";
import { Icon } from "./icons";
import { leaveTo } from "./leave";
import { usePainter, useSize } from "./use_painter";

const SUBJECT: Subject = { scene: sceneBeside, drawn: drawnBeside };
const HELD_AT = "held";
const CHOICE = "beside-choice";
const HELD: Readonly<Record<Alignment, string>> = { step: "same step", accuracy: "same accuracy" };

function Picture({ reel }: { reel: state.Reel }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(box);
  const trouble = usePainter(canvas, size, SUBJECT);
  const choice = state.rendererChoice.value;
  const label = useMemo(
    () => computed(() => `${nameOf(reel)}, step ${reel.steps[besideInstant.value.nearest] ?? ""}, beside the first film.`),
    [reel],
  );
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const sampleOf = (picked: number): number | null => {
      const sample = matching.peek()?.here[picked] ?? -1;
      return sample < 0 ? null : sample;
    };
    return listen(canvas.current, { extent: reel.film.extent, drawn: drawnBeside, sampleOf, outlines: false });
  }, [reel, choice]);
  return (
    <div class="stage" ref={box}>
      <canvas key={choice} ref={canvas} class="picture" role="img" aria-label={label} />
      <ClassNames reel={reel} drawn={drawnBeside} />
      {trouble.value !== null && (
        <div class="centre" role="alert">
          {trouble}
        </div>
      )}
    </div>
  );
}

/** Where it stands, how many samples both films have, and how much their neighbourhoods differ. */
function Facts({ reel }: { reel: state.Reel }): JSX.Element {
  const count = matching.value?.count ?? 0;
  const difference = meanDifference.value;
  const shared = count === 0 ? "no sample's id is in both" : `${formatCount(count)} in common`;
  const apart = count === 0 || difference === null ? [] : [`${formatPercent(difference)} of neighbors differ`];
  return (
    <span
      class="faint"
      title="Of a sample's 15 nearest in one picture, the share that is not among its 15 nearest in the other; mean"
    >
      {[`step ${reel.steps[besideInstant.value.nearest] ?? ""}`, shared, ...apart].join(" · ")}
    </span>
  );
}

export function Beside(): JSX.Element | null {
  const choice = state.besideChoice.value;
  const reel = state.beside.value;
  if (choice === null) return null;
  const comparable = sharedSplit(state.reel.value?.film.steps ?? [], reel?.film.steps ?? []) !== null;
  return (
    <section class="beside" aria-label="The film beside">
      <header class="beside-head">
        <strong title={reel === null ? choice.run : nameOf(reel)}>{reel === null ? choice.run : nameOf(reel)}</strong>
        <select
          aria-label="Held at"
          value={state.held.value === null ? state.alignment.value : HELD_AT}
          onChange={({ currentTarget }) => {
            state.held.value = null;
            state.alignment.value = ALIGNMENTS.find((name) => name === currentTarget.value) ?? "step";
          }}
        >
          {ALIGNMENTS.map((name) => (
            <option key={name} value={name} disabled={name === "accuracy" && !comparable}>
              {HELD[name]}
            </option>
          ))}
          {state.held.value !== null && <option value={HELD_AT}>step {state.held}</option>}
        </select>
        <button
          type="button"
          class="quiet"
          aria-label="Close the film beside"
          title="Close the film beside"
          onClick={(event) => {
            leaveTo(event, document.getElementById(CHOICE));
            putBeside(null);
          }}
        >
          <Icon name="close" />
        </button>
        {reel !== null && <Facts reel={reel} />}
      </header>
      {reel === null ? (
        <div class="centre" role={besideTrouble.value === null ? "status" : "alert"}>
          {besideTrouble.value ?? "Opening the film beside"}
        </div>
      ) : (
        <Picture key={reel.film.film} reel={reel} />
      )}
    </section>
  );
}

/** Chooses the film beside; there is none to choose while there is but one film. */
export function BesideChoice({ reel }: { reel: state.Reel }): JSX.Element | null {
  const found = offers(reel);
  const present = state.besideChoice.value;
  const value = present === null ? "" : JSON.stringify({ run: present.run, tag: present.tag, film: present.film });
  if (found.length === 0 && present === null) return null;
  return (
    <label class="choose">
      <span>Beside</span>
      <select
        id={CHOICE}
        value={value}
        title={`Compare with one of ${plural(found.length, "film")} (C)`}
        onChange={({ currentTarget }) => {
          putBeside(found.find((offer) => offer.value === currentTarget.value)?.choice ?? null);
        }}
      >
        <option value="">–</option>
        {found.map((offer) => (
          <option key={offer.value} value={offer.value}>
            {offer.name}
          </option>
        ))}
        {present !== null && !found.some((offer) => offer.value === value) && <option value={value}>{present.run}</option>}
      </select>
    </label>
  );
}
