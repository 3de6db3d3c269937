/** The tree of runs that the present one belongs to, above its timeline: a lane per run, a button per step. Loaded where there is a tree. */
import type { JSX } from "preact";
import { list, nullable, number, object, text } from "../decode";
import { messageOf } from "../format";
import * as tab from "../lent";
import style from "./branches.css";
import { columnsOf, drawnIn, type Lane, lanesOf, nearestOf, sharers, shownColumns, stepAt } from "./tree";

tab.adopt(style);

const fork = object({ run: text, step: number, own_step: number });
const answer = object({ branches: list(object({ run: text, tag: text, steps: list(number), fork: nullable(fork) })) });

const LANE = 26; // pixels, as in the style sheet
const LEAST = 26; // pixels from step to step of one lane, so that each is large enough to be hit
const PER_DIGIT = 7;
const MARGIN = 18; // half a step of many digits

const lastName = (run: string): string => run.slice(run.lastIndexOf("/") + 1);

/** Where a lane's line runs, in pixels: down from the lane that it left, and along its steps, to the last or to a column before. */
function pathOf(lane: Lane, at: number, x: (column: number) => number, last = columnsOf([lane]) - 1): string {
  const y = (at + 0.5) * LANE;
  const end = x(last);
  if (lane.parent === null) return `M${x(lane.offset)} ${y}H${end}`;
  const left = x(lane.fork);
  return `M${left} ${(lane.parent + 0.5) * LANE}V${y - 8}Q${left} ${y} ${left + 8} ${y}H${end}`;
}

/** The way from the root to a lane's last step. */
function wayTo(lanes: readonly Lane[], to: number, x: (column: number) => number): string {
  const lane = lanes[to];
  if (lane === undefined) return "";
  const parts = [pathOf(lane, to, x)];
  for (let { parent, fork } = lane; parent !== null; ) {
    const above = lanes[parent];
    if (above === undefined) break;
    parts.push(pathOf(above, parent, x, fork));
    ({ parent, fork } = above);
  }
  return parts.join("");
}

interface Spot {
  readonly lane: number;
  readonly column: number;
}

