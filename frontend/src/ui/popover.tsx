import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A disclosure that floats, and closes on Escape or a press elsewhere. */
export function Popover({
  label,
  className,
  children,
}: {
  label: ComponentChildren;
  className: string;
  children: ComponentChildren;
}): JSX.Element {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      const box = details.current;
      if (box === null || !box.open) return;
      const inside = event.target instanceof Node && box.contains(event.target);
      if (!(event instanceof KeyboardEvent ? event.key === "Escape" : !inside)) return;
      if (box.contains(document.activeElement)) box.querySelector("summary")?.focus(); // what had the focus is about to go
      box.open = false;
    };
    window.addEventListener("pointerdown", close);
    window.addEventListener("keydown", close);
    return () => {
      window.removeEventListener("pointerdown", close);
      window.removeEventListener("keydown", close);
    };
  }, []);
  return (
    <details class={`disclosure ${className}`} ref={details}>
      <summary>{label}</summary>
      <div class="popover">{children}</div>
    </details>
  );
}
