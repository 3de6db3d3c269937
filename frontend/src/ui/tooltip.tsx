/** What one sample is and what the model made of it, beside its dot, moving with it. Numbers come from the nearest real step. */
import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { apartFromDot, besideDot } from "../beside_dot";
import { colourOfClass } from "../class_colours";
import { positionOf } from "../engine/pick";
import { formatPercent } from "../format";
import { drawn } from "../painter";
import { parseHex } from "../palette";
import { isOfColumns } from "../sample_columns";
import { fullName } from "../sample_name";
import { historyOf, textOf, thumbnailOf } from "../samples";
import * as state from "../state";
import type { History } from "../wire";
import { ColumnFacts } from "./column_facts";
import { Named } from "./named";
import { useAsync } from "./use_async";

const HISTORY_DELAY_MS = 120; // a pointer on its way over the dots asks for nothing
const THUMBNAIL_PIXELS = 64;

function Thumb({ reel, sample }: { reel: state.Reel; sample: number }): JSX.Element | null {
  const canvas = useRef<HTMLCanvasElement>(null);
  const thumbnail = useAsync(() => thumbnailOf(reel, sample), [reel, sample]);
  const { thumbnail_width: width, thumbnail_height: height, kind } = reel.probe.media;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context == null) return;
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    if (thumbnail === null) return;
    const { page, x, y } = thumbnail;
    context.drawImage(page, x, y, thumbnail.width, thumbnail.height, 0, 0, thumbnail.width, thumbnail.height);
  }, [thumbnail]);
  if (kind !== "image" || width === null || height === null) return null;
  const scale = Math.max(1, Math.floor(THUMBNAIL_PIXELS / Math.max(width, height)));
  const style = { width: `${width * scale}px`, height: `${height * scale}px` };
  return <canvas class="thumb" ref={canvas} width={width} height={height} style={style} role="img" aria-label="The sample" />;
}

function Text({ reel, sample }: { reel: state.Reel; sample: number }): JSX.Element | null {
  const words = useAsync(() => textOf(reel, sample), [reel, sample]);
  return words === null ? null : <p class="sample-text">{words}</p>;
}

function paintStrip(canvas: HTMLCanvasElement, { prediction }: History): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const image = context.createImageData(prediction.length, 1);
  prediction.forEach((kind, index) => image.data.set([...parseHex(colourOfClass(kind ?? -1)), 255], index * 4));
  context.putImageData(image, 0, 0);
}

/** The sample's prediction through all steps, a coloured cell per step. */
function Strip({ reel, sample }: { reel: state.Reel; sample: number }): JSX.Element | null {
  const canvas = useRef<HTMLCanvasElement>(null);
  const history = useAsync(() => historyOf(reel, sample), [reel, sample], HISTORY_DELAY_MS);
  useLayoutEffect(() => {
    if (canvas.current !== null && history !== null) paintStrip(canvas.current, history);
  }, [history]); // not a picture later: the mark would stand on nothing
  if (reel.steps.length < 2 || state.nearestFrame.value?.prediction === null) return null;
  const n = history?.prediction.length ?? 1;
  const flips = history?.prediction.filter((kind, index, all) => index > 0 && kind !== all[index - 1]).length ?? 0;
  return (
    <div class="strip">
      <div class="strip-cells">
        <canvas ref={canvas} width={n} height={1} role="img" aria-label={`Prediction at every step; it changes ${flips} times`} />
        <span class="strip-mark" style={{ left: `${(state.nearest.value / n) * 100}%`, width: `${100 / n}%` }} />
      </div>
      <span class="faint">{history === null ? " " : flips === 1 ? "1 change" : `${flips} changes`}</span>
    </div>
  );
}

function Facts({ reel, sample }: { reel: state.Reel; sample: number }): JSX.Element {
  const names = reel.probe.class_names;
  const label = reel.samples.label[sample] ?? -1;
  const frame = state.nearestFrame.value;
  const prediction = frame?.prediction?.[sample];
  const confidence = frame?.confidence?.[sample];
  const wrong = prediction !== undefined && label >= 0 && prediction !== label;
  return (
    <dl>
      {label >= 0 && (
        <div>
          <dt>label</dt>
          <dd>
            <Named kind={label} names={names} />
          </dd>
        </div>
      )}
      {prediction !== undefined && (
        <div>
          <dt>predicted</dt>
          <dd>
            <Named kind={prediction} names={names} />
            {confidence !== undefined && <span class="faint"> · {formatPercent(confidence / 255)}</span>}
            {label >= 0 && <span class={wrong ? "verdict wrong" : "verdict"}>{wrong ? "✗" : "✓"}</span>}
          </dd>
        </div>
      )}
      <div>
        <dt>at</dt>
        <dd>step {state.step.value}</dd>
      </div>
    </dl>
  );
}

function place(box: HTMLElement): void {
  const sample = state.hovered.value ?? state.selected.value;
  if (sample === null) return;
  const shown = drawn.value;
  const stage = box.parentElement;
  if (shown === null || stage === null) return;
  const { x, y } = positionOf(shown.scene, sample);
  // Over a pinned dot's own trail and lines the box would hide what was asked for.
  const isDrawnAround = state.hovered.value === null && (state.trailsShown.value || state.neighborLines.value !== "none");
  const { left, top } = (isDrawnAround ? apartFromDot : besideDot)(
    x / shown.ratio,
    y / shown.ratio,
    { width: box.offsetWidth, height: box.offsetHeight },
    { width: stage.clientWidth, height: stage.clientHeight },
  );
  box.style.transform = `translate(${left}px, ${top}px)`;
}

export function Tooltip({ reel }: { reel: state.Reel }): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  const sample = state.hovered.value ?? state.selected.value;
  useSignalEffect(() => {
    if (box.current !== null) place(box.current);
  });
  useEffect(() => {
    if (box.current !== null) place(box.current);
  }, [sample]);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => place(element)); // texts and columns of the samples come later
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // An animation frame may still draw an old reel's pick.
  const known = sample !== null && sample < reel.samples.n ? sample : null;
  return (
    <div ref={box} class="tooltip" role="tooltip" hidden={known === null}>
      {known !== null && (
        <>
          <header>
            <b>{fullName(reel, known)}</b>
            {known === state.selected.value && <span class="pin">pinned</span>}
          </header>
          <div class="tooltip-body">
            <Thumb reel={reel} sample={known} />
            <Facts reel={reel} sample={known} />
          </div>
          {!isOfColumns(reel.probe) && <Text reel={reel} sample={known} />}
          <ColumnFacts sample={known} />
          {state.nearestFrame.value?.prediction != null && <Strip reel={reel} sample={known} />}
        </>
      )}
    </div>
  );
}