function Tree({ lanes }: { lanes: readonly Lane[] }): JSX.Element {
  const list = tab.useRef<HTMLElement>(null);
  const box = tab.useRef<HTMLDivElement>(null);
  const width = tab.useSignal(800);
  const focused = tab.useSignal<Spot | null>(null);
  tab.useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => (width.value = element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const columns = columnsOf(lanes);
  const gap = (width.value - 2 * MARGIN) / Math.max(1, columns - 1);
  const digits = Math.max(...lanes.flatMap(({ steps }) => steps.map((step) => String(step).length)));
  const stride = Math.max(1, Math.ceil(Math.max(LEAST, 12 + PER_DIGIT * digits) / gap));
  const shown = tab.useMemo(() => lanes.map((_, at) => shownColumns(lanes, at, stride)), [lanes, stride]);
  const x = (column: number): number => MARGIN + column * gap;

  const present = lanes.findIndex(({ run }) => run === tab.place.value?.run);
  const open = tab.reel.value?.place.run === lanes[present]?.run ? tab.step.value : null;
  const here = spotOf(lanes, shown, present, open);
  const fitted = new Set(
    tab.listing.value?.runs
      .filter(({ tags }) => tags.some(({ tag, state }) => tag === lanes[0]?.tag && state === "fitted"))
      .map(({ run }) => run),
  );
  tab.useEffect(() => {
    if (here !== null) tab.reveal(list.current, here.lane, LANE);
  }, [here?.lane]);
  const inFocus = focused.value ?? here ?? { lane: 0, column: shown[0]?.[0] ?? 0 };
  const isAt = (spot: Spot | null, lane: number, column: number): boolean => spot?.lane === lane && spot.column === column;

  const moveTo = (lane: number, column: number | undefined): void => {
    if (column === undefined) return;
    focused.value = { lane, column };
    box.current?.querySelector<HTMLElement>(`[data-spot="${lane} ${column}"]`)?.focus();
  };
  const along = (by: 1 | -1): void => {
    const { lane, column } = inFocus;
    const next = shown[lane]?.[(shown[lane]?.indexOf(column) ?? 0) + by];
    const { parent, fork } = lanes[lane] ?? { parent: null, fork: -1 };
    if (next !== undefined) moveTo(lane, next);
    else if (by < 0 && parent !== null) moveTo(parent, nearestOf(shown[parent] ?? [], fork));
  };
  const across = (by: 1 | -1): void => {
    const lane = inFocus.lane + by;
    moveTo(lane, nearestOf(shown[lane] ?? [], inFocus.column));
  };
  const onKeyDown = (event: KeyboardEvent): void =>
    tab.obey(event, {
      ArrowLeft: () => along(-1),
      ArrowRight: () => along(1),
      ArrowUp: () => across(-1),
      ArrowDown: () => across(1),
      Home: () => moveTo(inFocus.lane, shown[inFocus.lane]?.[0]),
      End: () => moveTo(inFocus.lane, shown[inFocus.lane]?.at(-1)),
    });
  /** Whose step a press leads to: the present run's where it has it too. */
  const targetOf = (lane: Lane, at: number, column: number): Lane =>
    (present >= 0 && drawnIn(lanes, present, column) === at ? lanes[present] : undefined) ?? lane;
  const go = (to: Lane, lane: number, column: number): void => {
    focused.value = { lane, column };
    const step = stepAt(to, column) ?? 0;
    if (to.run === tab.reel.value?.place.run) tab.goTo(step);
    else tab.goToRun({ run: to.run, tag: to.tag }, step);
  };
  return (
    <section ref={list} class="branch-tree" aria-label="Branches" style={{ "--lanes": lanes.length }} onKeyDown={onKeyDown}>
      <div class="branch-names">
        {lanes.map(({ run }, at) => (
          <span key={run} class={at === present ? "present" : ""} title={run}>
            {lastName(run)}
          </span>
        ))}
      </div>
      <div class="branch-lanes" ref={box}>
        <svg width={width.value} height={lanes.length * LANE} aria-hidden="true">
          {lanes.map((lane, at) => (
            <path key={lane.run} d={pathOf(lane, at, x)} />
          ))}
          <path class="present" d={wayTo(lanes, present, x)} />
        </svg>
        {lanes.map((lane, at) => (
          <div key={lane.run} role="group" aria-label={nameOfLane(lanes, lane)}>
            {shown[at]?.map((column) => {
              const to = targetOf(lane, at, column);
              const n = sharers(lanes, at, column);
              const words = [
                `Step ${stepAt(to, column)} of ${to.run}`,
                ...(n > 1 ? [`shared by ${n} runs`] : []),
                ...(fitted.has(to.run) ? [] : ["not fitted yet"]),
              ].join(", ");
              return (
                <button
                  key={column}
                  type="button"
                  class={fitted.has(to.run) ? "" : "unfitted"}
                  data-spot={`${at} ${column}`}
                  aria-label={words}
                  title={words}
                  aria-current={isAt(here, at, column) ? "step" : undefined}
                  tabIndex={isAt(inFocus, at, column) ? 0 : -1}
                  style={{ left: `${x(column)}px`, top: `${at * LANE}px` }}
                  onClick={() => go(to, at, column)}
                >
                  {stepAt(lane, column)}
                </button>
              );
            })}
          </div>
        ))}
      </div>
    </section>
  );
}

/** Where the present step of a lane's run is drawn, or what is nearest to it there. */
function spotOf(lanes: readonly Lane[], shown: readonly number[][], present: number, step: number | null): Spot | null {
  const lane = lanes[present];
  if (lane === undefined || step === null) return null;
  const column = lane.steps.indexOf(nearestOf(lane.steps, step) ?? step) + lane.offset;
  const at = drawnIn(lanes, present, column);
  const nearest = nearestOf(shown[at] ?? [], column);
  return nearest === undefined ? null : { lane: at, column: nearest };
}

function nameOfLane(lanes: readonly Lane[], { run, parent, fork }: Lane): string {
  const left = parent === null ? undefined : lanes[parent];
  return left === undefined ? run : `${run}, leaves ${left.run} after step ${stepAt(left, fork)}`;
}

export function BranchTree({
  probe: { run, tag },
}: {
  probe: { readonly run: string; readonly tag: string };
}): JSX.Element | null {
  const found = tab.useSignal<readonly Lane[]>([]);
  const trouble = tab.useSignal<string | null>(null);
  const logged = tab.useComputed(() =>
    JSON.stringify(tab.listing.value?.runs.map((entry) => [entry.run, ...entry.tags.map(({ n_steps }) => n_steps)])),
  ).value;
  tab.useEffect(() => {
    const controller = new AbortController();
    tab.getJson(answer, "branches", { run, tag }, controller.signal).then(
      ({ branches }) => {
        found.value = branches.length > 1 ? lanesOf(branches) : [];
        trouble.value = null;
      },
      (error: unknown) => {
        if (!controller.signal.aborted) trouble.value = messageOf(error);
      },
    );
    return () => controller.abort();
  }, [run, tag, logged]);
  if (trouble.value !== null) return <p role="alert">The branches of this run do not load: {trouble}</p>;
  return found.value.length > 1 ? <Tree lanes={found.value} /> : null;
}
