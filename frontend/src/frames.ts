/**
 * The frames of one film that are in memory: prefetched from the cursor outward, three at a time, forgotten far from it, so that a film of
 * any length plays in bounded memory.
 */
import { messageOf } from "./format";
import type { Span } from "./loop";

/**
 * The `capacity` indices nearest to the cursor, in the order to fetch them. While playing, frames ahead count as nearer than those behind;
 * in a loop, the first frames of its span follow the last.
 */
export function prefetchOrder(
  cursor: number,
  count: number,
  capacity: number,
  mode: "paused" | "playing" | "looping",
  span: Span = { first: 0, last: count - 1 },
): number[] {
  const behindCost = mode === "paused" ? 1 : 4;
  const cost = (index: number): number => {
    const distance = index - cursor;
    if (mode === "looping" && cursor <= span.last) {
      if (index > span.last || index < Math.min(span.first, cursor)) return count + Math.abs(distance); // never played
      if (index >= span.first && distance < 0) return Math.min(-distance * behindCost, span.last - span.first + 1 + distance);
    }
    if (distance >= 0) return distance;
    return -distance * behindCost;
  };
  return Array.from({ length: count }, (_, index) => index)
    .sort((first, second) => cost(first) - cost(second) || first - second)
    .slice(0, capacity);
}

export interface RingOptions<F> {
  readonly count: number;
  /** Bytes that may be held. */
  readonly maxBytes: number;
  load(index: number, signal: AbortSignal): Promise<F>;
  bytesOf(frame: F): number;
  /** A frame arrived, left or failed. */
  onChange(): void;
  /** Frames that are known already. */
  readonly held?: Iterable<readonly [number, F]>;
}

const PARALLEL = 3; // TensorBoard opens a connection per request, and browsers allow six to a host
const RETRY_MS = 3000;
const CAPACITY_UNTIL_KNOWN = 8;

export class FrameRing<F> {
  readonly #options: RingOptions<F>;
  readonly #held: Map<number, F>;
  readonly #pending = new Map<number, AbortController>();
  readonly #failures = new Map<number, Error>();
  readonly #resting = new Set<number>(); // failed, and not to be tried again yet
  #wanted: number[] = [];
  #capacity = CAPACITY_UNTIL_KNOWN;
  #cursor = 0;
  #mode: "paused" | "playing" | "looping" = "paused";
  #span: Span | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #destroyed = false;

  constructor(options: RingOptions<F>) {
    this.#options = options;
    this.#held = new Map(options.held);
  }

  get(index: number): F | undefined {
    return this.#held.get(index);
  }

  has(index: number): boolean {
    return this.#held.has(index);
  }

  /** Why a frame is not here, where it failed when it was last tried. */
  failure(index: number): Error | undefined {
    return this.#failures.get(index);
  }

  get failures(): ReadonlyMap<number, Error> {
    return this.#failures;
  }

  get size(): number {
    return this.#held.size;
  }

  loaded(): Iterable<number> {
    return this.#held.keys();
  }

  /** Say where the cursor is; what it needs next is fetched first, what it left is dropped. */
  seek(cursor: number, mode: "paused" | "playing" | "looping", span?: Span): void {
    this.#span = span;
    this.#cursor = cursor;
    this.#mode = mode;
    this.#plan();
  }

  /** A frame for a use of its own: from memory if it is there, else fetched and not kept. */
  async fetch(index: number, signal: AbortSignal): Promise<F> {
    return this.#held.get(index) ?? this.#options.load(index, signal);
  }

  destroy(): void {
    this.#destroyed = true;
    clearTimeout(this.#retry);
    for (const controller of this.#pending.values()) controller.abort();
    this.#pending.clear();
    this.#held.clear();
  }

  #plan(): void {
    if (this.#destroyed) return;
    this.#wanted = prefetchOrder(this.#cursor, this.#options.count, this.#capacity, this.#mode, this.#span);
    const keep = new Set(this.#wanted);
    for (const index of this.#held.keys()) if (!keep.has(index)) this.#held.delete(index);
    const missing = this.#wanted.filter((index) => !this.#held.has(index) && !this.#resting.has(index));
    // Latest wins: a request that fell far behind the new order gives its place up.
    const urgent = new Set(missing.slice(0, 2 * PARALLEL));
    for (const [index, controller] of this.#pending) {
      if (urgent.has(index)) continue;
      controller.abort();
      this.#pending.delete(index);
    }
    for (const index of missing) {
      if (this.#pending.size >= PARALLEL) break;
      if (!this.#pending.has(index)) void this.#fetch(index);
    }
  }

  async #fetch(index: number): Promise<void> {
    const controller = new AbortController();
    this.#pending.set(index, controller);
    try {
      const frame = await this.#options.load(index, controller.signal);
      if (this.#pending.get(index) !== controller) return;
      this.#held.set(index, frame);
      this.#failures.delete(index);
      const bytes = Math.max(1, this.#options.bytesOf(frame));
      this.#capacity = Math.max(CAPACITY_UNTIL_KNOWN, Math.floor(this.#options.maxBytes / bytes));
    } catch (error) {
      if (this.#pending.get(index) !== controller) return;
      this.#failures.set(index, error instanceof Error ? error : new Error(messageOf(error)));
      this.#resting.add(index);
      this.#retryLater();
    }
    this.#pending.delete(index);
    this.#options.onChange();
    this.#plan();
  }

  #retryLater(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#resting.clear();
      this.#plan();
    }, RETRY_MS);
  }
}
