/** Draws the scene on a canvas whenever it changed, at most once per animation frame; rests otherwise. */
import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { openRenderer } from "./engine/open";
import { isSamePlace, type Renderer, type Scene } from "./engine/scene";
import { meter } from "./meter";
import * as state from "./state";

/** CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The scene on screen, its device pixels per CSS pixel, and the cursor that it shows. */
export interface Drawn {
  readonly scene: Scene;
  readonly ratio: number;
  readonly cursor: number;
}
export const drawn = signal<Drawn | null>(null);
export const drawnBeside = signal<Drawn | null>(null);

/** What a painter paints, and where it tells what is on screen. */
export interface Subject {
  /** Null while its frames are not here. Reads signals. */
  scene(width: number, height: number, ratio: number): Scene | null;
  readonly drawn: Signal<Drawn | null>;
}

/** A picture in the making. */
interface Work {
  readonly scene: Scene;
  readonly cursor: number;
  readonly slices: Generator<void, void>;
  timer: ReturnType<typeof setTimeout>;
  begun: boolean;
}

const SLICE_MS = 8; // half a frame
const REST_MS = 80; // without a new picture, until a rough one is drawn anew
const MAX_RATIO = 2; // beyond it the eye sees no gain and the fill rate pays fourfold

export class Painter {
  readonly #canvas: HTMLCanvasElement;
  #renderer: Renderer;
  #next: Scene | null = null;
  #cursor = 0;
  #frame = 0;
  #work: Work | null = null;
  readonly #stops: (() => void)[];

  readonly #subject: Subject;

  constructor(canvas: HTMLCanvasElement, size: ReadonlySignal<Size>, subject: Subject) {
    this.#canvas = canvas;
    this.#subject = subject;
    canvas.style.visibility = "hidden"; // black until something is drawn: its pixels are opaque
    this.#renderer = openRenderer(canvas, state.rendererChoice.peek());
    state.rendererKind.value = this.#renderer.kind;
    const onLost = (event: Event): void => event.preventDefault(); // without it the browser never restores
    const onRestored = (): void => {
      this.#renderer = openRenderer(canvas, state.rendererChoice.peek());
      this.#schedule();
    };
    canvas.addEventListener("webglcontextlost", onLost);
    canvas.addEventListener("webglcontextrestored", onRestored);
    this.#stops = [
      effect(() => this.#update(size.value)),
      () => canvas.removeEventListener("webglcontextlost", onLost),
      () => canvas.removeEventListener("webglcontextrestored", onRestored),
    ];
  }

  destroy(): void {
    for (const stop of this.#stops) stop();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#work?.timer);
    this.#renderer.destroy();
    this.#subject.drawn.value = null;
  }

  // The CPU pays for every pixel, so it draws CSS pixels.
  get #ratio(): number {
    return this.#renderer.kind === "cpu" ? 1 : Math.min(MAX_RATIO, window.devicePixelRatio);
  }

  #update({ width, height }: Size): void {
    const next = this.#subject.scene(width, height, this.#ratio);
    if (next === null) return; // the last picture stays until the frames are here
    this.#next = next;
    this.#cursor = state.cursor.peek();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    const scene = this.#next;
    if (scene === null) return;
    // A picture that stands still is finished before the next: a pointer that hovers on would put it off forever.
    if (this.#work?.begun === true && isSamePlace(this.#work.scene, scene)) return;
    clearTimeout(this.#work?.timer);
    this.#work = null;
    const shown = this.#subject.drawn.peek()?.scene;
    const isMoving = shown === undefined || !isSamePlace(shown, scene);
    const before = performance.now();
    const canvas = this.#canvas;
    const width = Math.round(scene.width);
    const height = Math.round(scene.height);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const slices = this.#renderer.begin(scene, isMoving);
    if (slices !== null) {
      const timer = setTimeout(() => this.#goOn(), isMoving ? REST_MS : 0);
      this.#work = { scene, cursor: this.#cursor, slices, timer, begun: false };
    }
    if (slices === null || isMoving) this.#tell(scene, this.#cursor);
    meter.spend(performance.now() - before);
    if (slices === null || isMoving) meter.close();
  }

  #goOn(): void {
    const work = this.#work;
    if (work === null) return;
    if (!work.begun && state.playing.peek() && !state.reducedMotion.peek()) {
      work.timer = setTimeout(() => this.#goOn(), REST_MS); // the next picture is only late
      return;
    }
    work.begun = true;
    const before = performance.now();
    let done = false;
    while (!done && performance.now() < before + SLICE_MS) done = work.slices.next().done === true;
    if (!done) work.timer = setTimeout(() => this.#goOn());
    else {
      this.#work = null;
      this.#tell(work.scene, work.cursor);
      if (this.#next !== work.scene) this.#schedule();
    }
    meter.spend(performance.now() - before);
    if (done) meter.close();
  }

  #tell(scene: Scene, cursor: number): void {
    if (this.#subject.drawn.peek() === null) this.#canvas.style.visibility = "";
    this.#subject.drawn.value = { scene, ratio: this.#ratio, cursor };
  }
}
