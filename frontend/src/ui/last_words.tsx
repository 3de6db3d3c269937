import type { JSX } from "preact";

/** What a process wrote last, to be unfolded. */
export function LastWords({ words }: { words: readonly string[] }): JSX.Element | null {
  if (words.length === 0) return null;
  return (
    <details>
      <summary>Its last words</summary>
      <pre tabIndex={0}>{words.join("\n")}</pre>
    </details>
  );
}
