/** The renderer without WebGL: plain loops over an image. Many remote desktops have no GPU, and there this is the faster one too. */
import type { Territory } from "../binary";
import { paintDoubt } from "./cpu_doubt";
import { paintTerritory } from "./cpu_territory";
import { colourAt, mixed, pack } from "./pixel";
import { type Cells, cellsOf, race } from "./race";
import {
  classShape,
  DIMMED,
  DOT_SHAPES,
  FADED,
  HALO,
  isWrong,
  keyIn,
  NO_VALUE,
  nearestFrame,
  projectWindow,
  type Renderer,
  RIM,
  type Scene,
  SPLIT_SHAPES,
  shapedByClass,
  splitShown,
  WRONG_GROWTH,
} from "./scene";
import { CORE, GAP, OUTER, RIM_LAYER, RING, type Stamp, stamp } from "./stamp";

const RING_PIXELS = 6;

interface Ink {
  /** Packed colour per layer, filled in per dot. */
  readonly layers: Uint32Array;
}

function blend(
  pixels: Uint32Array,
  width: number,
  x: number,
  y: number,
  { dx, dy, coverage, layer }: Stamp,
  { layers }: Ink,
  strength: number,
): void {
  for (let i = 0; i < dx.length; i++) {
    const at = (y + (dy[i] ?? 0)) * width + x + (dx[i] ?? 0);
    const colour = layers[layer[i] ?? 0] ?? 0;
    const weight = ((coverage[i] ?? 0) * strength) >> 8;
    if (weight >= 256) {
      pixels[at] = colour;
      continue;
    }
    const under = pixels[at] ?? 0;
    const rest = 256 - weight;
    // Red and blue share a multiplication: eight spare bits lie between them.
    const redBlue = (((under & 0xff00ff) * rest + (colour & 0xff00ff) * weight) >>> 8) & 0xff00ff;
    const green = (((under & 0xff00) * rest + (colour & 0xff00) * weight) >>> 8) & 0xff00;
    pixels[at] = (0xff000000 | redBlue | green) >>> 0;
  }
}

const HALO_LEVELS = 8;

/** Stamps of a scene, made when first used. */
class Stamps {
  readonly #made: (Stamp | undefined)[] = [];
  constructor(
    readonly diameter: number,
    readonly growth: number,
  ) {}

  /** `halo` is 0..HALO_LEVELS − 1. */
  get(shape: number, cored: boolean, halo: number): Stamp {
    const at = (shape * 2 + (cored ? 1 : 0)) * HALO_LEVELS + halo;
    const known = this.#made[at];
    if (known !== undefined) return known;
    const diameter = this.diameter * (cored ? WRONG_GROWTH : 1);
    const width = (halo / (HALO_LEVELS - 1)) * HALO * (diameter / 2);
    const made = stamp({ shape: DOT_SHAPES[shape] ?? "circle", diameter, cored, growth: this.growth, halo: width });
    this.#made[at] = made;
    return made;
  }
}

