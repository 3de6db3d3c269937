/** A GIF, made in a worker that is loaded only for this. */
import type { FromGif, ToGif } from "./gif_worker";
import { gifDelay } from "./plan";
import type { Sink, SinkFormat } from "./sink";

export function openGif({ width, height, fps }: SinkFormat): Sink {
  const worker = new Worker(new URL("./gif_worker.js", import.meta.url), { type: "module" });
  const ask = (message: ToGif, transfer: Transferable[]): Promise<ArrayBuffer | null> =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<FromGif>) => resolve(data.file);
      worker.onerror = ({ message: words }) =>
        reject(new Error(`The GIF could not be made: ${words || "its worker did not load"}.`));
      worker.postMessage(message, transfer);
    });
  return {
    async add(canvas, picture) {
      const context = canvas.getContext("2d");
      if (context === null) return;
      const rgba = context.getImageData(0, 0, width, height).data.buffer;
      await ask({ rgba, width, height, delay: gifDelay(picture, fps) }, [rgba]);
    },
    async finish() {
      const file = await ask({ end: true }, []);
      worker.terminate();
      return new Blob(file === null ? [] : [file], { type: "image/gif" });
    },
    abandon: () => worker.terminate(),
  };
}
