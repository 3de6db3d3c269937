import { useEffect, useState } from "preact/hooks";

/** The result of an async look-up, null until it is here; a late result of an earlier look-up never replaces a later one. */
export function useAsync<T>(look: () => Promise<T>, inputs: readonly unknown[], delayMs = 0): T | null {
  const [result, setResult] = useState<{ readonly inputs: readonly unknown[]; readonly value: T } | null>(null);
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(() => {
      look().then(
        (value) => {
          if (!stale) setResult({ inputs, value });
        },
        () => undefined, // what it shows is an extra; the rest of the tooltip stands without it
      );
    }, delayMs);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, inputs);
  if (result === null) return null;
  return result.inputs.every((input, index) => input === inputs[index]) ? result.value : null;
}
