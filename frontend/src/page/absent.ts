/** Stands in, in the page that `timetravel export` writes, for what only the tab has: links, a film beside and a finer territory (`build.mjs`). */
import { signal } from "@preact/signals";
import type * as beside from "../beside";
import type * as differenceAt from "../difference_at";
import type * as link from "../link";
import type * as refine from "../refine";
import { NOTHING } from "../selection";
import * as state from "../state";

type Value<S extends { readonly value: unknown }> = S["value"];

export const askForStep: typeof link.askForStep = () => undefined;
export const takeAskedStep: typeof link.takeAskedStep = () => null;
export const takeAskedSelection: typeof link.takeAskedSelection = () => {
  state.selection.value = NOTHING;
  state.selected.value = null;
};

export const matching = signal<Value<typeof beside.matching>>(null);
export const besideInstant = signal<Value<typeof beside.besideInstant>>({ a: 0, b: 0, fraction: 0, nearest: 0 });
export const putBeside: typeof beside.putBeside = () => undefined;
export const toggleBeside: typeof beside.toggleBeside = () => undefined;

export const difference = signal<Value<typeof differenceAt.difference>>(null);
export const differenceElsewhere = signal<Value<typeof differenceAt.differenceElsewhere>>(null);

export const patch = signal<Value<typeof refine.patch>>(null);
export const keepRefined: typeof refine.keepRefined = () => () => undefined;

// A page from a disk may start no worker, and paints in slices.
export { CpuScreen as WorkerScreen } from "../engine/cpu_screen";
