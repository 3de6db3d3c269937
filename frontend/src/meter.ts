/** What a picture costs in JavaScript: the figure that the browser tests hold down. */

const KEPT = 240;

export class Meter {
  readonly #costs: number[] = [];
  #open = 0;
  frames = 0;

  /** Milliseconds that went into the next picture. */
  spend(milliseconds: number): void {
    this.#open += milliseconds;
  }

  /** The picture is drawn. */
  close(): void {
    this.#costs.push(this.#open);
    if (this.#costs.length > KEPT) this.#costs.shift();
    this.#open = 0;
    this.frames++;
  }

  /** Median over the last pictures, in milliseconds. */
  median(): number {
    const sorted = [...this.#costs].sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? 0;
  }
}

export const meter = new Meter();
