/** What keys do in a long list: arrows, pages and ends move. */

/** Scroll no farther than a row needs to be seen, in its list and in the panel that the list may reach out of. */
export function reveal(list: HTMLElement | null, row: number, height: number): void {
  if (list === null) return;
  const top = row * height;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
  const panel = list.closest(".panel");
  if (panel === null) return;
  const seen = panel.getBoundingClientRect();
  const y = list.getBoundingClientRect().top + list.clientTop + top - list.scrollTop;
  if (y < seen.top) panel.scrollTop -= seen.top - y;
  else if (y + height > seen.bottom) panel.scrollTop += y + height - seen.bottom;
}

/** Where the keys lead from a row; `go` keeps it within the list. */
export function movesFrom(
  at: number,
  count: number,
  list: HTMLElement | null,
  height: number,
  go: (row: number) => void,
): Record<string, () => void> {
  const page = Math.max(1, Math.floor((list?.clientHeight ?? 0) / height) - 1);
  return {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    PageDown: () => go(at + page),
    PageUp: () => go(at - page),
    Home: () => go(0),
    End: () => go(count - 1),
  };
}

/** Up, Down, Home and End move the focus from row to row, to what is found in each: however long the list, it is one stop of the Tab key. */
export function walk(event: KeyboardEvent, list: Element, row: string, found: string): void {
  const rows = [...list.querySelectorAll(row)];
  const at = rows.findIndex((one) => one.contains(document.activeElement));
  const go = (to: number): void => rows[to]?.querySelector<HTMLElement>(found)?.focus();
  obey(event, {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    Home: () => go(0),
    End: () => go(rows.length - 1),
  });
}

/** Do what a key is bound to, and keep it from what it does elsewhere: these keys move the film. */
export function obey(event: KeyboardEvent, moves: Record<string, () => void>): void {
  const move = moves[event.key] ?? moves[event.key.toLowerCase()];
  if (move === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  move();
}
