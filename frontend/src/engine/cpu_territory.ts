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

/** Paint the cells into opaque pixels of the scene's size; what lies outside the extent stays as it is. */
export function paintTerritory({ resolution: g, classes, margin }: Cells, scene: Scene, pixels: Uint32Array): void {
  const { ground, border } = shades(scene);
  const neutral = !isClassMode(scene.mode);
  const { width, height, projection } = scene;
  const columns = axis(width, projection.offsetX, projection.scaleX, g);
  const rows = axis(height, projection.offsetY, projection.scaleY, g);
  const above = new Int32Array(width).fill(-1); // owners of the row above
  const votes = new Float32Array(4);
  const kinds = new Int32Array(4);

  for (let y = 0; y < height; y++) {
    const row = rows.cell[y] ?? -1;
    if (row < 0) continue;
    const low = row * g;
    const high = Math.min(row + 1, g - 1) * g;
    const fy = rows.weight[y] ?? 0;
    let left = -1;
    for (let x = 0; x < width; x++) {
      const column = columns.cell[x] ?? -1;
      if (column < 0) continue;
      const next = Math.min(column + 1, g - 1);
      const fx = columns.weight[x] ?? 0;
      const kind = classes[low + column] ?? 0;
      const vote0 = (1 - fx) * (1 - fy) * ((margin[low + column] ?? 0) + VOTE_FLOOR);
      const vote1 = fx * (1 - fy) * ((margin[low + next] ?? 0) + VOTE_FLOOR);
      const vote2 = (1 - fx) * fy * ((margin[high + column] ?? 0) + VOTE_FLOOR);
      const vote3 = fx * fy * ((margin[high + next] ?? 0) + VOTE_FLOOR);
      let owner = kind;
      let lead = vote0 + vote1 + vote2 + vote3;
      // Most pixels lie among four cells of one class.
      if (classes[low + next] !== kind || classes[high + column] !== kind || classes[high + next] !== kind) {
        kinds[0] = kind;
        kinds[1] = classes[low + next] ?? 0;
        kinds[2] = classes[high + column] ?? 0;
        kinds[3] = classes[high + next] ?? 0;
        votes[0] = vote0;
        votes[1] = vote1;
        votes[2] = vote2;
        votes[3] = vote3;
        owner = winnerOf(kinds, votes);
        lead = leadOf(kinds, votes, owner);
      }
      const isBorder = scene.contour && ((left >= 0 && left !== owner) || ((above[x] ?? -1) >= 0 && above[x] !== owner));
      const shade = Math.min(SHADES - 1, Math.max(0, (lead - VOTE_FLOOR) >> 2));
      pixels[y * width + x] = (isBorder ? border : ground)[(neutral ? 0 : owner) * SHADES + shade] ?? 0;
      left = owner;
      above[x] = owner;
    }
  }
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
