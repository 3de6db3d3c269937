/** Which names are shown and where: the largest class first, each above its place or below it, so that the dots there are seen; without room, not at all. Many names leave most of
 * the picture free: those of smaller classes come when a zoom makes room. */

const GAP = 2; // pixels between names
const LIFT = 6; // pixels between a name and its place
const COVER = 0.12; // of the view: more would hide the dots that are named
const FEW = 20; // names that find room whatever they cover
/** What stands at the middle of the upper edge: the tools. */
const TOOLS = { width: 108, height: 44 } as const;

export class NameLayout {
  /** Pixels of the top left corners, per name; only where `shown` is 1. */
  readonly left: Float32Array;
  readonly top: Float32Array;
  readonly shown: Uint8Array;
  /** 1 below its place: a name stays on its side while it can, so that names do not hop while a film plays. */
  readonly #below: Uint8Array;
  readonly #placed: Uint16Array;

  constructor(
    readonly widths: Float32Array,
    readonly height: number,
    /** Names, the most important first. */
    readonly order: Uint16Array,
  ) {
    const n = widths.length;
    this.left = new Float32Array(n);
    this.top = new Float32Array(n);
    this.shown = new Uint8Array(n);
    this.#below = new Uint8Array(n);
    this.#placed = new Uint16Array(n);
  }

  /** Lay out around middles in pixels; NaN for a name without a place. Nothing is allocated. */
  place(x: Float32Array, y: Float32Array, width: number, height: number): void {
    let count = 0;
    let covered = 0;
    for (const name of this.order) {
      this.shown[name] = 0;
      if (count >= FEW && covered >= COVER * width * height) continue;
      const [middleX, middleY] = [x[name] ?? 0, y[name] ?? 0];
      if (!(middleX >= 0 && middleX < width && middleY >= 0 && middleY < height)) continue;
      const own = this.widths[name] ?? 0;
      const left = Math.min(Math.max(0, middleX - own / 2), Math.max(0, width - own));
      let below = this.#below[name] ?? 0;
      if (!this.#hasRoom(name, left, this.#topOf(below, middleY), width, height, count)) {
        below = 1 - below;
        if (!this.#hasRoom(name, left, this.#topOf(below, middleY), width, height, count)) continue;
      }
      this.#below[name] = below;
      this.left[name] = left;
      this.top[name] = this.#topOf(below, middleY);
      this.shown[name] = 1;
      this.#placed[count++] = name;
      covered += own * this.height;
    }
  }

  #topOf(below: number, middleY: number): number {
    return below === 1 ? middleY + LIFT : middleY - LIFT - this.height;
  }

  #hasRoom(name: number, left: number, top: number, width: number, height: number, count: number): boolean {
    if (top < 0 || top + this.height > height) return false;
    const right = left + (this.widths[name] ?? 0);
    if (top < TOOLS.height && left < (width + TOOLS.width) / 2 && right > (width - TOOLS.width) / 2) return false;
    for (let i = 0; i < count; i++) {
      const other = this.#placed[i] ?? 0;
      const otherLeft = this.left[other] ?? 0;
      if (right + GAP <= otherLeft || otherLeft + (this.widths[other] ?? 0) + GAP <= left) continue;
      if (Math.abs(top - (this.top[other] ?? 0)) < this.height + GAP) return false;
    }
    return true;
  }
}
