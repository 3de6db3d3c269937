/** Draws the scene on a canvas whenever it changed, at most once per animation frame; rests otherwise. */
import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { openScreen } from "./engine/open";
import { isSamePlace, type Scene, type Screen } from "./engine/scene";
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

const MAX_RATIO = 2; // beyond it the eye sees no gain and the fill rate pays fourfold

const painters = new Set<Painter>();

/** Whether a picture on screen is about to be another. */
export const isBehind = (): boolean => [...painters].some((painter) => painter.isBehind);

export class Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #subject: Subject;
  readonly #onTrouble: (words: string) => void;
  #screen: Screen;
  #next: Scene | null = null;
  readonly #cursors = new WeakMap<Scene, number>();
  #frame = 0;
  #isWhole = false;
  /** When this thread began with what it does for a picture now. */
  #started: number | null = null;
  readonly #stops: (() => void)[];

  /** `onTrouble` is told why nothing more can be shown. */
  constructor(canvas: HTMLCanvasElement, size: ReadonlySignal<Size>, subject: Subject, onTrouble: (words: string) => void) {
    this.#canvas = canvas;
    this.#subject = subject;
    this.#onTrouble = onTrouble;
    canvas.style.visibility = "hidden"; // black until something is drawn: its pixels are opaque
    this.#screen = this.#open();
    state.rendererKind.value = this.#screen.kind;
    const onLost = (event: Event): void => event.preventDefault(); // without it the browser never restores
    const onRestored = (): void => {
      this.#screen = this.#open();
      this.#schedule();
    };
    canvas.addEventListener("webglcontextlost", onLost);
    canvas.addEventListener("webglcontextrestored", onRestored);
    painters.add(this);
    this.#stops = [
      effect(() => this.#update(size.value)),
      () => canvas.removeEventListener("webglcontextlost", onLost),
      () => canvas.removeEventListener("webglcontextrestored", onRestored),
      () => painters.delete(this),
    ];
  }

  destroy(): void {
    for (const stop of this.#stops) stop();
    cancelAnimationFrame(this.#frame);
    this.#screen.destroy();
    this.#subject.drawn.value = null;
  }

  /** Whether the newest scene is not on the canvas yet, or not the whole of it. */
  get isBehind(): boolean {
    return this.#next !== null && !(this.#isWhole && this.#subject.drawn.peek()?.scene === this.#next);
  }

  #open(): Screen {
    const onShown = (scene: Scene, isWhole: boolean, milliseconds: number): void => this.#tell(scene, isWhole, milliseconds);
    return openScreen(this.#canvas, state.rendererChoice.peek(), onShown, this.#onTrouble);
  }

  // The CPU pays for every pixel, so it draws CSS pixels.
  get #ratio(): number {
    return this.#screen.kind === "cpu" ? 1 : Math.min(MAX_RATIO, window.devicePixelRatio);
  }

  #update({ width, height }: Size): void {
    state.playing.value; // when it ends, a rough picture is followed by the whole
    const next = this.#subject.scene(width, height, this.#ratio);
    if (next === null) return; // the last picture stays until the frames are here
    this.#next = next;
    this.#cursors.set(next, state.cursor.peek());
    this.#schedule();
  }

  #schedule(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    const scene = this.#next;
    if (scene === null) return;
    const shown = this.#subject.drawn.peek()?.scene;
    const isMoving = shown === undefined || !isSamePlace(shown, scene);
    const isPlaying = state.playing.peek() && !state.reducedMotion.peek();
    this.#started = performance.now();
    this.#screen.show(scene, { isMoving, isPlaying });
    this.#account();
  }

  #tell(scene: Scene, isWhole: boolean, milliseconds: number): void {
    this.#started ??= performance.now();
    if (this.#subject.drawn.peek() === null) this.#canvas.style.visibility = "";
    this.#isWhole = isWhole;
    this.#subject.drawn.value = { scene, ratio: this.#ratio, cursor: this.#cursors.get(scene) ?? 0 };
    this.#account();
    meter.close(milliseconds);
  }

  #account(): void {
    if (this.#started !== null) meter.spend(performance.now() - this.#started);
    this.#started = null;
  }
}
