/** Exports that a person starts: one at a time, with progress, and cancelled on request. */
import { messageOf } from "../format";
import * as tab from "../lent";
import { openGif } from "./gif";
import { cursorOf, type FilmPlan, fileName, nPictures } from "./plan";
import { openRecorder } from "./recorder";
import type { Sink, SinkFormat } from "./sink";
import { type Look, lookNow, Studio } from "./studio";

export interface Job {
  readonly done: number;
  readonly total: number;
  readonly controller: AbortController;
}

export const job = tab.signal<Job | null>(null);
/** What became of the last export, for a person to read. */
export const outcome = tab.signal<{ readonly words: string; readonly failed: boolean } | null>(null);

export type FilmKind = "webm" | "gif";

export interface FilmOrder {
  readonly kind: FilmKind;
  readonly plan: FilmPlan;
  readonly size: { readonly width: number; readonly height: number };
}

const REFERENCE_HEIGHT = 720; // pixels: words of a film this high are as large as those on screen
const SMALLEST_UNIT = 0.7;

const inMegabytes = (bytes: number): string => (bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

function toBlob(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error("The picture is too large for this browser.")) : resolve(blob)),
      "image/png",
    ),
  );
}

function requireLook(isFilm: boolean): Look {
  const look = lookNow(isFilm);
  if (look === null) throw new Error("There is no picture yet.");
  return look;
}

/** The picture under the cursor at some times its size on screen, drawn anew. */
async function still(look: Look, scale: number): Promise<Blob> {
  const studio = new Studio(look, scale, null);
  try {
    await studio.draw(tab.cursor.peek(), new AbortController().signal);
    return await toBlob(studio.canvas);
  } finally {
    studio.destroy();
  }
}

async function told(work: () => Promise<string>): Promise<void> {
  outcome.value = null;
  try {
    outcome.value = { words: await work(), failed: false };
  } catch (error) {
    outcome.value = { words: messageOf(error), failed: true };
  }
}

export const downloadPicture = (scale: number): Promise<void> =>
  told(async () => {
    const look = requireLook(false);
    const name = fileName(look.title, `step-${tab.step.peek() ?? 0}`, "png");
    const file = await still(look, scale);
    tab.download(file, name);
    return `${name}, ${inMegabytes(file.size)}`;
  });

export const canCopyPicture = (): boolean => typeof ClipboardItem !== "undefined" && navigator.clipboard?.write !== undefined;

export const copyPicture = (scale: number): Promise<void> =>
  told(async () => {
    // The promise goes in unresolved: browsers allow the clipboard only right after the press.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": still(requireLook(false), scale) })]);
    return "The picture is on the clipboard.";
  });

async function openSink(kind: FilmKind, canvas: HTMLCanvasElement, format: SinkFormat): Promise<Sink> {
  if (kind === "gif") return openGif(format);
  const encoded = typeof VideoEncoder === "undefined" ? null : await (await import("./webm")).openWebm(format);
  const sink = encoded ?? openRecorder(canvas, format);
  if (sink === null) throw new Error("This browser writes no WebM; a GIF works everywhere.");
  return sink;
}

async function film({ kind, plan, size }: FilmOrder, controller: AbortController): Promise<string> {
  const look = requireLook(true);
  const { signal } = controller;
  const total = nPictures(plan);
  const studio = new Studio(look, Math.max(SMALLEST_UNIT, size.height / REFERENCE_HEIGHT), size);
  let sink: Sink | null = null;
  try {
    await studio.draw(cursorOf(plan, 0), signal);
    sink = await openSink(kind, studio.canvas, { ...size, fps: plan.fps });
    for (let picture = 0; picture < total; picture++) {
      await studio.draw(cursorOf(plan, picture), signal);
      await sink.add(studio.canvas, picture);
      await tab.breathe();
      signal.throwIfAborted();
      job.value = { done: picture + 1, total, controller };
    }
    const file = await sink.finish();
    const { first, last } = plan.span;
    const { steps } = look.sides[0].reel;
    const name = fileName(look.title, `steps-${steps[first]}-${steps[last]}`, kind);
    tab.download(file, name);
    return `${name}, ${inMegabytes(file.size)}`;
  } catch (error) {
    sink?.abandon();
    if (signal.aborted) return "The export was cancelled.";
    throw error;
  } finally {
    studio.destroy();
  }
}

export async function exportFilm(order: FilmOrder): Promise<void> {
  if (job.peek() !== null) return;
  const controller = new AbortController();
  job.value = { done: 0, total: nPictures(order.plan), controller };
  await told(() => film(order, controller));
  job.value = null;
}

export const cancelExport = (): void => job.peek()?.controller.abort();
