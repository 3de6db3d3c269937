/** The dots without WebGL: each a stamp, walked pixel by pixel. */
import { colourAt, mixed, pack } from "./pixel";
import {
  classShape,
  DIMMED,
  DOT_SHAPES,
  FADED,
  HALO,
  isWrong,
  keyOf,
  NO_VALUE,
  nearestFrame,
  RIM,
  RING_WIDTH,
  type Scene,
  SPLIT_SHAPES,
  shapedByClass,
  splitShown,
  WRONG_GROWTH,
} from "./scene";
import { GAP, N_LAYERS, OUTER, RING, STEPS, type Stamp, stamp, TO_CORE } from "./stamp";

const HALO_LEVELS = 8;

/** Stamps of a scene, made when first used. */
class Stamps {
  readonly #made: (Stamp | undefined)[] = [];

  /** All in pixels; `growth` is 0 for dots that are not marked, `width` is that of the picture. */
  constructor(
    readonly diameter: number,
    readonly growth: number,
    readonly ratio: number,
    readonly width: number,
  ) {}

  /** `halo` is 0..HALO_LEVELS − 1. */
  get(shape: number, cored: boolean, halo: number): Stamp {
    const at = (shape * 2 + (cored ? 1 : 0)) * HALO_LEVELS + halo;
    const known = this.#made[at];
    if (known !== undefined) return known;
    const diameter = this.diameter * (cored ? WRONG_GROWTH : 1);
    const made = stamp({
      shape: DOT_SHAPES[shape] ?? "circle",
      diameter,
      cored,
      growth: this.growth,
      halo: (halo / (HALO_LEVELS - 1)) * HALO * (diameter / 2),
      line: this.ratio,
      width: this.width,
    });
    this.#made[at] = made;
    return made;
  }
}

// Red and blue share a multiplication: eight spare bits lie between them.
const blended = (under: number, redBlue: number, green: number, weight: number): number =>
  0xff000000 |
  ((((under & 0xff00ff) * (256 - weight) + redBlue * weight) >>> 8) & 0xff00ff) |
  ((((under & 0xff00) * (256 - weight) + green * weight) >>> 8) & 0xff00);

/** `strength` is of 256. */
function blend(pixels: Uint32Array, at: number, made: Stamp, layers: Uint32Array, strength: number): void {
  const { offset, coverage, layer, nSolid } = made;
  let i = 0;
  if (strength === 256) for (; i < nSolid; i++) pixels[at + (offset[i] ?? 0)] = layers[layer[i] ?? 0] ?? 0;
  for (; i < offset.length; i++) {
    const place = at + (offset[i] ?? 0);
    const colour = layers[layer[i] ?? 0] ?? 0;
    pixels[place] = blended(pixels[place] ?? 0, colour & 0xff00ff, colour & 0xff00, ((coverage[i] ?? 0) * strength) >> 8);
  }
}

/** 0..1; samples without a value are not doubted. */
function trustOf(values: Uint8Array | null, sample: number): number {
  const value = values?.[sample] ?? NO_VALUE;
  return value === NO_VALUE ? 1 : value / 254;
}

