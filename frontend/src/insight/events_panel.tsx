/** What happened: how often each kind of event, at which steps, and to which samples at the step under the cursor. */
import type { JSX } from "preact";
import { asSentence, formatCount, messageOf } from "../format";
import * as tab from "../lent";
import { RowList, useMemo, useSettled } from "../lent";
import type { EventKind } from "../wire";
import { eventTrouble, useEvents } from "./event_store";
import { countsOf, type Events, eventsCsv, happenedAt, jumpOf, stepBeside } from "./events";
import { Bars, Histogram, usePlayhead } from "./histogram";
import { ClassOf, idOf, labelOf, maskFor, take } from "./shared";
import { type Found, Worked } from "./worked";

const SETTLE_MS = 200; // a film that plays would change the list under the pointer
const JUMP = "confidence_jump"; // the kind that carries more than positions
const MOST_ROWS = 2_000_000; // of a CSV

/** Kinds that a person chose to see; null for those that are seen at first. */
const chosen = tab.signal<ReadonlySet<string> | null>(null);
const csvTrouble = tab.signal<string | null>(null);

/** What is seen at first: flips, or, without labels and logits, what else there is. */
function atFirst(kinds: readonly EventKind[]): ReadonlySet<string> {
  const wanted = kinds.filter(({ group }) => group === kinds[0]?.group);
  return new Set(wanted.map(({ kind }) => kind));
}

