/** A film in its part of a poster, drawn by an engine of its own. */
import type { Renderer, Scene } from "../engine/scene";
import * as tab from "../lent";
import { locate } from "../timeline";
import { type Overlaid, OverPainter } from "./over";
import type { Box, Ink } from "./poster";

/** What the samples have at one step alone. */
export interface Coloured {
  readonly values: Uint8Array | null;
  readonly trust: Uint8Array | null;
}

/** A film as it looks on screen. */
export interface Side {
  readonly reel: tab.Reel;
  readonly scene: Scene;
  /** Device pixels per CSS pixel of the scene. */
  readonly ratio: number;
  readonly over: Overlaid;
  /** From a cursor of the first film to one of this. */
  cursorAt(cursor: number): number;
  coloured(index: number, frame: Scene["a"], signal: AbortSignal): Promise<Coloured>;
}

export class Part {
  readonly #engine: Renderer;
  readonly #picture: HTMLCanvasElement;
  readonly #over: OverPainter;
  readonly #frames = new Map<number, Promise<Scene["a"]>>();
  #coloured: { readonly index: number; readonly known: Coloured } | null = null;

  constructor(
    readonly side: Side,
    readonly box: Box,
    readonly unit: number,
    ink: Ink,
  ) {
    ({ canvas: this.#picture, engine: this.#engine } = openEngine(box));
    this.#over = new OverPainter(side.over, box, unit, ink);
  }

  async draw(context: CanvasRenderingContext2D, at: number, signal: AbortSignal): Promise<void> {
    const { reel, scene, ratio, over } = this.side;
    const cursor = this.side.cursorAt(at);
    const { a, b, fraction } = locate(cursor, reel.steps.length);
    const [frameA, frameB] = await Promise.all([this.#frame(a, signal), this.#frame(b, signal)]);
    if (b + 1 < reel.steps.length) this.#frame(b + 1, signal).catch(() => undefined); // told when its turn comes
    const first = Math.max(0, Math.floor(cursor - (over.trails?.length ?? 0)));
    for (const index of this.#frames.keys()) if (index < first) this.#frames.delete(index);
    const before = await Promise.all(Array.from({ length: a - first }, (_, offset) => this.#frame(first + offset, signal)));
    const { width, height, x, y } = this.box;
    const { unit } = this;
    const dotScale =
      ((unit / ratio) * tab.sizeFactor(width / unit, height / unit)) / tab.sizeFactor(scene.width / ratio, scene.height / ratio);
    const nearest = fraction < 0.5 ? a : b;
    const frame = fraction < 0.5 ? frameA : frameB;
    const { values, trust } = await this.#colouredAt(nearest, frame, signal);
    const moment = {
      ...tab.recast(scene, { width, height, dotScale }, { a: frameA, b: frameB, fraction }),
      values,
      trust: scene.trust === null || trust === null ? null : { ...scene.trust, values: trust },
    };
    this.#engine.draw(moment);
    context.drawImage(this.#picture, x, y);
    const { lines } = over;
    this.#over.paint(context, {
      scene: moment,
      cursor,
      nearest: lines === null ? null : await tab.nearestAt(reel, reel.steps[nearest] ?? 0, frame, lines.sample, lines.which),
      frameAt: (index) => (index === a ? frameA : index === b ? frameB : before[index - first]),
    });
  }

  destroy(): void {
    this.#engine.destroy();
    this.#frames.clear();
    if (this.#engine.kind === "webgl") this.#picture.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
  }

  async #colouredAt(index: number, frame: Scene["a"], signal: AbortSignal): Promise<Coloured> {
    if (this.#coloured?.index !== index) this.#coloured = { index, known: await this.side.coloured(index, frame, signal) };
    return this.#coloured.known;
  }

  #frame(index: number, signal: AbortSignal): Promise<Scene["a"]> {
    const known = this.#frames.get(index);
    if (known !== undefined) return known;
    const frame = this.side.reel.frames.fetch(index, signal);
    this.#frames.set(index, frame);
    return frame;
  }
}

/** Of the kind that draws on screen, unless the graphics processor cannot make a picture so large: then it quietly gives a smaller one. */
function openEngine({ width, height }: Box): { canvas: HTMLCanvasElement; engine: Renderer } {
  const sized = (): HTMLCanvasElement => Object.assign(document.createElement("canvas"), { width, height });
  const canvas = sized();
  const engine = tab.openRenderer(canvas, tab.rendererKind.peek() === "webgl" ? "webgl" : "cpu");
  const gl = engine.kind === "webgl" ? canvas.getContext("webgl2") : null;
  if (gl === null || (gl.drawingBufferWidth === width && gl.drawingBufferHeight === height)) return { canvas, engine };
  engine.destroy();
  const other = sized();
  return { canvas: other, engine: tab.openRenderer(other, "cpu") };
}