/** What draws one dot into opaque pixels of the scene's size; `opacity` is 0..1. */
function dotOf(scene: Scene, pixels: Uint32Array): (sample: number, stamps: Stamps, opacity: number) => void {
  const { palette, ink, background, mode, nClasses, splitMask, fraction, width, height, values, wrongMarked } = scene;
  const keys = Array.from({ length: palette.size }, (_, key) => colourAt(palette, key));
  // From each colour to that of its rim.
  const shades = Uint32Array.from({ length: keys.length * (STEPS + 1) }, (_, at) =>
    pack(...mixed(keys[Math.floor(at / (STEPS + 1))] ?? background, ink, (RIM * (at % (STEPS + 1))) / STEPS)),
  );
  const layers = new Uint32Array(N_LAYERS);
  layers[GAP] = pack(...background);
  layers[RING] = pack(...scene.ring);
  const { prediction, confidence } = nearestFrame(scene);
  const { label, split } = scene.samples;
  const { scaleX, scaleY, offsetX, offsetY } = scene.projection;
  const [kx, ky] = [scaleX / 65535, scaleY / 65535];
  const [from, to] = [scene.a.xy, scene.b.xy];
  const byClass = shapedByClass(mode, nClasses);
  const faded = scene.trust?.mark === "fade" ? scene.trust.values : null;
  const ringed = scene.trust?.mark === "ring" ? scene.trust.values : null;

  return (sample, stamps, opacity) => {
    const part = split[sample] ?? 0;
    if (!splitShown(splitMask, part)) return;
    const fromX = from[2 * sample] ?? 0;
    const fromY = from[2 * sample + 1] ?? 0;
    const x = (offsetX + (fromX + ((to[2 * sample] ?? 0) - fromX) * fraction) * kx) | 0;
    const y = (offsetY + (fromY + ((to[2 * sample + 1] ?? 0) - fromY) * fraction) * ky) | 0;
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const own = label[sample] ?? -1;
    const predicted = prediction === null ? null : (prediction[sample] ?? null);
    const key = keyOf(
      mode,
      own,
      predicted,
      confidence === null ? null : (confidence[sample] ?? null),
      nClasses,
      part,
      values?.[sample],
    );
    if ((palette.rgba[4 * key + 3] ?? 0) === 0) return;
    const cored = wrongMarked && predicted !== null && isWrong(own, predicted, nClasses);
    const form = byClass ? classShape(key, nClasses) : part % SPLIT_SHAPES.length;
    const halo = ringed === null || stamps.growth > 0 ? 0 : Math.round((1 - trustOf(ringed, sample)) * (HALO_LEVELS - 1));
    const shape = stamps.get(form, cored, halo);
    const { reach } = shape;
    if (x < reach || y < reach || x >= width - reach || y >= height - reach) return;
    const strength = faded === null ? opacity : opacity * (FADED + (1 - FADED) * trustOf(faded, sample));
    for (let step = 0; step <= STEPS; step++) layers[OUTER + step] = shades[key * (STEPS + 1) + step] ?? 0;
    if (cored) {
      const other = mode === "label" ? predicted : mode === "prediction" ? own : -1;
      const core = (other < 0 ? layers[GAP] : shades[other * (STEPS + 1)]) ?? 0;
      const around = layers[shape.around] ?? 0;
      for (let step = 1; step < STEPS; step++)
        layers[TO_CORE + step - 1] = blended(around, core & 0xff00ff, core & 0xff00, ((256 * step) / STEPS) | 0);
      layers[TO_CORE + STEPS - 1] = core;
    }
    blend(pixels, y * width + x, shape, layers, Math.round(256 * strength));
  };
}

const SLICE = 8192; // samples: about a millisecond
const countOf = (selection: Uint8Array): number => selection.reduce((count, value) => count + (value === 1 ? 1 : 0), 0);

/**
 * Draw the dots, those beside the selection first and dimmed, then the marked ones again with a ring, into opaque pixels of the scene's size.
 * Yields between slices. At most about `most` of those in front are drawn, and as many of those dimmed, evenly taken.
 */
export function* dotSlices(scene: Scene, pixels: Uint32Array, most: number): Generator<void, void> {
  const { n } = scene.samples;
  const { selection } = scene;
  const draw = dotOf(scene, pixels);
  const plain = new Stamps(scene.dotSize, 0, scene.ratio, scene.width);
  const chosen = selection === null ? n : countOf(selection);
  const layers = selection === null ? [1] : [0, 1];
  for (const wanted of layers) {
    const opacity = wanted === 1 ? 1 : DIMMED;
    const stride = Math.max(1, Math.ceil((wanted === 1 ? chosen : n - chosen) / most));
    let turn = 0;
    for (let start = 0; start < n; start += SLICE) {
      turn = drawRange(draw, plain, opacity, selection, wanted, start, Math.min(n, start + SLICE), stride, turn);
      yield;
    }
  }
  if (scene.marked.length === 0) return;
  const marking = new Stamps(scene.dotSize, RING_WIDTH * scene.ratio, scene.ratio, scene.width);
  for (const sample of scene.marked) draw(sample, marking, 1);
}

/** Every `stride`-th of the wanted samples in a range; `turn` counts them and is handed on. A plain loop: generators are slow inside. */
function drawRange(
  draw: ReturnType<typeof dotOf>,
  stamps: Stamps,
  opacity: number,
  selection: Uint8Array | null,
  wanted: number,
  start: number,
  end: number,
  stride: number,
  turn: number,
): number {
  let count = turn;
  for (let sample = start; sample < end; sample++) {
    if (selection !== null && (selection[sample] === 1 ? 1 : 0) !== wanted) continue;
    if (count === 0) draw(sample, stamps, opacity);
    count = count + 1 === stride ? 0 : count + 1;
  }
  return count;
}

/** All dots at once. */
export function paintDots(scene: Scene, pixels: Uint32Array): void {
  const slices = dotSlices(scene, pixels, Number.POSITIVE_INFINITY);
  while (slices.next().done !== true);
}
