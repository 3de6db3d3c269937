/** What is fetched when something first looks for it, by key. */
import { signal } from "@preact/signals";

const RETRY_MS = 5000;

export class Lazy<K, T> {
  readonly #asked = new Map<K, Promise<T>>();
  readonly #known = new Map<K, T | null>();
  /** Counts up when something arrives. */
  readonly version = signal(0);
  constructor(readonly load: (key: K) => Promise<T>) {}

  fetch(key: K): Promise<T> {
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked;
    const made = this.load(key);
    this.#asked.set(key, made);
    made.then(
      (found) => this.#settle(key, found),
      () => {
        this.#settle(key, null);
        setTimeout(() => this.#asked.delete(key), RETRY_MS); // a later look tries again
      },
    );
    return made;
  }

  /** undefined while it is under way, null where it cannot be had. */
  look(key: K): T | null | undefined {
    this.version.value;
    if (!this.#known.get(key)) void this.fetch(key).catch(() => undefined);
    return this.#known.get(key);
  }

  #settle(key: K, found: T | null): void {
    this.#known.set(key, found);
    this.version.value++;
  }
}
