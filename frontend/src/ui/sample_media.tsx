/** The selected samples as a person would look at them: a grid of thumbnails, or a list of texts. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { fullName, shortName } from "../sample_name";
import { textOf, thumbnailAddressOf } from "../samples";
import { focus } from "../selecting";
import * as state from "../state";
import { useAsync } from "./use_async";
import { Virtual } from "./virtual";

const CELL = 36; // CSS pixels that a thumbnail may take at most, unless it is shown pixel by pixel
const GAP = 4;
const TEXT_HEIGHT = 26;

function describe(reel: state.Reel, sample: number): string {
  const label = reel.samples.label[sample] ?? -1;
  const prediction = state.nearestFrame.peek()?.prediction?.[sample];
  const names = reel.probe.class_names;
  return [
    fullName(reel, sample),
    ...(label < 0 ? [] : [`label ${state.className(label, names)}`]),
    ...(prediction === undefined ? [] : [`predicted ${state.className(prediction, names)}`]),
  ].join(", ");
}

/** Arrow keys go from button to button inside a box, so that it is one stop of the Tab key. */
function onArrow(event: KeyboardEvent, perRow: number): void {
  const by: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow, ArrowUp: -perRow };
  const move = by[event.key];
  const box = event.currentTarget;
  if (move === undefined || !(box instanceof HTMLElement) || !(event.target instanceof HTMLElement)) return;
  event.preventDefault();
  event.stopPropagation();
  const { target } = event;
  const buttons = [...box.querySelectorAll("button")];
  const next = buttons[buttons.findIndex((button) => button.contains(target)) + move];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function Thumb({ reel, sample, first }: { reel: state.Reel; sample: number; first: boolean }): JSX.Element {
  const { url, x, y, width, height, pageWidth } = thumbnailAddressOf(reel, sample);
  const most = Math.max(width, height);
  const scale = most > CELL ? CELL / most : Math.floor(CELL / most);
  const words = describe(reel, sample);
  return (
    <button
      type="button"
      class="sample-thumb"
      tabIndex={first ? 0 : -1}
      aria-label={words}
      title={words}
      aria-pressed={sample === state.selected.value}
      style={{
        width: `${width * scale}px`,
        height: `${height * scale}px`,
        backgroundImage: `url("${url}")`,
        backgroundSize: `${pageWidth * scale}px auto`,
        backgroundPosition: `${-x * scale}px ${-y * scale}px`,
      }}
      onClick={() => focus(sample)}
      onMouseEnter={() => (state.hovered.value = sample)}
      onMouseLeave={() => (state.hovered.value = null)}
    />
  );
}

function ThumbnailGrid({ reel, positions }: { reel: state.Reel; positions: Uint32Array }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(280);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => (width.value = element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { width: own, height: tall } = thumbnailAddressOf(reel, 0);
  const most = Math.max(own, tall);
  const scale = most > CELL ? CELL / most : Math.floor(CELL / most);
  const perRow = Math.max(1, Math.floor((width.value + GAP) / (own * scale + GAP)));
  return (
    <Virtual
      class="sample-thumbs"
      role="group"
      aria-label="Pictures of the selected samples"
      box={box}
      count={Math.ceil(positions.length / perRow)}
      rowHeight={tall * scale + GAP}
      onKeyDown={(event) => onArrow(event, perRow)}
      row={(index) => (
        <div class="sample-thumb-row" key={index} style={{ height: `${tall * scale + GAP}px` }}>
          {[...positions.subarray(index * perRow, (index + 1) * perRow)].map((sample, offset) => (
            <Thumb key={sample} reel={reel} sample={sample} first={index + offset === 0} />
          ))}
        </div>
      )}
    />
  );
}

function Line({ reel, sample, first }: { reel: state.Reel; sample: number; first: boolean }): JSX.Element {
  const words = useAsync(() => textOf(reel, sample), [reel, sample]);
  return (
    <button
      type="button"
      class="sample-line"
      tabIndex={first ? 0 : -1}
      title={words ?? describe(reel, sample)}
      onClick={() => focus(sample)}
    >
      <span class="faint">{shortName(reel, sample)}</span> {words ?? ""}
    </button>
  );
}

export function SampleMedia({ reel, positions }: { reel: state.Reel; positions: Uint32Array }): JSX.Element | null {
  const top = useRef<HTMLDivElement>(null);
  // A new selection is seen from its beginning.
  useSignalEffect(() => {
    if (state.outline.value === null) top.current?.querySelector(".sample-thumbs, .sample-lines")?.scrollTo(0, 0);
  });
  if (reel.probe.media.kind === "none") return null;
  return (
    <div ref={top}>
      {reel.probe.media.kind === "image" ? (
        <ThumbnailGrid reel={reel} positions={positions} />
      ) : (
        <Virtual
          class="sample-lines"
          role="group"
          aria-label="Texts of the selected samples"
          count={positions.length}
          rowHeight={TEXT_HEIGHT}
          onKeyDown={(event) => onArrow(event, 1)}
          row={(index) => <Line key={positions[index]} reel={reel} sample={positions[index] ?? 0} first={index === 0} />}
        />
      )}
    </div>
  );
}
