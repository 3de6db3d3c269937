/** The samples whose labels are most likely wrong, to be judged one after the other. */
import type { JSX } from "preact";
import { asSentence, messageOf, plural } from "../format";
import * as tab from "../lent";
import { useEffect, useMemo, useRef, useSignal, Virtual } from "../lent";
import { ClassOf, idOf, labelOf, marks, maskFor, take, Words } from "./shared";
import { judge, openSuspects, pending, suspects, suspectTrouble } from "./suspect_store";
import { countsWith, nextToJudge, suspectsCsv, withPending } from "./suspects";
import type { Suspect, Verdict } from "./wire";
import { type Found, Worked } from "./worked";

const ROW_HEIGHTS = { image: 68, none: 68, text: 88 }; // a line more for a text
const PICTURE = 40;

const hideJudged = tab.signal(false);

const SIGNS: Readonly<Record<Verdict, string>> = { suspicious: "✗", fine: "✓" };
const WORDS: Readonly<Record<Verdict, string>> = { suspicious: "Suspicious", fine: "Fine" };
const KEYS: Readonly<Record<Verdict, string>> = { suspicious: "S", fine: "F" };

function Judgement({ row, verdict, give }: { row: Suspect; verdict: Verdict; give: (verdict: Verdict) => void }): JSX.Element {
  return (
    <button
      type="button"
      class={`insight-verdict ${verdict}`}
      tabIndex={-1} // the list takes the keys
      aria-pressed={row.verdict === verdict}
      aria-label={WORDS[verdict]}
      title={`${WORDS[verdict]} (${KEYS[verdict]})`}
      onClick={(event) => {
        event.stopPropagation();
        give(verdict);
      }}
    >
      {SIGNS[verdict]}
    </button>
  );
}

function Cells({ reel, row, give }: { reel: tab.Reel; row: Suspect; give: ((verdict: Verdict) => void) | null }): JSX.Element {
  const { sample, score, looks_like, why, verdict } = row;
  return (
    <>
      <span role="gridcell" class="insight-media">
        <tab.Picture reel={reel} sample={sample} size={PICTURE} />
      </span>
      <span role="gridcell" class="insight-classes">
        <ClassOf reel={reel} kind={labelOf(reel, sample)} />
        {looks_like >= 0 && (
          <>
            <span>
              <span aria-hidden="true">→</span>
              <span class="sr">looks like</span>
            </span>
            <ClassOf reel={reel} kind={looks_like} />
          </>
        )}
      </span>
      <span role="gridcell" class="insight-score" title="Score: higher is more suspicious">
        {score === null ? "–" : score.toFixed(2)}
      </span>
      <span role="gridcell" class="insight-verdicts">
        {give === null ? (
          verdict !== null && WORDS[verdict]
        ) : (
          <>
            <Judgement row={row} verdict="suspicious" give={give} />
            <Judgement row={row} verdict="fine" give={give} />
          </>
        )}
      </span>
      <span role="gridcell" class="insight-why faint" title={why}>
        {tab.fullName(reel, sample)}: {why}
      </span>
      {reel.probe.media.kind === "text" && (
        <span role="gridcell" class="insight-why">
          <Words reel={reel} sample={sample} />
        </span>
      )}
    </>
  );
}

/** The list holds the focus and takes the keys: arrows move, S and F judge, Enter flies there. */
function List({
  reel,
  rows,
  give,
}: {
  reel: tab.Reel;
  rows: readonly Suspect[];
  give: ((sample: number, verdict: Verdict | null) => void) | null;
}): JSX.Element {
  const active = useSignal<number | null>(null); // the sample, so that a list in another order stays at it
  const place = useRef(0); // where it was when it was last seen
  const box = useRef<HTMLDivElement>(null);
  const height = ROW_HEIGHTS[reel.probe.media.kind];
  const found = rows.findIndex(({ sample }) => sample === active.value);
  const at = found >= 0 ? found : Math.min(place.current, rows.length - 1);
  place.current = at;

  const show = (row: number): void => tab.reveal(box.current, row, height);
  const go = (row: number): void => {
    const to = rows[Math.max(0, Math.min(rows.length - 1, row))];
    if (to === undefined) return;
    active.value = to.sample;
    tab.hovered.value = to.sample;
    show(rows.indexOf(to));
  };
  useEffect(() => show(at), [at]); // the server ranks anew after each judgement
  const mark = (index: number, verdict: Verdict): void => {
    const row = rows[index];
    if (row === undefined || give === null) return;
    const next = row.verdict === verdict ? null : verdict;
    give(row.sample, next);
    go(next === null ? index : nextToJudge(rows, index));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    tab.obey(event, {
      ...tab.movesFrom(at, rows.length, box.current, height, go),
      s: () => mark(at, "suspicious"),
      f: () => mark(at, "fine"),
      Enter: () => {
        const row = rows[at];
        if (row !== undefined) take(row.sample);
      },
    });
  };
  return (
    <div
      class="sample-table insight-suspects"
      role="grid"
      tabIndex={0}
      aria-label={`Suspicious samples; ${give === null ? "" : "S marks one suspicious, F fine, "}Enter flies to it`}
      aria-rowcount={rows.length}
      aria-activedescendant={rows.length > 0 ? `suspect-${at}` : undefined}
      onKeyDown={onKeyDown}
      onBlur={() => (tab.hovered.value = null)}
    >
      <Virtual
        class="sample-rows"
        role="rowgroup"
        tabIndex={0} // what scrolls must be reachable; keys go up to the grid
        box={box}
        count={rows.length}
        rowHeight={height}
        row={(index) => {
          const row = rows[index];
          if (row === undefined) return <span key={index} />;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
            <div
              key={row.sample}
              id={`suspect-${index}`}
              class={`sample-row insight-suspect-row${index === at ? " active" : ""} ${row.verdict ?? ""}`}
              role="row"
              aria-rowindex={index + 1}
              aria-selected={row.sample === tab.selected.value}
              style={{ height: `${height}px` }}
              onClick={() => {
                active.value = row.sample;
                take(row.sample);
              }}
              {...marks(row.sample)}
            >
              <Cells reel={reel} row={row} give={give === null ? null : (verdict) => mark(index, verdict)} />
            </div>
          );
        }}
      />
    </div>
  );
}

