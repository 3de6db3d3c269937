/** The picture, and what lies over it. */
import { computed, useComputed, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { fitCamera } from "../actions";
import { aspectOf } from "../camera";
import { formatCount, plural } from "../format";
import { drawn, type Subject } from "../painter";
import { scene } from "../picture";
import { listen } from "../pointer";
import { keepRefined } from "../refine";
import { shortName } from "../sample_name";
import * as state from "../state";
import { ClassNames } from "./class_names";
import { Hint } from "./hint";
import { Icon } from "./icons";
import { Overlay } from "./overlay";
import { OutlineView, Tools } from "./tools";
import { Tooltip } from "./tooltip";
import { usePainter, useSize } from "./use_painter";

function describe(reel: state.Reel): string {
  const sample = state.selected.value;
  const { count } = state.selection.value;
  const focus = sample === null ? "" : ` Sample ${shortName(reel, sample)} is in focus.`;
  const chosen = count === 0 ? focus : ` ${plural(count, "sample")} selected.${focus}`;
  return `${formatCount(reel.samples.n)} samples as dots over the model's decision regions, step ${state.step.value}, coloured by ${state.colour.value === "column" ? state.column.value : state.colour.value}.${chosen}`;
}

/** Why the picture is not that of the cursor, in a word or the server's sentence; null where it is. Reads signals. */
function absence({ frames }: state.Reel): string | null {
  state.framesVersion.value; // a frame that fails leaves what is loaded as it was
  if (state.bothFramesLoaded.value) return null;
  const { a, b } = state.instant.value;
  return (frames.failure(a) ?? frames.failure(b))?.message ?? "loading";
}

function Badges({ reel }: { reel: state.Reel }): JSX.Element {
  const absent = useComputed(() => absence(reel)).value;
  return (
    <div class="badges">
      {state.isPreview.value && (
        <span
          class="badge"
          title="Two principal components of all steps. The fitted film keeps neighbors better and shows how well."
        >
          Preview
        </span>
      )}
      {absent !== null && (
        <span class="badge" role="status">
          {absent}
        </span>
      )}
    </div>
  );
}

const SUBJECT: Subject = { scene, drawn };

export function Stage({ reel }: { reel: state.Reel }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(box);
  const label = useMemo(() => computed(() => describe(reel)), [reel]);
  const choice = state.rendererChoice.value;
  const trouble = usePainter(canvas, size, SUBJECT);

  useEffect(() => keepRefined(() => ({ ...size.value, aspect: aspectOf(reel.film.extent) })), [reel]);

  useEffect(
    () =>
      canvas.current === null
        ? undefined
        : listen(canvas.current, { extent: reel.film.extent, drawn, sampleOf: (picked) => picked, outlines: true }),
    [reel, choice],
  );

  useSignalEffect(() => {
    if (canvas.current !== null)
      canvas.current.style.cursor = state.hovered.value !== null ? "pointer" : state.tool.value === "pan" ? "grab" : "crosshair";
  });

  return (
    <div class="stage" ref={box}>
      <canvas key={choice} ref={canvas} class="picture" role="img" aria-label={label} />
      <Overlay reel={reel} />
      <OutlineView reel={reel} size={size} />
      <ClassNames reel={reel} drawn={drawn} />
      <Badges reel={reel} />
      <Tools />
      <button type="button" class="quiet fit-view" aria-label="Fit view" title="Fit the whole picture (F)" onClick={fitCamera}>
        <Icon name="fit" />
      </button>
      <Hint />
      <Tooltip reel={reel} />
      {trouble.value !== null && (
        <div class="centre" role="alert">
          {trouble}
        </div>
      )}
    </div>
  );
}
