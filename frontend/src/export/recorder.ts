/** WebM where pages may not use the encoder itself (plain http): a recording, which takes as long as the film lasts. */
import type { Sink, SinkFormat } from "./sink";

const TYPES = ["video/webm;codecs=vp8", "video/webm"]; // VP9 does not keep up with the clock on every machine

const SETTLE_MS = 300; // recorders lose pictures while they start and when they are stopped at once

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Null where the browser records no WebM. */
export function openRecorder(canvas: HTMLCanvasElement, { fps }: SinkFormat): Sink | null {
  const type = typeof MediaRecorder === "undefined" ? undefined : TYPES.find((name) => MediaRecorder.isTypeSupported(name));
  if (type === undefined) return null;
  const stream = canvas.captureStream(0); // a picture only when asked
  const [track] = stream.getVideoTracks();
  if (!(track instanceof CanvasCaptureMediaStreamTrack)) return null;
  const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: 8_000_000 });
  const parts: Blob[] = [];
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  const stopped = new Promise<void>((resolve) => recorder.addEventListener("stop", () => resolve(), { once: true }));
  recorder.start();
  let due = performance.now();
  const stop = (): void => {
    if (recorder.state !== "inactive") recorder.stop();
    track.stop();
  };
  return {
    async add(_canvas, picture) {
      due = Math.max(due, performance.now() - 1000 / fps) + 1000 / fps; // a late picture shifts the rest
      track.requestFrame();
      await sleep(Math.max(picture === 0 ? SETTLE_MS : 0, due - performance.now()));
    },
    async finish() {
      await sleep(SETTLE_MS);
      stop();
      await stopped;
      return new Blob(parts, { type: "video/webm" });
    },
    abandon: stop,
  };
}
