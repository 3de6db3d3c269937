/** Small pictures of whole steps, as the film would show them now. */
import type { Frame } from "./binary";
import { CpuRenderer } from "./engine/cpu";
import { recast, thinned } from "./engine/recast";
import type { Scene } from "./engine/scene";
import { drawn } from "./painter";
import { sizeFactor } from "./picture";

/** Pixels. */
export const THUMB = { width: 160, height: 120 } as const;
const MOST_SAMPLES = 8000; // keeps a picture under 5 ms however many there are
const MOST_KEPT = 256; // 77 kB each
const DOT_SHARE = 0.55; // dots shrink less than the picture, or they would vanish

/** Whether two scenes differ in nothing but their instant and their marks. */
function sameLook(one: Scene, other: Scene): boolean {
  const { scaleX, scaleY, offsetX, offsetY } = one.projection;
  const projection = other.projection;
  if (scaleX !== projection.scaleX || scaleY !== projection.scaleY) return false;
  if (offsetX !== projection.offsetX || offsetY !== projection.offsetY) return false;
  return LOOK.every((key) => one[key] === other[key]);
}
const LOOK = ["samples", "mode", "palette", "splitMask", "dotSize", "territory", "background", "wrongMarked", "contour"] as const;

let renderer: { readonly context: CanvasRenderingContext2D; readonly engine: CpuRenderer } | null = null;
let look: Scene | null = null;
const kept = new Map<Frame, { readonly picture: ImageData; readonly values: Uint8Array | null }>();

function open(): typeof renderer {
  const canvas = document.createElement("canvas");
  canvas.width = THUMB.width;
  canvas.height = THUMB.height;
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  return context === null ? null : { context, engine: new CpuRenderer(context) };
}

/** The picture of a frame, or null before there is a film on screen; `values` are those that colour its dots. Reads what is drawn. */
export function thumbOf(frame: Frame, values: Uint8Array | null): ImageData | null {
  const shown = drawn.value;
  renderer ??= open();
  if (shown === null || renderer === null) return null;
  if (look === null || !sameLook(look, shown.scene)) kept.clear();
  look = shown.scene;
  const known = kept.get(frame);
  if (known?.values === values) return known.picture;
  const { width, height } = THUMB;
  const { scene, ratio } = shown;
  const dotScale = (DOT_SHARE * sizeFactor(width, height)) / sizeFactor(scene.width / ratio, scene.height / ratio) / ratio;
  renderer.engine.draw(
    thinned(
      {
        ...recast(scene, { width, height, dotScale }, { a: frame, b: frame, fraction: 0 }),
        values,
        marked: [],
        selection: null,
        doubt: false, // too small a picture for hatching
      },
      MOST_SAMPLES,
    ),
  );
  const picture = renderer.context.getImageData(0, 0, width, height);
  const [oldest] = kept.keys();
  if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(frame, { picture, values });
  return picture;
}
