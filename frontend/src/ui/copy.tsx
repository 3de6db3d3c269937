import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

// The clipboard API is missing on plain-http hosts, where many people reach their TensorBoard.
export async function copy(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = words;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}

/** Lines to copy, with the button that does. */
export function Copyable({ words, label }: { words: string; label: string }): JSX.Element {
  const said = useSignal("Copy");
  const onClick = async (): Promise<void> => {
    said.value = (await copy(words)) ? "Copied" : "Select and copy";
    setTimeout(() => {
      said.value = "Copy";
    }, 2000);
  };
  return (
    <div class="copyable">
      <section class="copyable-words" tabIndex={0} aria-label={label}>
        <pre>
          <code>{words}</code>
        </pre>
      </section>
      <button type="button" onClick={onClick} aria-label={`Copy ${label}`}>
        <span role="status">{said}</span>
      </button>
    </div>
  );
}
