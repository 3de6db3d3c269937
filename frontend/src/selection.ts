/** A selection: a byte per sample, and how many are set. Pure; what is selected now is in state. */

export interface Selection {
  /** 1 where selected, a byte per sample; empty where nothing is. */
  readonly mask: Uint8Array;
  readonly count: number;
}

/** What new samples do to those that are selected already. */
export type How = "replace" | "add" | "subtract";

export const NOTHING: Selection = { mask: new Uint8Array(0), count: 0 };

export const isSelected = ({ mask }: Selection, sample: number): boolean => mask[sample] === 1;

export function ofMask(mask: Uint8Array): Selection {
  let count = 0;
  for (let sample = 0; sample < mask.length; sample++) count += mask[sample] ?? 0;
  return { mask, count };
}

/** Positions outside 0..n-1 are left out. */
export function ofPositions(n: number, positions: Iterable<number>): Selection {
  const mask = new Uint8Array(n);
  for (const sample of positions) if (sample >= 0 && sample < n) mask[sample] = 1;
  return ofMask(mask);
}

/** The selected positions in order. */
export function positionsOf({ mask, count }: Selection): Uint32Array {
  const positions = new Uint32Array(count);
  let at = 0;
  for (let sample = 0; sample < mask.length; sample++) if (mask[sample] === 1) positions[at++] = sample;
  return positions;
}

export function inverted(n: number, selection: Selection): Selection {
  const mask = new Uint8Array(n);
  for (let sample = 0; sample < n; sample++) mask[sample] = selection.mask[sample] === 1 ? 0 : 1;
  return { mask, count: n - selection.count };
}

/** Combine with hits (a byte per sample), in a mask of its own: a picture in the making may still need the last. */
export function combined(before: Selection, hits: Uint8Array, how: How): Selection {
  const { mask } = before;
  const into = new Uint8Array(hits.length);
  let count = 0;
  for (let sample = 0; sample < hits.length; sample++) {
    const hit = hits[sample] ?? 0;
    const known = mask[sample] ?? 0;
    const value = how === "replace" ? hit : how === "add" ? hit | known : known & (1 - hit);
    into[sample] = value;
    count += value;
  }
  return { mask: into, count };
}

export type Tool = "pan" | "box" | "lasso";
export const TOOLS: readonly Tool[] = ["pan", "box", "lasso"];

/** The modifier keys of a pointer event. */
export interface Modifiers {
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

const adds = ({ ctrlKey, metaKey }: Modifiers): boolean => ctrlKey || metaKey;

export const howOfClick = (keys: Modifiers): How => (keys.altKey ? "subtract" : adds(keys) || keys.shiftKey ? "add" : "replace");

/** What a drag does: with the pan tool, Shift draws a box and Alt+Shift a lasso, where Alt cannot subtract as well. */
export function dragOf(tool: Tool, keys: Modifiers): { readonly tool: Tool; readonly how: How } {
  if (tool !== "pan") return { tool, how: howOfClick(keys) };
  if (!keys.shiftKey) return { tool, how: "replace" };
  return { tool: keys.altKey ? "lasso" : "box", how: adds(keys) ? "add" : "replace" };
}
