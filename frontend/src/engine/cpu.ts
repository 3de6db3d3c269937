/** The renderer without WebGL: plain loops over an image. Many remote desktops have no GPU, and there this is the faster one too. */
import type { Palette, Rgb } from "../palette";
import { type Cells, race } from "./race";
import {
  isClassMode,
  isWrong,
  keyOf,
  nearestFrame,
  type Renderer,
  RIM,
  type Scene,
  SPLIT_SHAPES,
  splitShown,
  TERRITORY_FLOOR,
  WRONG_GROWTH,
} from "./scene";
import { CORE, GAP, OUTER, RIM_LAYER, RING, type Stamp, stamp } from "./stamp";

const RING_PIXELS = 6;

/** Opaque pixel in the byte order of ImageData on a little-endian host. */
const pack = (red: number, green: number, blue: number): number => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

const mixed = (from: Rgb, to: Rgb, weight: number): Rgb => [
  from[0] + (to[0] - from[0]) * weight,
  from[1] + (to[1] - from[1]) * weight,
  from[2] + (to[2] - from[2]) * weight,
];

const colourAt = ({ rgba }: Palette, key: number): Rgb => [rgba[4 * key] ?? 0, rgba[4 * key + 1] ?? 0, rgba[4 * key + 2] ?? 0];

const SHADES = 64;

/** Packed colours by class and margin: for the ground, and for cells on a border. */
function shades(scene: Scene): { ground: Uint32Array; border: Uint32Array } {
  const neutral = !isClassMode(scene.mode);
  const size = neutral ? 1 : scene.palette.size;
  const ground = new Uint32Array(size * SHADES);
  const border = new Uint32Array(size * SHADES);
  for (let kind = 0; kind < size; kind++) {
    const shown = neutral || (scene.palette.rgba[4 * kind + 3] ?? 0) > 0;
    const colour = neutral ? scene.ink : colourAt(scene.palette, kind);
    const weight = scene.territory * (neutral ? 0.35 : shown ? 1 : 0.12);
    const line = mixed(colour, scene.ink, 0.35);
    for (let shade = 0; shade < SHADES; shade++) {
      const strength = weight * (TERRITORY_FLOOR + ((1 - TERRITORY_FLOOR) * shade) / (SHADES - 1));
      const plain = mixed(scene.background, colour, strength);
      ground[kind * SHADES + shade] = pack(...plain);
      border[kind * SHADES + shade] = pack(...mixed(plain, line, Math.min(1, scene.territory * 1.6) * (neutral ? 0.5 : 0.75)));
    }
  }
  return { ground, border };
}

/** One pixel per cell, top row first: colour by class, shade by margin, a darker line where a neighbour is of another class. */
export function paintCells({ resolution: g, classes, margin }: Cells, scene: Scene, out: Uint32Array): void {
  const { ground, border } = shades(scene);
  const neutral = !isClassMode(scene.mode);
  for (let row = 0; row < g; row++) {
    for (let column = 0; column < g; column++) {
      const cell = row * g + column;
      const kind = classes[cell] ?? 0;
      const right = column + 1 < g ? classes[cell + 1] : kind;
      const above = row + 1 < g ? classes[cell + g] : kind;
      const table = right !== kind || above !== kind ? border : ground;
      out[(g - 1 - row) * g + column] = table[(neutral ? 0 : kind) * SHADES + ((margin[cell] ?? 0) >> 2)] ?? 0;
    }
  }
}

interface Ink {
  /** Packed colour per layer, filled in per dot. */
  readonly layers: Uint32Array;
}

function blend(pixels: Uint32Array, width: number, x: number, y: number, { dx, dy, coverage, layer }: Stamp, { layers }: Ink): void {
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

function stamps(scene: Scene, growth: number): Stamp[] {
  return SPLIT_SHAPES.flatMap((shape) =>
    [false, true].map((cored) =>
      stamp({ shape, diameter: scene.dotSize * (cored ? WRONG_GROWTH : 1), cored, growth: growth }),
    ),
  );
}

/** Draw all dots, then the marked ones again with a ring, into opaque pixels of the scene's size. */
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

  const plain = stamps(scene, 0);
  for (let sample = 0; sample < n; sample++) drawOne(sample, plain);
  if (scene.marked.length === 0) return;
  const ringed = stamps(scene, RING_PIXELS);
  for (const sample of scene.marked) drawOne(sample, ringed);
}

export class CpuRenderer implements Renderer {
  readonly kind = "cpu";
  readonly #context: CanvasRenderingContext2D;
  readonly #grid: CanvasRenderingContext2D;

  constructor(context: CanvasRenderingContext2D) {
    this.#context = context;
    const grid = document.createElement("canvas").getContext("2d", { alpha: false });
    if (grid === null) throw new Error("this browser gives no 2-D canvas");
    this.#grid = grid;
  }

  draw(scene: Scene): void {
    const context = this.#context;
    context.fillStyle = `rgb(${scene.background.join(" ")})`;
    context.fillRect(0, 0, scene.width, scene.height);
    this.#drawTerritory(scene);
    const image = context.getImageData(0, 0, scene.width, scene.height);
    paintDots(scene, new Uint32Array(image.data.buffer));
    context.putImageData(image, 0, 0);
  }

  destroy(): void {
    this.#grid.canvas.width = 0;
  }

  #drawTerritory(scene: Scene): void {
    const from = scene.a.territory ?? scene.b.territory;
    const to = scene.b.territory ?? from;
    if (from === null || to === null || scene.territory <= 0 || from.resolution !== to.resolution) return;
    const g = from.resolution;
    const canvas = this.#grid.canvas;
    if (canvas.width !== g) canvas.width = canvas.height = g;
    const image = this.#grid.createImageData(g, g);
    paintCells(race(from, to, scene.fraction), scene, new Uint32Array(image.data.buffer));
    this.#grid.putImageData(image, 0, 0);
    const { scaleX, scaleY, offsetX, offsetY } = scene.projection;
    this.#context.imageSmoothingEnabled = true;
    this.#context.drawImage(canvas, offsetX, offsetY + scaleY, scaleX, -scaleY);
  }
}
