import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

/** A signal's value at a pace that panels can follow while a film plays or a shape is drawn; the last value always arrives. */
export function useSettled<T>(source: ReadonlySignal<T>, everyMs: number): T {
  const [value, setValue] = useState({ of: source.peek() });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = 0;
    const stop = source.subscribe((next) => {
      const wait = last + everyMs - performance.now();
      if (timer !== undefined) return;
      if (wait <= 0) {
        last = performance.now();
        setValue({ of: next });
        return;
      }
      timer = setTimeout(() => {
        timer = undefined;
        last = performance.now();
        setValue({ of: source.peek() });
      }, wait);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [source]);
  return value.of;
}