function exportCsv(reel: tab.Reel, rows: readonly Suspect[]): void {
  const text = suspectsCsv(rows, {
    id: (sample) => idOf(reel, sample),
    split: (sample) => tab.splitOf(reel, sample),
    label: (sample) => labelOf(reel, sample),
    className: (kind) => tab.className(kind, reel.probe.class_names),
  });
  tab.download(new Blob([text], { type: "text/csv;charset=utf-8" }), `${reel.place.run} ${reel.place.tag} to relabel.csv`);
}

function ColourBySuspicion(): JSX.Element | null {
  const column = tab.columns.value.find(({ source }) => source?.name === "suspicion");
  if (column === undefined) return null;
  return (
    <button type="button" onClick={() => tab.colourByColumn(column.name)} title="Colour the dots of the film by their score">
      Colour by suspicion
    </button>
  );
}

function Suspicious({ reel, found }: { reel: tab.Reel; found: Found }): JSX.Element {
  useEffect(() => openSuspects(reel, found.insight), [reel, found.insight]);
  const list = suspects.value;
  const mask = maskFor(reel.samples.n);
  const waiting = pending.value;
  const all = useMemo(() => withPending(list?.suspects ?? [], waiting), [list, waiting]);
  const rows = useMemo(
    () => all.filter(({ sample, verdict }) => (mask === null || mask[sample] === 1) && !(hideJudged.value && verdict !== null)),
    [all, mask, hideJudged.value],
  );
  const trouble = suspectTrouble.value !== null && (
    <p role="alert" class="query-trouble">
      {asSentence(suspectTrouble.value)}
    </p>
  );
  if (list === null) return <>{trouble || <p role="status">Loading</p>}</>;
  const counts = countsWith(list, waiting);
  const give =
    list.cannot_save === null ? (sample: number, verdict: Verdict | null) => judge(reel, found.insight, sample, verdict) : null;
  return (
    <>
      <div class="insight-line">
        <ColourBySuspicion />
        <button
          type="button"
          title="Save this list as a table to relabel by"
          onClick={() => {
            try {
              exportCsv(reel, all);
            } catch (error) {
              suspectTrouble.value = `No CSV was made: ${messageOf(error)}`;
            }
          }}
        >
          CSV
        </button>
      </div>
      <div class="insight-line">
        <span
          role="status"
          class="faint"
          title={`The ${plural(list.suspects.length, "sample")} that are most suspicious are listed`}
        >
          {counts.suspicious} suspicious · {counts.fine} fine
        </span>
        <span class="spacer" />
        <label>
          <input
            type="checkbox"
            checked={hideJudged.value}
            onChange={({ currentTarget }) => (hideJudged.value = currentTarget.checked)}
          />
          Hide judged
        </label>
      </div>
      {list.cannot_save !== null && (
        <p class="faint">
          Judgements cannot be kept here: <tab.Said words={list.cannot_save} />.
        </p>
      )}
      {trouble}
      {rows.length > 0 ? (
        <List reel={reel} rows={rows} give={give} />
      ) : (
        <p class="faint">
          {all.length === 0
            ? "Nothing to doubt was found."
            : mask !== null
              ? "None of the selected samples is among these."
              : "All of these are judged."}
        </p>
      )}
    </>
  );
}

export function SuspectsPanel({ reel }: { reel: tab.Reel }): JSX.Element {
  return (
    <Worked
      reel={reel}
      what="Which labels are likely to be wrong is worked out of the log once: by what the model made of each sample, and by its neighbors."
    >
      {(found) =>
        found.has_labels ? (
          <Suspicious reel={reel} found={found} />
        ) : (
          <p class="faint">No labels were logged, so there are none to doubt. Log them with the samples.</p>
        )
      }
    </Worked>
  );
}
