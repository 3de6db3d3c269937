/** The renderer without WebGL: plain loops over an image. Many remote desktops have no GPU, and there this is the faster one too. */
import type { Territory } from "../binary";
import type { Context2d } from "./canvas";
import { dotSlices } from "./cpu_dots";
import { fadeDoubt, hatchDoubt } from "./cpu_doubt";
import { TerritoryPainter } from "./cpu_territory";
import { pack } from "./pixel";
import { type Cells, cellsOf, race } from "./race";
import { isSamePlace, projectWindow, type Renderer, type Scene } from "./scene";

const ROWS = 48; // of pixels in a slice: a few milliseconds

function isSameGround(one: Scene, other: Scene): boolean {
  return (
    isSamePlace(one, other) &&
    one.palette === other.palette &&
    one.mode === other.mode &&
    one.territory === other.territory &&
    one.background.join() === other.background.join() &&
    one.contour === other.contour &&
    one.doubt === other.doubt &&
    one.patch === other.patch
  );
}

export class CpuRenderer implements Renderer {
  readonly kind = "cpu";
  #image: ImageData | null = null;
  #cells: Cells | null = null;
  #fine: { readonly of: Territory; readonly cells: Cells } | null = null;
  /** Territory of the last picture, kept while only the dots change. */
  #ground: { readonly of: Scene; readonly pixels: Uint32Array } | null = null;

  constructor(protected readonly context: Context2d) {}

  draw(scene: Scene): void {
    const slices = this.slices(scene);
    while (slices.next().done !== true);
  }

  destroy(): void {
    this.#image = null;
    this.#cells = null;
    this.#fine = null;
    this.#ground = null;
  }

  /** The picture, on the canvas when all slices are done. */
  *slices(scene: Scene): Generator<void, void> {
    if (this.#ground === null || !isSameGround(this.#ground.of, scene)) yield* this.#groundSlices(scene);
    const image = this.imageOf(scene);
    const pixels = new Uint32Array(image.data.buffer);
    if (this.#ground !== null) pixels.set(this.#ground.pixels);
    yield* dotSlices(scene, pixels, Number.POSITIVE_INFINITY);
    this.context.putImageData(image, 0, 0);
  }

  *#groundSlices(scene: Scene): Generator<void, void> {
    const size = scene.width * scene.height;
    const pixels = this.#ground?.pixels.length === size ? this.#ground.pixels : new Uint32Array(size);
    this.#ground = null; // until it is done, what is there is neither this nor that
    pixels.fill(pack(...scene.background));
    const cells = this.raced(scene);
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

  protected imageOf({ width, height }: Scene): ImageData {
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = new ImageData(width, height);
    return this.#image;
  }

  /** Null where there is no territory to draw. */
  protected raced(scene: Scene): Cells | null {
    const from = scene.a.territory ?? scene.b.territory;
    const to = scene.b.territory ?? from;
    if (from === null || to === null || scene.territory <= 0 || from.resolution !== to.resolution) return null;
    if (this.#cells?.resolution !== from.resolution) this.#cells = cellsOf(from.resolution);
    return race(from, to, scene.fraction, this.#cells);
  }
}
