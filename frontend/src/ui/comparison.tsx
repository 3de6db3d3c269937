/** Where the comparison of two films goes; what it is made of is fetched when there are two. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { messageOf } from "../format";
import * as state from "../state";

const panel = signal<typeof import("../compare/panel") | null>(null);

export function Comparison({ reel }: { reel: state.Reel }): JSX.Element | null {
  const wanted = state.beside.value !== null;
  useEffect(() => {
    if (!wanted || panel.peek() !== null) return;
    import("../compare/panel").then(
      (loaded) => {
        panel.value = loaded;
      },
      (error: unknown) => {
        state.refusal.value = `The comparison cannot be shown: ${messageOf(error)}`;
      },
    );
  }, [wanted]);
  const ComparePanel = panel.value?.ComparePanel;
  return wanted && ComparePanel !== undefined ? <ComparePanel reel={reel} /> : null;
}
