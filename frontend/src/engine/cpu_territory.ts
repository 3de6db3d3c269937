/** The decision regions without WebGL: per pixel the vote of four cells, as in the shader. */
import { colourAt, mixed, pack } from "./pixel";
import type { Cells } from "./race";
import { HIDDEN_BORDER, HIDDEN_TERRITORY, isClassMode, type Scene, TERRITORY_FLOOR } from "./scene";

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
    const weight = scene.territory * (neutral ? 0.35 : shown ? 1 : HIDDEN_TERRITORY);
    const line = mixed(colour, scene.ink, 0.35);
    for (let shade = 0; shade < SHADES; shade++) {
      const strength = weight * (TERRITORY_FLOOR + ((1 - TERRITORY_FLOOR) * shade) / (SHADES - 1));
      const plain = mixed(scene.background, colour, strength);
      ground[kind * SHADES + shade] = pack(...plain);
      border[kind * SHADES + shade] = pack(
        ...mixed(plain, line, Math.min(1, scene.territory * 1.6) * (neutral ? 0.5 : shown ? 0.75 : 0.75 * HIDDEN_BORDER)),
      );
    }
  }
  return { ground, border };
}

const VOTE_FLOOR = 4; // cells without a margin vote too

/** Per pixel along one axis: the lower of the two cells around it, and the weight of the upper one; −1 outside the extent. */
function axis(length: number, offset: number, scale: number, resolution: number): { cell: Int32Array; weight: Float32Array } {
  const cell = new Int32Array(length).fill(-1);
  const weight = new Float32Array(length);
  for (let pixel = 0; pixel < length; pixel++) {
    const share = (pixel + 0.5 - offset) / scale;
    if (share < 0 || share >= 1) continue;
    const at = Math.min(resolution - 1, Math.max(0, share * resolution - 0.5));
    cell[pixel] = Math.floor(at);
    weight[pixel] = at - Math.floor(at);
  }
  return { cell, weight };
}

/** Paints the cells, rows of pixels from the top on; what lies outside the extent stays as it is. */
export class TerritoryPainter {
  readonly #shades: ReturnType<typeof shades>;
  readonly #columns: ReturnType<typeof axis>;
  readonly #rows: ReturnType<typeof axis>;
  /** Width of a border in pixels. */
  readonly #line: number;
  /** Owners of so many rows above, one row after the other, in turns; −1 outside. */
  readonly #owners: Int32Array;
  readonly #votes = new Float32Array(4);
  readonly #kinds = new Int32Array(4);

  /** `pixels` are opaque and of the scene's size. */
  constructor(
    readonly cells: Cells,
    readonly scene: Scene,
    readonly pixels: Uint32Array,
  ) {
    const { width, height, projection } = scene;
    this.#shades = shades(scene);
    this.#columns = axis(width, projection.offsetX, projection.scaleX, cells.resolution);
    this.#rows = axis(height, projection.offsetY, projection.scaleY, cells.resolution);
    this.#line = Math.max(1, Math.round(scene.ratio));
    this.#owners = new Int32Array(width * this.#line).fill(-1);
  }

  /** Call with one range after the other. */
  paint(from: number, to: number): void {
    for (let y = from; y < to; y++) if ((this.#rows.cell[y] ?? -1) >= 0) this.#paintRow(y);
  }

  #paintRow(y: number): void {
    const { resolution: g, classes, margin } = this.cells;
    const { width, contour, mode } = this.scene;
    const { ground, border } = this.#shades;
    const { cell, weight } = this.#columns;
    const [pixels, owners, line] = [this.pixels, this.#owners, this.#line];
    const [votes, kinds] = [this.#votes, this.#kinds];
    const neutral = !isClassMode(mode);
    const row = this.#rows.cell[y] ?? 0;
    const low = row * g;
    const high = Math.min(row + 1, g - 1) * g;
    const fy = this.#rows.weight[y] ?? 0;
    const above = (y % line) * width; // the row of owners that lies `line` above; this row's replaces it
    let column = -1;
    let kind = 0;
    let uniform = true;
    let left = 0; // votes of the two cells on the left, of which a pixel at weight 0 has all
    let right = 0;
    for (let x = 0; x < width; x++) {
      const at = cell[x] ?? -1;
      if (at < 0) continue;
      if (at !== column) {
        column = at;
        const next = Math.min(at + 1, g - 1);
        kind = classes[low + at] ?? 0;
        kinds[0] = kind;
        kinds[1] = classes[low + next] ?? 0;
        kinds[2] = classes[high + at] ?? 0;
        kinds[3] = classes[high + next] ?? 0;
        uniform = kinds[1] === kind && kinds[2] === kind && kinds[3] === kind;
        left = (1 - fy) * ((margin[low + at] ?? 0) + VOTE_FLOOR) + fy * ((margin[high + at] ?? 0) + VOTE_FLOOR);
        right = (1 - fy) * ((margin[low + next] ?? 0) + VOTE_FLOOR) + fy * ((margin[high + next] ?? 0) + VOTE_FLOOR);
      }
      const fx = weight[x] ?? 0;
      let owner = kind;
      let lead = left + (right - left) * fx;
      // Most pixels lie among four cells of one class.
      if (!uniform) {
        const next = Math.min(at + 1, g - 1);
        votes[0] = (1 - fx) * (1 - fy) * ((margin[low + at] ?? 0) + VOTE_FLOOR);
        votes[1] = fx * (1 - fy) * ((margin[low + next] ?? 0) + VOTE_FLOOR);
        votes[2] = (1 - fx) * fy * ((margin[high + at] ?? 0) + VOTE_FLOOR);
        votes[3] = fx * fy * ((margin[high + next] ?? 0) + VOTE_FLOOR);
        owner = winnerOf(kinds, votes);
        lead = leadOf(kinds, votes, owner);
      }
      const before = x >= line ? (owners[above + x - line] ?? -1) : -1; // of this row already
      const over = owners[above + x] ?? -1;
      const isBorder = contour && ((before >= 0 && before !== owner) || (over >= 0 && over !== owner));
      const shade = Math.min(SHADES - 1, Math.max(0, (lead - VOTE_FLOOR) >> 2));
      pixels[y * width + x] = (isBorder ? border : ground)[(neutral ? 0 : owner) * SHADES + shade] ?? 0;
      owners[above + x] = owner;
    }
  }
}

/** Paint all of the cells at once. */
export function paintTerritory(cells: Cells, scene: Scene, pixels: Uint32Array): void {
  new TerritoryPainter(cells, scene, pixels).paint(0, scene.height);
}

function sumOf(kinds: Int32Array, votes: Float32Array, kind: number): number {
  let sum = 0;
  for (let i = 0; i < 4; i++) if (kinds[i] === kind) sum += votes[i] ?? 0;
  return sum;
}

function winnerOf(kinds: Int32Array, votes: Float32Array): number {
  let best = -1;
  let winner = 0;
  for (let i = 0; i < 4; i++) {
    const sum = sumOf(kinds, votes, kinds[i] ?? 0);
    if (sum > best) {
      best = sum;
      winner = kinds[i] ?? 0;
    }
  }
  return winner;
}

function leadOf(kinds: Int32Array, votes: Float32Array, owner: number): number {
  let second = 0;
  for (let i = 0; i < 4; i++) {
    const kind = kinds[i] ?? 0;
    if (kind !== owner) second = Math.max(second, sumOf(kinds, votes, kind));
  }
  return sumOf(kinds, votes, owner) - second;
}
