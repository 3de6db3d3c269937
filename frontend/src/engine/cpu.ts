/** The renderer without WebGL: plain loops over an image. Many remote desktops have no GPU, and there this is the faster one too. */
import { paintTerritory } from "./cpu_territory";
import { colourAt, mixed, pack } from "./pixel";
import { type Cells, cellsOf, race } from "./race";
import {
  DIMMED,
  isWrong,
  keyOf,
  nearestFrame,
  type Renderer,
  RIM,
  type Scene,
  SPLIT_SHAPES,
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
): void {
  for (let i = 0; i < dx.length; i++) {
    const at = (y + (dy[i] ?? 0)) * width + x + (dx[i] ?? 0);
    const colour = layers[layer[i] ?? 0] ?? 0;
    const weight = coverage[i] ?? 0;
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

function stamps(scene: Scene, growth: number, opacity = 1): Stamp[] {
  return SPLIT_SHAPES.flatMap((shape) =>
    [false, true].map((cored) => stamp({ shape, diameter: scene.dotSize * (cored ? WRONG_GROWTH : 1), cored, growth, opacity })),
  );
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

  const drawOne = (sample: number, chosen: readonly Stamp[]): void => {
    if (!splitShown(scene.splitMask, split[sample] ?? 0)) return;
    const own = label[sample] ?? -1;
    const predicted = frame.prediction?.[sample] ?? null;
    const key = keyOf(scene.mode, own, predicted, frame.confidence?.[sample] ?? null, scene.nClasses);
    if ((palette.rgba[4 * key + 3] ?? 0) === 0) return;
    const cored = predicted !== null && isWrong(own, predicted, scene.nClasses);
    const shape = chosen[((split[sample] ?? 0) % SPLIT_SHAPES.length) * 2 + (cored ? 1 : 0)];
    if (shape === undefined) return;
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
    blend(pixels, scene.width, x, y, shape, { layers });
  };

  const { selection } = scene;
  if (selection !== null) {
    const dimmed = stamps(scene, 0, DIMMED);
    for (let sample = 0; sample < n; sample++) if (selection[sample] !== 1) drawOne(sample, dimmed);
  }
  const plain = stamps(scene, 0);
  for (let sample = 0; sample < n; sample++) if (selection === null || selection[sample] === 1) drawOne(sample, plain);
  if (scene.marked.length === 0) return;
  const ringed = stamps(scene, RING_PIXELS);
  for (const sample of scene.marked) drawOne(sample, ringed);
}

export class CpuRenderer implements Renderer {
  readonly kind = "cpu";
  readonly #context: CanvasRenderingContext2D;
  #image: ImageData | null = null;
  #cells: Cells | null = null;

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
  }
}
