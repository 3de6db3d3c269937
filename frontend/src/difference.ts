/** By how much a sample's neighbourhood in one picture differs from that in another. Pure, in slices that a page has time for. */

const PER_CELL = 4; // samples, on average

/** Samples sorted into the cells of a grid, so that the nearest are found without asking all. */
class Cells {
  readonly #side: number;
  readonly #starts: Int32Array;
  readonly #members: Int32Array;

  constructor(
    readonly xy: Uint16Array,
    readonly aspect: number,
  ) {
    const n = xy.length / 2;
    this.#side = Math.max(1, Math.floor(Math.sqrt(n / PER_CELL)));
    this.#starts = new Int32Array(this.#side * this.#side + 1);
    this.#members = new Int32Array(n);
    for (let sample = 0; sample < n; sample++) this.#count(this.#cellOf(sample) + 1);
    for (let cell = 1; cell < this.#starts.length; cell++) this.#starts[cell] = this.#start(cell) + this.#start(cell - 1);
    const next = this.#starts.slice();
    for (let sample = 0; sample < n; sample++) {
      const cell = this.#cellOf(sample);
      const at = next[cell] ?? 0;
      this.#members[at] = sample;
      next[cell] = at + 1;
    }
  }

  #start = (cell: number): number => this.#starts[cell] ?? 0;

  #count(cell: number): void {
    this.#starts[cell] = this.#start(cell) + 1;
  }

  #along = (value: number): number => Math.min(this.#side - 1, (value * this.#side) >> 16);

  #cellOf = (sample: number): number =>
    this.#along(this.xy[2 * sample + 1] ?? 0) * this.#side + this.#along(this.xy[2 * sample] ?? 0);

  /** Write the k nearest others of a sample; `distances` is room for k numbers. Returns how many there are. */
  nearest(sample: number, k: number, into: Int32Array, distances: Float64Array): number {
    const { xy, aspect } = this;
    const [x, y] = [xy[2 * sample] ?? 0, xy[2 * sample + 1] ?? 0];
    const [column, row] = [this.#along(x), this.#along(y)];
    const width = 65536 / this.#side;
    const reachOfRing = width * Math.min(1, aspect);
    let found = 0;
    for (let ring = 0; ring < this.#side; ring++) {
      // What lies in this ring is at least so far away: the sample may lie at the edge of its own cell.
      const least = Math.max(0, ring - 1) * reachOfRing;
      if (found === k && (distances[k - 1] ?? 0) <= least * least) break;
      for (let down = -ring; down <= ring; down++) {
        const onEdge = Math.abs(down) === ring;
        for (let right = -ring; right <= ring; right += onEdge || ring === 0 ? 1 : 2 * ring) {
          const [r, c] = [row + down, column + right];
          if (r < 0 || c < 0 || r >= this.#side || c >= this.#side) continue;
          const cell = r * this.#side + c;
          for (let at = this.#start(cell); at < this.#start(cell + 1); at++) {
            const other = this.#members[at] ?? 0;
            if (other === sample) continue;
            const dx = ((xy[2 * other] ?? 0) - x) * aspect;
            const dy = (xy[2 * other + 1] ?? 0) - y;
            const distance = dx * dx + dy * dy;
            if (found === k && distance >= (distances[k - 1] ?? 0)) continue;
            if (found < k) found++;
            let place = found - 1;
            for (; place > 0 && (distances[place - 1] ?? 0) > distance; place--) {
              distances[place] = distances[place - 1] ?? 0;
              into[place] = into[place - 1] ?? 0;
            }
            distances[place] = distance;
            into[place] = other;
          }
        }
      }
    }
    return found;
  }
}

/** A picture: positions as in a frame, and its extent's width over height. */
export interface Plane {
  readonly xy: Uint16Array;
  readonly aspect: number;
}

const SLICE = 256; // samples: a few milliseconds

/**
 * The share of a sample's k nearest in one picture that are not among its k nearest in the other, a byte per sample of the first: 0 none, 254
 * all, 255 where the other picture has no such sample. `match` leads from the samples of the first to those of the second. Yields between slices.
 */
export function* neighborhoodDifference(one: Plane, other: Plane, match: Int32Array, k: number): Generator<void, Uint8Array> {
  const [cells, otherCells] = [new Cells(one.xy, one.aspect), new Cells(other.xy, other.aspect)];
  const [near, nearThere, room] = [new Int32Array(k), new Int32Array(k), new Float64Array(k)];
  const result = new Uint8Array(match.length);
  for (let sample = 0; sample < match.length; sample++) {
    if (sample % SLICE === SLICE - 1) yield;
    const there = match[sample] ?? -1;
    if (there < 0) {
      result[sample] = 255;
      continue;
    }
    const found = cells.nearest(sample, k, near, room);
    const foundThere = otherCells.nearest(there, k, nearThere, room);
    let kept = 0;
    for (let i = 0; i < found; i++) {
      const wanted = match[near[i] ?? 0] ?? -1;
      for (let j = 0; j < foundThere; j++) if (nearThere[j] === wanted) kept++;
    }
    const most = Math.max(1, Math.min(found, foundThere));
    result[sample] = Math.round(254 * (1 - kept / most));
  }
  return result;
}
