/** What the Export menu holds: pictures, films and links to take away. A file of its own in the bundle, loaded when it is first wanted. */
import type { JSX } from "preact";
import { plural, speedName } from "../format";
import * as tab from "../lent";
import css from "./export.css";
import { canCopyPicture, cancelExport, copyPicture, downloadPicture, exportFilm, type FilmKind, job, outcome } from "./job";
import { durationOf, evenly, nPictures } from "./plan";
import { type Size, sizesNow } from "./studio";

tab.adopt(css);

const SCALES = [1, 2, 3, 4] as const;
const RATES: Readonly<Record<FilmKind, readonly number[]>> = { webm: [15, 24, 30, 60], gif: [5, 10, 20, 25] };
const SIZES = [
  { width: 640, height: 480 },
  { width: 960, height: 720 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
] as const;

const pixels = ({ width, height }: Size): string => `${width} × ${height}`;

function Choice({
  label,
  value,
  options,
  onChoose,
}: {
  label: string;
  value: string | number;
  options: readonly (readonly [value: string | number, words: string])[];
  onChoose: (value: string) => void;
}): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {options.map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function PictureSection(): JSX.Element {
  const scale = tab.useSignal(2);
  const screen = tab.useComputed(() => {
    // They change with every picture, their size seldom.
    return [tab.drawn, tab.drawnBeside].map(({ value }) => (value === null ? "" : pixels(value.scene))).join();
  });
  const sizes = tab.useComputed(() => {
    void [screen.value, tab.legendEntries.value, tab.legendHidden.value]; // they make the picture as large as it becomes
    return sizesNow(SCALES)?.map(pixels) ?? [];
  }).value;
  return (
    <section aria-labelledby="export-picture">
      <h2 id="export-picture">Picture</h2>
      <Choice
        label="Size"
        value={scale.value}
        options={SCALES.map((factor, index) => [factor, `${factor} × (${sizes[index] ?? ""})`])}
        onChoose={(value) => (scale.value = Number(value))}
      />
      <p class="offer">
        <button type="button" onClick={() => void downloadPicture(scale.peek())}>
          Download PNG
        </button>
        {canCopyPicture() && (
          <button type="button" onClick={() => void copyPicture(scale.peek())}>
            Copy image
          </button>
        )}
      </p>
    </section>
  );
}

function FilmSection({ reel }: { reel: tab.Reel }): JSX.Element {
  const kind = tab.useSignal<FilmKind>("webm");
  const wholeFilm = tab.useSignal(false);
  const size = tab.useSignal(1);
  const rates = tab.useSignal<Record<FilmKind, number>>({ webm: 30, gif: 10 });
  const whole = { first: 0, last: reel.steps.length - 1 };
  const ranged = tab.loopRange.value !== null;
  const span = ranged && !wholeFilm.value ? tab.loopSpan.value : whole;
  const fps = rates.value[kind.value];
  const plan = { span, stepsPerSecond: tab.speed.value, fps };
  const named = ({ first, last }: typeof whole): string => `steps ${reel.steps[first]} to ${reel.steps[last]}`;
  const chosen = SIZES[size.value] ?? SIZES[1];
  return (
    <section aria-labelledby="export-film">
      <h2 id="export-film">Film</h2>
      <Choice
        label="Format"
        value={kind.value}
        options={[
          ["webm", "WebM video"],
          ["gif", "GIF"],
        ]}
        onChoose={(value) => (kind.value = value === "gif" ? "gif" : "webm")}
      />
      <Choice
        label="Range"
        value={ranged && !wholeFilm.value ? "loop" : "all"}
        options={[
          ["all", `all, ${named(whole)}`],
          ...(ranged ? ([["loop", `loop, ${named(tab.loopSpan.value)}`]] as const) : []),
        ]}
        onChoose={(value) => (wholeFilm.value = value === "all")}
      />
      <Choice
        label="Size"
        value={size.value}
        options={SIZES.map((entry, index) => [index, pixels(entry)])}
        onChoose={(value) => (size.value = Number(value))}
      />
      <Choice
        label="Pictures"
        value={fps}
        options={RATES[kind.value].map((rate) => [rate, `${rate} per second`])}
        onChoose={(value) => (rates.value = { ...rates.peek(), [kind.peek()]: Number(value) })}
      />
      <Choice
        label="Speed"
        value={tab.speed.value}
        options={tab.SPEEDS.map((speed) => [speed, speedName(speed)])}
        onChoose={(value) => (tab.speed.value = Number(value))}
      />
      <p class="offer">
        <button
          type="button"
          class="primary"
          disabled={job.value !== null}
          onClick={() =>
            void exportFilm({
              kind: kind.peek(),
              plan,
              size: { width: evenly(chosen.width), height: evenly(chosen.height) },
            })
          }
        >
          Export film
        </button>
        <span class="faint">
          {durationOf(plan).toFixed(1)} s, {plural(nPictures(plan), "picture")}
        </span>
      </p>
    </section>
  );
}

function Progress(): JSX.Element | null {
  const now = job.value;
  if (now === null) return null;
  return (
    <div class="export-progress">
      <progress aria-label="Film export" max={now.total} value={now.done} />
      <span>
        {now.done} of {now.total}
      </span>
      <button type="button" onClick={cancelExport}>
        Cancel export
      </button>
    </div>
  );
}

const WHAT_LINK_DOES = "opens what is on screen";

function LinkButton(): JSX.Element {
  const said = tab.useSignal<string | null>(null);
  const opens = tab.selectionIsTooLong.value ? `${WHAT_LINK_DOES}, but for the selection: save that by a name` : WHAT_LINK_DOES;
  const onClick = async (): Promise<void> => {
    let address = window.location.href;
    try {
      address = window.parent.location.href;
    } catch {
      // embedded by another origin: the address of the frame is what there is
    }
    said.value = (await tab.copy(address)) ? "Copied" : "Copy the address bar instead";
    setTimeout(() => {
      said.value = null;
    }, 2000);
  };
  return (
    <section aria-labelledby="export-link">
      <h2 id="export-link">Link</h2>
      <p class="offer">
        <button type="button" onClick={onClick}>
          Copy link
        </button>
        <span class="faint" role="status">
          {said.value ?? opens}
        </span>
      </p>
    </section>
  );
}

/** How far the film is that is being exported, as a share; null when none is. */
export const progress = (): number | null => (job.value === null ? null : job.value.done / job.value.total);

export function ExportPanel({ reel }: { reel: tab.Reel }): JSX.Element {
  const said = outcome.value;
  return (
    <>
      <PictureSection />
      <FilmSection reel={reel} />
      <Progress />
      <p class={said?.failed === true ? "export-outcome failed" : "export-outcome"} role="status">
        {said?.words}
      </p>
      <LinkButton />
    </>
  );
}
