/** What a picture costs: the figures that the browser tests hold down. */

const KEPT = 240;

/** The last of a series, and their median. */
class Costs {
  readonly #kept: number[] = [];

  add(milliseconds: number): void {
    this.#kept.push(milliseconds);
    if (this.#kept.length > KEPT) this.#kept.shift();
  }

  median(): number {
    const sorted = [...this.#kept].sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? 0;
  }
}

export class Meter {
  /** Of this page's JavaScript, per picture. */
  readonly script = new Costs();
  /** Of painting, on whichever thread. */
  readonly painting = new Costs();
  #open = 0;
  frames = 0;

  /** Milliseconds of JavaScript that went into the next picture. */
  spend(milliseconds: number): void {
    this.#open += milliseconds;
  }

  /** The picture is drawn, which took so many milliseconds of painting. */
  close(painting: number): void {
    this.script.add(this.#open);
    this.painting.add(painting);
    this.#open = 0;
    this.frames++;
  }
}

export const meter = new Meter();
