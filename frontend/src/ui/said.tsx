import type { JSX } from "preact";

/** A sentence of the server's: options of a command line in it are not broken after a hyphen. */
export function Said({ words }: { words: string }): JSX.Element {
  return <>{words.split(/(--\w[\w-]*)/).map((part, index) => (index % 2 === 0 ? part : <code class="option">{part}</code>))}</>;
}
