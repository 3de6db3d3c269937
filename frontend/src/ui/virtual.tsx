import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

const BEYOND = 4; // rows kept above and below what is seen, so that a flick shows no gap

/** A long list of rows of one height, of which only those in sight exist. */
export function Virtual({
  count,
  rowHeight,
  row,
  box,
  ...attributes
}: {
  count: number;
  /** CSS pixels. */
  rowHeight: number;
  row: (index: number) => JSX.Element;
  box?: RefObject<HTMLDivElement>;
} & Omit<JSX.HTMLAttributes<HTMLDivElement>, "ref">): JSX.Element {
  const own = useRef<HTMLDivElement>(null);
  const ref = box ?? own;
  const [seen, setSeen] = useState({ top: 0, height: 0 });
  const look = (): void => {
    const element = ref.current;
    if (element !== null) setSeen({ top: element.scrollTop, height: element.clientHeight });
  };
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(look, [count]);
  const first = Math.max(0, Math.min(Math.floor(seen.top / rowHeight), count - 1) - BEYOND);
  const last = Math.min(count, Math.ceil((seen.top + seen.height) / rowHeight) + BEYOND);
  return (
    <div {...attributes} ref={ref} onScroll={look}>
      <div class="virtual" style={{ height: `${count * rowHeight}px` }}>
        <div style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, offset) => row(first + offset))}
        </div>
      </div>
    </div>
  );
}
