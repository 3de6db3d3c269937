/** What the CPU renderer draws while a picture moves: as much as there is time for. */
import { CpuRenderer } from "./cpu";
import { dotSlices } from "./cpu_dots";
import { fadeDoubt, hatchDoubt } from "./cpu_doubt";
import { TerritoryPainter } from "./cpu_territory";
import { pack } from "./pixel";
import type { Scene } from "./scene";

/** What a picture may weigh to be drawn at once: a million pixels of territory, or fifty thousand dots, each alone weigh 1. */
const LIGHT = 1;
const PIXELS_OF_ONE = 1e6;
const DOTS_OF_ONE = 5e4;
const ROUGH_DOTS = 25_000; // in a rough picture
const ROUGH_PIXELS = 2; // a side of the squares of its territory

/** Whether the whole picture is drawn within a frame or two. */
export function isLight({ width, height, projection, samples, territory }: Scene): boolean {
  const ground = territory > 0 ? Math.min(width, projection.scaleX) * Math.min(height, -projection.scaleY) : 0;
  return ground / PIXELS_OF_ONE + samples.n / DOTS_OF_ONE <= LIGHT;
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

export class RoughRenderer extends CpuRenderer {
  #small = new Uint32Array(0);

  /** Territory in squares and not all of the dots. */
  drawRough(scene: Scene): void {
    const image = this.imageOf(scene);
    const pixels = new Uint32Array(image.data.buffer);
    const cells = this.raced(scene);
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
    this.context.putImageData(image, 0, 0);
  }

  override destroy(): void {
    super.destroy();
    this.#small = new Uint32Array(0);
  }
}
