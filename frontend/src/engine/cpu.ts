/** The renderer without WebGL: plain loops over an image. Many remote desktops have no GPU, and there this is the faster one too. */
import type { Territory } from "../binary";
import { dotSlices } from "./cpu_dots";
import { fadeDoubt, hatchDoubt } from "./cpu_doubt";
import { TerritoryPainter } from "./cpu_territory";
import { pack } from "./pixel";
import { type Cells, cellsOf, race } from "./race";
import { isSamePlace, projectWindow, type Renderer, type Scene } from "./scene";

const ROWS = 48; // of pixels in a slice: a few milliseconds
/** What a picture may weigh to be drawn at once: a million pixels of territory, or fifty thousand dots, each alone weigh 1. */
const LIGHT = 1;
const PIXELS_OF_ONE = 1e6;
const DOTS_OF_ONE = 5e4;
const ROUGH_DOTS = 25_000; // in a rough picture
const ROUGH_PIXELS = 2; // a side of the squares of its territory

/** About what a picture costs, in pictures that are drawn within a frame or two. */
function weightOf({ width, height, projection, samples, territory }: Scene): number {
  const ground = territory > 0 ? Math.min(width, projection.scaleX) * Math.min(height, -projection.scaleY) : 0;
  return ground / PIXELS_OF_ONE + samples.n / DOTS_OF_ONE;
}

/** The scene at a share of its size, without what a rough picture leaves away. */
function shrunken(scene: Scene, factor: number): Scene {
  const { scaleX, scaleY, offsetX, offsetY } = scene.projection;
  return {
    ...scene,
    width: Math.ceil(scene.width / factor),
    height: Math.ceil(scene.height / factor),
    projection: { scaleX: scaleX / factor, scaleY: scaleY / factor, offsetX: offsetX / factor, offsetY: offsetY / factor },
    ratio: scene.ratio / factor,
    patch: null,
  };
}

/** Every pixel becomes a square. */
function enlarge(small: Uint32Array, smallWidth: number, factor: number, { width, height }: Scene, into: Uint32Array): void {
  for (let y = 0; y < height; y++) {
    const start = y * width;
    if (y % factor > 0) into.copyWithin(start, start - width, start);
    else {
      const from = (y / factor) * smallWidth;
      for (let x = 0; x < width; x++) into[start + x] = small[from + ((x / factor) | 0)] ?? 0;
    }
  }
}

function isSameGround(one: Scene, other: Scene): boolean {
  return (
    isSamePlace(one, other) &&
    one.palette === other.palette &&
    one.mode === other.mode &&
    one.territory === other.territory &&
    one.background === other.background &&
    one.contour === other.contour &&
    one.doubt === other.doubt &&
    one.patch === other.patch
  );
}

export class CpuRenderer implements Renderer {
  readonly kind = "cpu";
  readonly #context: CanvasRenderingContext2D;
  #image: ImageData | null = null;
  #cells: Cells | null = null;
  #fine: { readonly of: Territory; readonly cells: Cells } | null = null;
  /** Territory of the last picture, kept while only the dots change. */
  #ground: { readonly of: Scene; readonly pixels: Uint32Array } | null = null;
  #small = new Uint32Array(0);

  constructor(context: CanvasRenderingContext2D) {
    this.#context = context;
  }

  draw(scene: Scene): void {
    const slices = this.#slices(scene);
    while (slices.next().done !== true);
  }

  begin(scene: Scene, isMoving: boolean): Generator<void, void> | null {
    if (weightOf(scene) > LIGHT) {
      if (isMoving) this.#drawRough(scene);
      return this.#slices(scene);
    }
    this.draw(scene);
    return null;
  }

  destroy(): void {
    this.#image = null;
    this.#cells = null;
    this.#fine = null;
    this.#ground = null;
    this.#small = new Uint32Array(0);
  }

  /** The picture, on the canvas when all slices are done. */
  *#slices(scene: Scene): Generator<void, void> {
    if (this.#ground === null || !isSameGround(this.#ground.of, scene)) yield* this.#groundSlices(scene);
    const image = this.#imageOf(scene);
    const pixels = new Uint32Array(image.data.buffer);
    if (this.#ground !== null) pixels.set(this.#ground.pixels);
    yield* dotSlices(scene, pixels, Number.POSITIVE_INFINITY);
    this.#context.putImageData(image, 0, 0);
  }

  *#groundSlices(scene: Scene): Generator<void, void> {
    const size = scene.width * scene.height;
    const pixels = this.#ground?.pixels.length === size ? this.#ground.pixels : new Uint32Array(size);
    this.#ground = null; // until it is done, what is there is neither this nor that
    pixels.fill(pack(...scene.background));
    const cells = this.#race(scene);
    if (cells !== null) {
      const painters = [new TerritoryPainter(cells, scene, pixels)];
      if (scene.patch !== null) {
        const { territory, window } = scene.patch;
        if (this.#fine?.of !== territory) this.#fine = { of: territory, cells: race(territory, territory, 0) };
        const part = { ...scene, projection: projectWindow(scene.projection, window) };
        painters.push(new TerritoryPainter(this.#fine.cells, part, pixels));
      }
      for (let y = 0; y < scene.height; y += ROWS) {
        const end = Math.min(scene.height, y + ROWS);
        for (const painter of painters) painter.paint(y, end);
        if (scene.doubt) {
          fadeDoubt(scene, pixels, y, end);
          hatchDoubt(scene, pixels, y, end);
        }
        yield;
      }
    }
    this.#ground = { of: scene, pixels };
  }

  /** Territory in squares and not all of the dots: what there is time for while the picture moves. */
  #drawRough(scene: Scene): void {
    const image = this.#imageOf(scene);
    const pixels = new Uint32Array(image.data.buffer);
    const cells = this.#race(scene);
    if (cells === null) pixels.fill(pack(...scene.background));
    else {
      const small = shrunken(scene, ROUGH_PIXELS);
      const size = small.width * small.height;
      if (this.#small.length !== size) this.#small = new Uint32Array(size);
      this.#small.fill(pack(...scene.background));
      new TerritoryPainter(cells, small, this.#small).paint(0, small.height);
      if (scene.doubt) fadeDoubt(small, this.#small, 0, small.height);
      enlarge(this.#small, small.width, ROUGH_PIXELS, scene, pixels);
      if (scene.doubt) hatchDoubt(scene, pixels, 0, scene.height);
    }
    const dots = dotSlices(scene, pixels, ROUGH_DOTS);
    while (dots.next().done !== true);
    this.#context.putImageData(image, 0, 0);
  }

  #imageOf({ width, height }: Scene): ImageData {
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = new ImageData(width, height);
    return this.#image;
  }

  /** Null where there is no territory to draw. */
  #race(scene: Scene): Cells | null {
    const from = scene.a.territory ?? scene.b.territory;
    const to = scene.b.territory ?? from;
    if (from === null || to === null || scene.territory <= 0 || from.resolution !== to.resolution) return null;
    if (this.#cells?.resolution !== from.resolution) this.#cells = cellsOf(from.resolution);
    return race(from, to, scene.fraction, this.#cells);
  }
}
