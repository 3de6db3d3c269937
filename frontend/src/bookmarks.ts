/** Steps that a person wants to find again, with a word on each. */

export interface Bookmark {
  readonly step: number;
  /** May be empty. */
  readonly name: string;
}

/** Characters of a name: what still fits a link with many of them. */
export const LONGEST_NAME = 40;
const MOST_IN_A_LINK = 64;

/** In the order of their steps. */
export function toggledBookmark(marks: readonly Bookmark[], step: number): readonly Bookmark[] {
  const others = marks.filter((mark) => mark.step !== step);
  return others.length < marks.length ? others : [...others, { step, name: "" }].sort((a, b) => a.step - b.step);
}

export const renamedBookmark = (marks: readonly Bookmark[], step: number, name: string): readonly Bookmark[] =>
  marks.map((mark) => (mark.step === step ? { step, name: name.slice(0, LONGEST_NAME) } : mark));

/** The next bookmark after a step (or, backwards, before it), or null. */
export function neighbouring(marks: readonly Bookmark[], step: number, by: 1 | -1): Bookmark | null {
  const found = by > 0 ? marks.find((mark) => mark.step > step) : marks.filter((mark) => mark.step < step).at(-1);
  return found ?? null;
}

/** `10,20:first flips`, names escaped so that they may hold anything. */
export const formatBookmarks = (marks: readonly Bookmark[]): string | null =>
  marks.length === 0
    ? null
    : marks
        .slice(0, MOST_IN_A_LINK)
        .map(({ step, name }) => (name === "" ? String(step) : `${step}:${encodeURIComponent(name)}`))
        .join(",");

export function parseBookmarks(raw: string): readonly Bookmark[] {
  const found = new Map<number, Bookmark>();
  for (const part of raw.split(",").slice(0, MOST_IN_A_LINK)) {
    const [, step, name = ""] = /^(-?\d{1,16})(?::(.*))?$/.exec(part) ?? [];
    if (step !== undefined) found.set(Number(step), { step: Number(step), name: unescaped(name).slice(0, LONGEST_NAME) });
  }
  return [...found.values()].sort((a, b) => a.step - b.step);
}

function unescaped(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // a lone % typed by hand
  }
}
