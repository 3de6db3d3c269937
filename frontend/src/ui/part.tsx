/** Parts of the tab that are files of their own in the bundle: fetched when they are first wanted, and missed aloud where they do not come. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { messageOf } from "../format";

export interface Part<M> {
  /** Null until it has come. */
  readonly module: ReadonlySignal<M | null>;
  /** Why it did not come. */
  readonly trouble: ReadonlySignal<string | null>;
  /** Fetches it, unless it is there or on its way. */
  load(): void;
}

export function partFrom<M>(fetchModule: () => Promise<M>): Part<M> {
  const module = signal<M | null>(null);
  const trouble = signal<string | null>(null);
  let asked = false;
  const load = (): void => {
    if (asked) return;
    asked = true;
    trouble.value = null;
    fetchModule().then(
      (found) => {
        module.value = found;
      },
      (error: unknown) => {
        asked = false;
        trouble.value = messageOf(error);
      },
    );
  };
  return { module, trouble, load };
}

/** What a part shows, fetched now; until then that it loads, or why it does not. */
export function Loaded<M>({ part, children }: { part: Part<M>; children: (module: M) => JSX.Element }): JSX.Element {
  useEffect(part.load, [part]);
  if (part.module.value !== null) return children(part.module.value);
  if (part.trouble.value === null) return <p role="status">Loading</p>;
  return (
    <p role="alert">
      It does not load: {part.trouble}.{" "}
      <button type="button" onClick={part.load}>
        Try again
      </button>
    </p>
  );
}
