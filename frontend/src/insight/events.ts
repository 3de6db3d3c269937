/** What happened to the samples from step to step, as bytes of the server and as lists. Pure. */
import { cell } from "../csv";

const MAGIC = 0x31455454; // TTE1

/** The events of one kind: at step index i, `positions` from `offsets[i]` to `offsets[i + 1]`. */
export interface Events {
  readonly offsets: Uint32Array;
  readonly positions: Uint32Array;
  /** Of jumps of confidence: the class that gained most, and by how much that of the label changed; else null. */
  readonly jumps: { readonly targets: Int32Array; readonly sizes: Float32Array } | null;
}

/** The events of n samples, from the bytes of `GET insight_events`. */
export function decodeEvents(buffer: ArrayBuffer, n: number): Events {
  const refused = (): Error => new Error(`expected events of ${n} samples, got ${buffer.byteLength} other bytes`);
  const header = new DataView(buffer);
  if (buffer.byteLength < 12 || buffer.byteLength % 4 !== 0 || header.getUint32(0, true) !== MAGIC) throw refused();
  const nSteps = header.getUint32(4, true);
  if (8 + 4 * (nSteps + 1) > buffer.byteLength) throw refused();
  const offsets = new Uint32Array(buffer, 8, nSteps + 1);
  const total = offsets[nSteps] ?? 0;
  const start = 8 + 4 * (nSteps + 1);
  const columns = (buffer.byteLength - start) / 4 / Math.max(1, total);
  if (total > 0 ? columns !== 1 && columns !== 3 : buffer.byteLength !== start) throw refused();
  if (offsets.some((offset, index) => offset < (offsets[index - 1] ?? 0))) throw refused();
  const positions = new Uint32Array(buffer, start, total);
  if (positions.some((position) => position >= n)) throw refused();
  if (columns !== 3) return { offsets, positions, jumps: null };
  const targets = new Int32Array(buffer, start + 4 * total, total);
  return { offsets, positions, jumps: { targets, sizes: new Float32Array(buffer, start + 8 * total, total) } };
}

/** Events per step; of selected samples alone where there is a mask. */
export function countsOf({ offsets, positions }: Events, mask: Uint8Array | null): number[] {
  return Array.from({ length: offsets.length - 1 }, (_, step) => {
    const [from = 0, to = 0] = offsets.subarray(step, step + 2);
    if (mask === null) return to - from;
    let count = 0;
    for (let at = from; at < to; at++) count += mask[positions[at] ?? 0] ?? 0;
    return count;
  });
}

/** What happened at one step: the samples in order, and for each a bit per kind. */
export interface Happened {
  readonly samples: Uint32Array;
  readonly kinds: ReadonlyMap<number, number>;
}

export function happenedAt(events: readonly (Events | undefined)[], step: number, mask: Uint8Array | null): Happened {
  const kinds = new Map<number, number>();
  events.forEach((found, kind) => {
    if (found === undefined || step < 0) return;
    const { offsets, positions } = found;
    for (let at = offsets[step] ?? 0; at < (offsets[step + 1] ?? 0); at++) {
      const sample = positions[at] ?? 0;
      if (mask === null || mask[sample] === 1) kinds.set(sample, (kinds.get(sample) ?? 0) | (1 << kind));
    }
  });
  return { samples: Uint32Array.from(kinds.keys()).sort(), kinds };
}

/** The jump of a sample at a step, or null. */
export function jumpOf(
  { offsets, positions, jumps }: Events,
  step: number,
  sample: number,
): { target: number; size: number } | null {
  if (jumps === null) return null;
  for (let at = offsets[step] ?? 0; at < (offsets[step + 1] ?? 0); at++) {
    if (positions[at] === sample) return { target: jumps.targets[at] ?? -1, size: jumps.sizes[at] ?? 0 };
  }
  return null;
}

/** The nearest step index before or after one at which there is something, or null. */
export function stepBeside(counts: readonly number[], from: number, by: 1 | -1): number | null {
  for (let at = from + by; at >= 0 && at < counts.length; at += by) if ((counts[at] ?? 0) > 0) return at;
  return null;
}

export interface Named {
  readonly kind: string;
  readonly events: Events;
}

export interface EventSource {
  readonly steps: readonly number[];
  id(sample: number): number;
  split(sample: number): string;
  className(kind: number): string;
  label(sample: number): number;
}

/** One line per event, by step, then by kind; the class that gained and the change of p(label) are of jumps alone. A text per step, to be joined. */
export function eventsCsv(named: readonly Named[], mask: Uint8Array | null, source: EventSource): string[] {
  const parts = ["step,event,id,split,label,towards,change\n"];
  const name = (kind: number): string => (kind < 0 ? "" : cell(source.className(kind)));
  source.steps.forEach((step, index) => {
    const lines: string[] = [];
    for (const { kind, events } of named) {
      const { offsets, positions, jumps } = events;
      for (let at = offsets[index] ?? 0; at < (offsets[index + 1] ?? 0); at++) {
        const sample = positions[at] ?? 0;
        if (mask !== null && mask[sample] !== 1) continue;
        const jump = jumps === null ? "," : `${name(jumps.targets[at] ?? -1)},${(jumps.sizes[at] ?? 0).toFixed(4)}`;
        const split = cell(source.split(sample));
        lines.push(`${step},${kind},${source.id(sample)},${split},${name(source.label(sample))},${jump}\n`);
      }
    }
    if (lines.length > 0) parts.push(lines.join(""));
  });
  return parts;
}