/** Draw all dots, those beside the selection first and dimmed, then the marked ones again with a ring, into opaque pixels of the scene's size. */
export function paintDots(scene: Scene, pixels: Uint32Array): void {
  const { palette, ink, background } = scene;
  const keys = Array.from({ length: palette.size }, (_, key) => colourAt(palette, key));
  const fills = Uint32Array.from(keys, (colour) => pack(...colour));
  const rims = Uint32Array.from(keys, (colour) => pack(...mixed(colour, ink, RIM)));
  const layers = new Uint32Array(5);
  layers[GAP] = pack(...background);
  layers[RING] = pack(...scene.ring);
  const frame = nearestFrame(scene);
  const { label, split, n } = scene.samples;
  const { scaleX, scaleY, offsetX, offsetY } = scene.projection;
  const [kx, ky] = [scaleX / 65535, scaleY / 65535];
  const [from, to] = [scene.a.xy, scene.b.xy];

  const byClass = shapedByClass(scene.mode, scene.nClasses);
  const faded = scene.trust?.mark === "fade" ? scene.trust.values : null;
  const ringed = scene.trust?.mark === "ring" ? scene.trust.values : null;

  const drawOne = (sample: number, stamps: Stamps, opacity = 1): void => {
    if (!splitShown(scene.splitMask, split[sample] ?? 0)) return;
    const own = label[sample] ?? -1;
    const predicted = frame.prediction?.[sample] ?? null;
    const key = keyIn(scene, sample);
    if ((palette.rgba[4 * key + 3] ?? 0) === 0) return;
    const cored = scene.wrongMarked && predicted !== null && isWrong(own, predicted, scene.nClasses);
    const form = byClass ? classShape(key, scene.nClasses) : (split[sample] ?? 0) % SPLIT_SHAPES.length;
    const share = trustOf(ringed, sample);
    const shape = stamps.get(form, cored, stamps.growth > 0 ? 0 : Math.round((1 - share) * (HALO_LEVELS - 1)));
    const strength = Math.round(256 * opacity * (FADED + (1 - FADED) * trustOf(faded, sample)));
    const [fromX, fromY] = [from[2 * sample] ?? 0, from[2 * sample + 1] ?? 0];
    const x = (offsetX + (fromX + ((to[2 * sample] ?? 0) - fromX) * scene.fraction) * kx) | 0;
    const y = (offsetY + (fromY + ((to[2 * sample + 1] ?? 0) - fromY) * scene.fraction) * ky) | 0;
    const { reach } = shape;
    if (x < reach || y < reach || x >= scene.width - reach || y >= scene.height - reach) return;
    layers[OUTER] = fills[key] ?? 0;
    layers[RIM_LAYER] = rims[key] ?? 0;
    if (cored) {
      const other = scene.mode === "label" ? predicted : scene.mode === "prediction" ? own : -1;
      layers[CORE] = other < 0 ? (layers[GAP] ?? 0) : (fills[other] ?? 0);
    }
    blend(pixels, scene.width, x, y, shape, { layers }, strength);
  };

  const { selection } = scene;
  const plain = new Stamps(scene.dotSize, 0);
  if (selection !== null) {
    for (let sample = 0; sample < n; sample++) if (selection[sample] !== 1) drawOne(sample, plain, DIMMED);
  }
  for (let sample = 0; sample < n; sample++) if (selection === null || selection[sample] === 1) drawOne(sample, plain);
  if (scene.marked.length === 0) return;
  const marking = new Stamps(scene.dotSize, RING_PIXELS);
  for (const sample of scene.marked) drawOne(sample, marking);
}

/** 0..1; samples without a value are not doubted. */
function trustOf(values: Uint8Array | null, sample: number): number {
  const value = values?.[sample] ?? NO_VALUE;
  return value === NO_VALUE ? 1 : value / 254;
}

export class CpuRenderer implements Renderer {
  readonly kind = "cpu";
  readonly #context: CanvasRenderingContext2D;
  #image: ImageData | null = null;
  #cells: Cells | null = null;
  #fine: { readonly of: Territory; readonly cells: Cells } | null = null;

  constructor(context: CanvasRenderingContext2D) {
    this.#context = context;
  }

  draw(scene: Scene): void {
    const image = this.#imageOf(scene);
    const pixels = new Uint32Array(image.data.buffer);
    pixels.fill(pack(...scene.background));
    this.#drawTerritory(scene, pixels);
    paintDots(scene, pixels);
    this.#context.putImageData(image, 0, 0);
  }

  destroy(): void {
    this.#image = null;
    this.#cells = null;
    this.#fine = null;
  }

  #imageOf({ width, height }: Scene): ImageData {
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = new ImageData(width, height);
    return this.#image;
  }

  #drawTerritory(scene: Scene, pixels: Uint32Array): void {
    const from = scene.a.territory ?? scene.b.territory;
    const to = scene.b.territory ?? from;
    if (from === null || to === null || scene.territory <= 0 || from.resolution !== to.resolution) return;
    if (this.#cells?.resolution !== from.resolution) this.#cells = cellsOf(from.resolution);
    paintTerritory(race(from, to, scene.fraction, this.#cells), scene, pixels);
    if (scene.patch !== null) {
      const { territory, window } = scene.patch;
      if (this.#fine?.of !== territory) this.#fine = { of: territory, cells: race(territory, territory, 0) };
      paintTerritory(this.#fine.cells, { ...scene, projection: projectWindow(scene.projection, window) }, pixels);
    }
    if (scene.doubt) paintDoubt(scene, pixels);
  }
}
