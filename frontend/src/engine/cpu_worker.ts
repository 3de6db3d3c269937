/** Paints scenes beside the page, which has its own work to do: without a graphics processor a picture takes longer than a frame. */
import { CpuScreen } from "./cpu_screen";
import { type Parcel, Unpacker } from "./parcel";
import type { Pace, Scene } from "./scene";

/** A scene to be painted. */
export interface ToPainter {
  readonly id: number;
  readonly parcel: Parcel;
  readonly pace: Pace;
}
/** Its picture. */
export interface FromPainter {
  readonly id: number;
  readonly picture: ImageBitmap;
  readonly isWhole: boolean;
  readonly milliseconds: number;
}

const canvas = new OffscreenCanvas(1, 1);
const unpacker = new Unpacker();
const ids = new WeakMap<Scene, number>();

const screen = new CpuScreen(canvas, (scene, isWhole, milliseconds) => {
  const picture = canvas.transferToImageBitmap();
  const answer: FromPainter = { id: ids.get(scene) ?? -1, picture, isWhole, milliseconds };
  postMessage(answer, { transfer: [picture] });
});

addEventListener("message", ({ data: { id, parcel, pace } }: MessageEvent<ToPainter>) => {
  const scene = unpacker.unpack(parcel);
  ids.set(scene, id);
  screen.show(scene, pace);
});
