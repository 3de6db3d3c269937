/** Turns pictures into a GIF beside the page, which would stutter: a palette and its 256 nearest colours for every picture. */
import { applyPalette, GIFEncoder, quantize } from "gifenc/dist/gifenc.esm.js";

/** A picture, or the end. */
export type ToGif =
  | { readonly rgba: ArrayBuffer; readonly width: number; readonly height: number; readonly delay: number }
  | { readonly end: true };
/** Room for the next picture, or the file. */
export type FromGif = { readonly file: ArrayBuffer | null };

const encoder = GIFEncoder();

function answer(message: FromGif): void {
  postMessage(message, { transfer: message.file === null ? [] : [message.file] });
}

addEventListener("message", ({ data }: MessageEvent<ToGif>) => {
  if ("end" in data) {
    encoder.finish();
    answer({ file: encoder.bytes().slice().buffer });
    return;
  }
  const { width, height, delay } = data;
  const rgba = new Uint8Array(data.rgba);
  const palette = quantize(rgba, 256);
  encoder.writeFrame(applyPalette(rgba, palette), width, height, { palette, delay });
  answer({ file: null });
});
