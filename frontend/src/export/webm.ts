/** WebM by the browser's own encoder, picture by picture: no moment is missed however slow the machine is. Loaded only for an export. */
import { type Picture, type Track, webmOf } from "./matroska";
import type { Sink, SinkFormat } from "./sink";

const CODECS = [
  { codec: "vp09.00.40.08", name: "V_VP9" },
  { codec: "vp8", name: "V_VP8" },
] as const;
const BITS_PER_PIXEL = 0.15; // dots on flat ground: little moves, but edges must stay crisp
const KEY_EVERY_S = 2;
const MOST_QUEUED = 3;

async function settingsFor({
  width,
  height,
  fps,
}: SinkFormat): Promise<{ settings: VideoEncoderConfig; name: Track["codec"] } | null> {
  for (const { codec, name } of CODECS) {
    const settings: VideoEncoderConfig = {
      codec,
      width,
      height,
      framerate: fps,
      bitrate: Math.max(400_000, Math.round(width * height * fps * BITS_PER_PIXEL)),
      latencyMode: "quality",
    };
    if ((await VideoEncoder.isConfigSupported(settings)).supported === true) return { settings, name };
  }
  return null;
}

/** Null where the browser encodes neither VP9 nor VP8 at this size. */
export async function openWebm(format: SinkFormat): Promise<Sink | null> {
  const found = await settingsFor(format);
  if (found === null) return null;
  const { width, height, fps } = format;
  const pictures: Picture[] = [];
  let failure: Error | null = null;
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      pictures.push({ time: Math.round(chunk.timestamp / 1000), isKey: chunk.type === "key", data });
    },
    error: (error) => {
      failure = error;
    },
  });
  encoder.configure(found.settings);
  const check = (): void => {
    if (failure !== null) throw failure;
  };
  return {
    async add(canvas, picture) {
      check();
      const frame = new VideoFrame(canvas, { timestamp: (picture * 1e6) / fps, duration: 1e6 / fps });
      encoder.encode(frame, { keyFrame: picture % Math.round(KEY_EVERY_S * fps) === 0 });
      frame.close();
      while (encoder.state === "configured" && encoder.encodeQueueSize > MOST_QUEUED) {
        await new Promise((resolve) => encoder.addEventListener("dequeue", resolve, { once: true }));
      }
    },
    async finish() {
      await encoder.flush();
      check();
      encoder.close();
      return new Blob([...webmOf({ codec: found.name, width, height, fps }, pictures)], { type: "video/webm" });
    },
    abandon() {
      if (encoder.state !== "closed") encoder.close();
    },
  };
}
