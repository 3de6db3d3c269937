/** What the parts of the insight have in common: which samples they are about, and how one is shown. */
import type { ComponentChildren, JSX } from "preact";
import { plural } from "../format";
import * as tab from "../lent";

/** Whether lists are of the selected samples alone, where some are selected. */
export const onlySelected = tab.signal(false);

/** The mask of the samples that lists are about; null for all. Reads signals. */
export function maskFor(n: number): Uint8Array | null {
  const { mask, count } = tab.selection.value;
  return onlySelected.value && count > 1 && mask.length === n ? mask : null;
}

/** A box to tick, for a signal. */
export function Tick({
  of,
  children,
  ...label
}: {
  of: tab.Signal<boolean>;
  class?: string;
  title?: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <label {...label}>
      <input type="checkbox" checked={of.value} onChange={({ currentTarget }) => (of.value = currentTarget.checked)} />
      {children}
    </label>
  );
}

export function OnlySelected(): JSX.Element | null {
  const { count } = tab.selection.value;
  if (count < 2) return null; // one is what a click on a row selects
  return (
    <Tick of={onlySelected} class="only-selected">
      Only the selection ({plural(count, "sample")})
    </Tick>
  );
}

/** Select a sample, unless that would change what the lists are about, and fly to it. */
export function take(sample: number): void {
  if (onlySelected.peek() && tab.selection.peek().count > 1) tab.focus(sample);
  else {
    tab.click(sample, "replace");
    tab.focus(sample);
  }
}

export const labelOf = ({ samples }: tab.Reel, sample: number): number => samples.label[sample] ?? -1;
export const idOf = ({ samples }: tab.Reel, sample: number): number => samples.id[sample] ?? sample;

/** A sample's text, where it has one. */
export function Words({ reel, sample }: { reel: tab.Reel; sample: number }): JSX.Element | null {
  const words = tab.useAsync(() => tab.textOf(reel, sample), [reel, sample]);
  return words === null ? null : (
    <span class="insight-words" title={words}>
      {words}
    </span>
  );
}

/** A class by its name, or that there is none. */
export function ClassOf({ reel, kind }: { reel: tab.Reel; kind: number }): JSX.Element {
  return kind < 0 ? <span class="faint">none</span> : <tab.Named kind={kind} names={reel.probe.class_names} />;
}

/** What attends a list while its samples are looked at: the dot under the pointer is marked in the film. */
export const marks = (sample: number) => ({
  onMouseEnter: () => {
    tab.hovered.value = sample;
  },
  onMouseLeave: () => {
    tab.hovered.value = null;
  },
});
