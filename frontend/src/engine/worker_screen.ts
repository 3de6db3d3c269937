/** A canvas without WebGL, painted by a thread of its own: the page stays free for whoever uses it. */
import { resize } from "./canvas";
import type { FromPainter, ToPainter } from "./cpu_worker";
import { Packer } from "./parcel";
import { isSamePlace, type OnShown, type Pace, type Scene, type Screen } from "./scene";

interface Asked {
  readonly scene: Scene;
  readonly pace: Pace;
}

export class WorkerScreen implements Screen {
  readonly kind = "cpu";
  readonly #canvas: HTMLCanvasElement;
  readonly #context: ImageBitmapRenderingContext;
  readonly #worker = new Worker(new URL("./cpu_worker.js", import.meta.url), { type: "module" });
  readonly #packer = new Packer();
  readonly #onShown: OnShown;
  /** The last that was sent. */
  #sent: Asked | null = null;
  #id = 0;
  #isWaiting = false;
  #next: Asked | null = null;

  constructor(canvas: HTMLCanvasElement, onShown: OnShown, onTrouble: (words: string) => void) {
    const context = canvas.getContext("bitmaprenderer", { alpha: false });
    if (context === null) throw new Error("This browser gives neither WebGL2 nor a canvas for pictures.");
    this.#canvas = canvas;
    this.#context = context;
    this.#onShown = onShown;
    this.#worker.onmessage = ({ data }: MessageEvent<FromPainter>) => this.#put(data);
    this.#worker.onerror = () =>
      onTrouble("The part of the tab that paints without a graphics processor does not run; reload to try again.");
  }

  show(scene: Scene, pace: Pace): void {
    const asked = { scene, pace };
    const sent = this.#sent;
    // One after the other; only a picture that stands still, which takes longer, gives way to one that moves.
    if (this.#isWaiting && sent !== null && (sent.pace.isMoving || isSamePlace(sent.scene, scene))) this.#next = asked;
    else this.#send(asked);
  }

  destroy(): void {
    this.#worker.terminate();
  }

  #send(asked: Asked): void {
    this.#sent = asked;
    this.#next = null;
    this.#isWaiting = true;
    const message: ToPainter = { id: ++this.#id, parcel: this.#packer.pack(asked.scene), pace: asked.pace };
    this.#worker.postMessage(message);
  }

  #put({ id, picture, isWhole, milliseconds }: FromPainter): void {
    const sent = this.#sent;
    if (sent === null || id !== this.#id) {
      picture.close(); // another was asked for since
      return;
    }
    this.#isWaiting = false;
    resize(this.#canvas, picture);
    this.#context.transferFromImageBitmap(picture);
    this.#onShown(sent.scene, isWhole, milliseconds);
    if (this.#next !== null) this.#send(this.#next);
  }
}
