import { type Signal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A disclosure that floats, and closes on Escape or a press elsewhere. */
export function Popover({
  label,
  title,
  className,
  children,
  open,
  onOpen,
}: {
  label: ComponentChildren;
  title?: string;
  className: string;
  children: ComponentChildren;
  /** Follows whether it is open, and opens it (with the focus in it) where something else does. */
  open?: Signal<boolean>;
  /** What is done once it is open. */
  onOpen?: (box: HTMLElement) => void;
}): JSX.Element {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      const box = details.current;
      if (box === null || !box.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== "Escape" || document.querySelector("dialog[open]") !== null) return;
        event.stopPropagation(); // one press closes one thing
      } else if (event.target instanceof Node && box.contains(event.target)) return;
      if (box.contains(document.activeElement)) box.querySelector("summary")?.focus(); // what had the focus is about to go
      box.open = false;
    };
    window.addEventListener("pointerdown", close);
    window.addEventListener("keydown", close, true);
    return () => {
      window.removeEventListener("pointerdown", close);
      window.removeEventListener("keydown", close, true);
    };
  }, []);
  useSignalEffect(() => {
    const box = details.current;
    if (open === undefined || box === null || box.open === open.value) return;
    box.open = open.value;
    box.querySelector("summary")?.focus();
  });
  return (
    <details
      class={`disclosure ${className}`}
      ref={details}
      onToggle={({ currentTarget }) => {
        if (open !== undefined) open.value = currentTarget.open;
        if (currentTarget.open) onOpen?.(currentTarget);
      }}
    >
      <summary title={title}>{label}</summary>
      <div class="popover">{children}</div>
    </details>
  );
}
