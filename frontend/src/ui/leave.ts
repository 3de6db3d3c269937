/**
 * Where the focus goes when a button takes itself away. Only a keyboard's: whoever clicks goes on with a mouse, and the space bar plays the film
 * as long as no other button has the focus.
 */

/** Enter and Space on a button make a click of no count. */
export const byKeyboard = ({ detail }: MouseEvent): boolean => detail === 0;

export function leaveTo(event: MouseEvent, next: Element | null | undefined): void {
  if (byKeyboard(event) && next instanceof HTMLElement) next.focus();
}

/** Of a button that takes its own row of a list away: to the first of a neighbouring row, else to what opened the list. */
export function leaveRow(event: MouseEvent): void {
  const row = event.currentTarget instanceof Element ? event.currentTarget.closest("li") : null;
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  leaveTo(event, next?.querySelector("button") ?? row?.closest("details")?.querySelector("summary"));
}
