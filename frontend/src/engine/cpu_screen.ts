/** A canvas without WebGL, painted by this thread in slices, between which whatever else it does has its turn. */
import { type Canvas, context2d, resize } from "./canvas";
import { isLight, RoughRenderer } from "./cpu_rough";
import { isSamePlace, type OnShown, type Pace, type Scene, type Screen } from "./scene";

const SLICE_MS = 8; // half a frame
const REST_MS = 80; // without a new picture, until a rough one is drawn anew

/** A picture in the making. */
interface Work {
  readonly scene: Scene;
  readonly slices: Generator<void, void>;
  timer: ReturnType<typeof setTimeout>;
  begun: boolean;
  spent: number;
}

export class CpuScreen implements Screen {
  readonly kind = "cpu";
  readonly #canvas: Canvas;
  readonly #renderer: RoughRenderer;
  readonly #onShown: OnShown;
  #work: Work | null = null;
  #next: { readonly scene: Scene; readonly pace: Pace } | null = null;

  constructor(canvas: Canvas, onShown: OnShown) {
    this.#canvas = canvas;
    this.#renderer = new RoughRenderer(context2d(canvas));
    this.#onShown = onShown;
  }

  show(scene: Scene, pace: Pace): void {
    // A picture that stands still is finished before the next: a pointer that hovers on would put it off forever.
    if (this.#work?.begun === true && isSamePlace(this.#work.scene, scene)) {
      this.#next = { scene, pace };
      return;
    }
    this.#drop();
    resize(this.#canvas, scene);
    const before = performance.now();
    if (isLight(scene)) {
      this.#renderer.draw(scene);
      this.#onShown(scene, true, performance.now() - before);
      return;
    }
    if (pace.isMoving) {
      this.#renderer.drawRough(scene);
      this.#onShown(scene, false, performance.now() - before);
      if (pace.isPlaying) return;
    }
    const timer = setTimeout(() => this.#goOn(), pace.isMoving ? REST_MS : 0);
    this.#work = { scene, slices: this.#renderer.slices(scene), timer, begun: false, spent: 0 };
  }

  destroy(): void {
    this.#drop();
    this.#renderer.destroy();
  }

  #drop(): void {
    clearTimeout(this.#work?.timer);
    this.#work = null;
    this.#next = null;
  }

  #goOn(): void {
    const work = this.#work;
    if (work === null) return;
    work.begun = true;
    const before = performance.now();
    let done = false;
    while (!done && performance.now() < before + SLICE_MS) done = work.slices.next().done === true;
    work.spent += performance.now() - before;
    if (!done) {
      work.timer = setTimeout(() => this.#goOn());
      return;
    }
    const next = this.#next;
    this.#drop();
    this.#onShown(work.scene, true, work.spent);
    if (next !== null) this.show(next.scene, next.pace);
  }
}
