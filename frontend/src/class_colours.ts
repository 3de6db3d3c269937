/** The colour of every class: the palette's, or what a person gave it. */
import { computed } from "@preact/signals";
import { classColour, NONE_COLOUR } from "./palette";
import * as state from "./state";

export const classColours = computed<readonly string[]>(() =>
  Array.from(
    { length: state.nClasses.value },
    (_, kind) => state.givenColours.value.get(kind) ?? classColour(kind, state.nClasses.value),
  ),
);

export const colourOfClass = (kind: number): string => classColours.value[kind] ?? NONE_COLOUR;

/** Give a class a colour; null gives it the palette's again. */
export function giveColour(kind: number, colour: string | null): void {
  const next = new Map(state.givenColours.peek());
  if (colour === null) next.delete(kind);
  else next.set(kind, colour);
  state.givenColours.value = next;
}