function choose(kinds: readonly EventKind[], kind: string): void {
  const next = new Set(chosen.peek() ?? atFirst(kinds));
  if (!next.delete(kind)) next.add(kind);
  chosen.value = next;
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** The counts of each kind at the film's steps, whatever else was logged. */
const atSteps = (counts: readonly number[], places: readonly number[]): number[] => places.map((place) => counts[place] ?? 0);

interface Row extends EventKind {
  readonly seen: boolean;
  /** At the film's steps; null while they are under way. */
  readonly shown: readonly number[] | null;
}

function Kinds({ rows, index }: { rows: readonly Row[]; index: number }): JSX.Element {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return (
    <table class="insight-kinds">
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col" class="insight-spark-head">
            <span class="sr">By step</span>
          </th>
          <th scope="col">here</th>
          <th scope="col">all</th>
        </tr>
      </thead>
      {groups.map((group) => (
        <tbody key={group}>
          {rows
            .filter((row) => row.group === group)
            .map(({ kind, label, description, seen, shown }) => (
              <tr key={kind} class={seen ? "seen" : ""}>
                <th scope="row" title={description}>
                  <label>
                    <input type="checkbox" checked={seen} onChange={() => choose(rows, kind)} />
                    <span>{label}</span>
                  </label>
                </th>
                <td class="insight-spark">
                  {shown !== null && <Bars counts={shown} width={60} />}
                  <i class="insight-head" />
                </td>
                <td>{shown === null ? "–" : formatCount(shown[index] ?? 0)}</td>
                <td class="faint">{shown === null ? "–" : formatCount(sumOf(shown))}</td>
              </tr>
            ))}
        </tbody>
      ))}
    </table>
  );
}

async function exportCsv(
  reel: tab.Reel,
  found: Found,
  rows: readonly Row[],
  events: readonly (Events | undefined)[],
): Promise<void> {
  csvTrouble.value = null;
  const seen = rows.filter((row) => row.seen);
  const named = seen.flatMap(({ kind }, at) => {
    const known = events[at];
    return known === undefined ? [] : [{ kind, events: known }];
  });
  const total = sumOf(seen.map(({ shown }) => sumOf(shown ?? [])));
  if (named.length < seen.length) throw new Error("the events are not here yet; try again in a moment");
  if (total > MOST_ROWS)
    throw new Error(
      `expected at most ${formatCount(MOST_ROWS)} events, got ${formatCount(total)}; choose fewer kinds or select samples`,
    );
  const parts = eventsCsv(named, maskFor(reel.samples.n), {
    steps: found.steps,
    id: (sample) => idOf(reel, sample),
    split: (sample) => tab.splitOf(reel, sample),
    label: (sample) => labelOf(reel, sample),
    className: (kind) => tab.className(kind, reel.probe.class_names),
  });
  tab.download(new Blob(parts, { type: "text/csv;charset=utf-8" }), `${reel.place.run} ${reel.place.tag} events.csv`);
}

function Beside({ counts, index, steps }: { counts: readonly number[]; index: number; steps: readonly number[] }): JSX.Element {
  const button = (by: 1 | -1, words: string, sign: string): JSX.Element => {
    const to = stepBeside(counts, index, by);
    return (
      <button
        type="button"
        class="quiet"
        aria-label={words}
        title={words}
        disabled={to === null}
        onClick={() => to !== null && tab.goTo(steps[to] ?? 0)}
      >
        {sign}
      </button>
    );
  };
  return (
    <>
      {button(-1, "To the step before that has some", "‹")}
      {button(1, "To the next step that has some", "›")}
    </>
  );
}

function Happenings({ reel, found }: { reel: tab.Reel; found: Found }): JSX.Element {
  const step = useSettled(tab.step, SETTLE_MS);
  const { n } = reel.samples;
  const mask = maskFor(n);
  const seen = useMemo(() => chosen.value ?? atFirst(found.kinds), [chosen.value, found.insight]);
  const wanted = found.kinds.filter(({ kind }) => seen.has(kind));
  const events = useEvents(
    reel,
    found.insight,
    wanted.map(({ kind }) => kind),
  );
  const places = useMemo(() => reel.steps.map((one) => found.steps.indexOf(one)), [reel, found.insight]);
  const index = Math.max(0, reel.steps.indexOf(step ?? 0));
  const place = places[index] ?? -1;
  const rows = useMemo(
    () =>
      found.kinds.map((kind): Row => {
        const at = wanted.findIndex((one) => one.kind === kind.kind);
        const known = events[at];
        const counts = mask === null ? kind.counts : known === undefined ? null : countsOf(known, mask);
        return { ...kind, seen: at >= 0, shown: counts === null ? null : atSteps(counts, places) };
      }),
    [found.insight, seen, mask, events.map((one) => one !== undefined).join(), places],
  );
  const total = useMemo(
    () => reel.steps.map((_, at) => sumOf(rows.filter((row) => row.seen).map(({ shown }) => shown?.[at] ?? 0))),
    [rows],
  );
  const happened = useMemo(() => happenedAt(events, place, mask), [place, mask, rows]);
  const box = usePlayhead(reel.steps.length);
  const trouble = csvTrouble.value ?? eventTrouble.value;
  const words = (sample: number): string =>
    wanted
      .flatMap(({ kind, label }, bit) => {
        if ((((happened.kinds.get(sample) ?? 0) >> bit) & 1) === 0) return [];
        const known = events[bit];
        const jump = kind === JUMP && known !== undefined ? jumpOf(known, place, sample) : null;
        return [jump === null ? label : `${label} ${jump.size > 0 ? "+" : "−"}${Math.abs(jump.size).toFixed(2)}`];
      })
      .join(", ");
  return (
    <div ref={box} class="insight-events">
      <Histogram counts={total} steps={reel.steps} label="Events of the chosen kinds" />
      <Kinds rows={rows} index={index} />
      <div class="insight-line">
        <strong role="status">
          {formatCount(happened.samples.length)} at step {step}
        </strong>
        <Beside counts={total} index={index} steps={reel.steps} />
        <span class="spacer" />
        <button
          type="button"
          title="Save the chosen kinds of all steps as a table"
          onClick={() => {
            exportCsv(reel, found, rows, events).catch((error: unknown) => {
              csvTrouble.value = `No CSV was made: ${messageOf(error)}`;
            });
          }}
        >
          CSV
        </button>
      </div>
      {trouble !== null && (
        <p role="alert" class="query-trouble">
          {asSentence(trouble)}
        </p>
      )}
      {happened.samples.length > 0 ? (
        <RowList
          id="event"
          label={`Samples with events at step ${step}`}
          rows={happened.samples}
          columns="1fr 1.1fr 2.2fr"
          head={["id", "label", "what happened"].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
          cells={(sample) => (
            <>
              <span role="gridcell" title={tab.fullName(reel, sample)}>
                {tab.shortName(reel, sample)}
              </span>
              <span role="gridcell">
                <ClassOf reel={reel} kind={labelOf(reel, sample)} />
              </span>
              <span role="gridcell" title={words(sample)}>
                {words(sample)}
              </span>
            </>
          )}
          take={(sample) => {
            if (step !== null) tab.goTo(step); // between two steps, the list is of the nearer one
            take(sample);
          }}
        />
      ) : (
        <p class="faint">
          {seen.size === 0
            ? "Choose kinds of events above."
            : place < 0
              ? "This step was logged after the events were worked out."
              : "None of the chosen kinds here."}
        </p>
      )}
    </div>
  );
}

export function EventsPanel({ reel }: { reel: tab.Reel }): JSX.Element {
  return (
    <Worked
      reel={reel}
      what="What happened to each sample from step to step (learned, forgotten, moved, crossed a border) is worked out of the log once."
    >
      {(found) =>
        found.kinds.length === 0 ? (
          <p class="faint">Nothing can be told of this log: it has one step, or no values to compare.</p>
        ) : (
          <Happenings reel={reel} found={found} />
        )
      }
    </Worked>
  );
}
