/** A button of a list that takes its own row away: the focus goes to the same button of a neighbouring row, else to what opened the list. */
export function leaveFor(button: HTMLElement): void {
  const row = button.closest("li");
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  const same = next?.querySelector<HTMLElement>("button:last-of-type");
  (same ?? button.closest("details")?.querySelector("summary"))?.focus();
}
