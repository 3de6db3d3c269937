/** Which pictures a film file has, and how long each stands. */
import type { Span } from "../loop";

export interface FilmPlan {
  readonly span: Span;
  readonly stepsPerSecond: number;
  /** Pictures per second. */
  readonly fps: number;
}

/** The first and the last step are among them. */
export const nPictures = ({ span, stepsPerSecond, fps }: FilmPlan): number =>
  Math.max(0, Math.round(((span.last - span.first) / stepsPerSecond) * fps)) + 1;

/** Where the cursor stands in a picture. */
export function cursorOf(plan: FilmPlan, picture: number): number {
  const { first, last } = plan.span;
  const n = nPictures(plan);
  return n === 1 ? first : first + ((last - first) * picture) / (n - 1);
}

export const durationOf = (plan: FilmPlan): number => nPictures(plan) / plan.fps;

/** Milliseconds that a picture of a GIF stands: whole hundredths of a second, whose sum stays true to the rate. */
export const gifDelay = (picture: number, fps: number): number =>
  10 * (Math.round(((picture + 1) * 100) / fps) - Math.round((picture * 100) / fps));

/** Video codecs take even sizes. */
export const evenly = (pixels: number): number => Math.max(2, Math.round(pixels / 2) * 2);

const plain = (words: string): string =>
  words
    .normalize("NFKD")
    .replace(/[^\w.-]+/g, "-")
    .replace(/^[-.]+|-+$/g, "")
    .slice(0, 100);

/** `digits-step-12.png`: whatever a run is called, a name that every system takes. */
export const fileName = (run: string, words: string, kind: string): string => `${plain(run)}-${plain(words)}.${kind}`;
