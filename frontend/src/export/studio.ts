/** Draws posters off screen with an engine of its own, so that what a person does meanwhile neither waits nor shows in them. */
import type { Renderer, Scene } from "../engine/scene";
import { formatEnd } from "../format";
import * as tab from "../lent";
import { NONE_COLOUR, viridisColours } from "../palette";
import { instantLabel, locate } from "../timeline";
import { type Overlaid, OverPainter, overlaidNow } from "./over";
import {
  type Ink,
  type Key,
  type Legend,
  type Poster,
  paintFurniture,
  paintWords,
  posterAround,
  posterOf,
  widestName,
} from "./poster";

const MANY = 20; // classes

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is on screen now: how it looks, and what belongs around it. */
export interface Look {
  readonly reel: tab.Reel;
  readonly scene: Scene;
  /** Device pixels per CSS pixel of the scene. */
  readonly ratio: number;
  readonly legend: Legend;
  readonly title: string;
  readonly over: Overlaid;
  /** What colours the dots at any step by the difference to the film beside; null for other colours. */
  readonly differ: ReturnType<typeof tab.differences>;
  readonly ink: Ink;
}

function legendNow(reel: tab.Reel, ink: Ink, over: Overlaid): Legend {
  const seen = tab.legendEntries
    .peek()
    .filter(({ key, optional }) => !tab.legendHidden.peek().has(key) && (!optional || (tab.legendCounts.peek()[key] ?? 0) > 0))
    .map(({ name, colour, shape }): Key => ({ name, colour, shape }));
  const shownSplits = reel.probe.splits.flatMap((name, split): Key[] =>
    reel.probe.splits.length < 2 || tab.colour.peek() === "split" || tab.hiddenSplits.peek().has(split)
      ? []
      : [{ name, colour: ink.faint, shape: tab.SPLIT_SHAPES[split % tab.SPLIT_SHAPES.length] ?? "circle" }],
  );
  const found = tab.legendScale.peek();
  const marked = tab.wrongWords.peek();
  const doubt = tab.doubtWords.peek();
  const faint = (name: string | null | undefined, shape: Key["shape"], colour = ink.faint): Key[] =>
    name == null ? [] : [{ name, colour, shape }];
  const { pairs, lines, colourOf } = over;
  const words = [
    ...shownSplits,
    ...(found?.partial ? faint("not measured", "circle", NONE_COLOUR) : []),
    ...faint(marked, "cored"),
    ...faint(tab.trustWords.peek()?.words, "circle"),
    ...faint(doubt, "hatched"),
    ...(pairs === null ? [] : faint("joined with its partner", "thin", colourOf("--neighbor-space"))),
    ...(lines === null || lines.which === "plane"
      ? []
      : faint("near in the representation", "line", colourOf("--neighbor-space"))),
    ...(lines === null || lines.which === "space" ? [] : faint("near in the plane", "dashed", colourOf("--neighbor-plane"))),
  ];
  return {
    keys: seen.length > MANY ? [...words, ...seen] : [...seen, ...words], // of too many classes some find no room; what explains the picture must
    ramp:
      found === null
        ? null
        : {
            name: found.title,
            ends: [`${found.openLow ? "≤ " : ""}${formatEnd(found.low)}`, `${formatEnd(found.high)}${found.open ? "+" : ""}`],
            colours: viridisColours,
          },
  };
}

/** Null before there is a picture. */
export function lookNow(): Look | null {
  const reel = tab.reel.peek();
  const shown = tab.drawn.peek();
  if (reel === null || shown === null) return null;
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const ink = { background: token("--bg"), text: token("--text"), faint: token("--text-2"), line: token("--border") };
  const selected = tab.selected.peek();
  const over = overlaidNow(reel, token);
  const differ = tab.colour.peek() === "difference" ? tab.differences() : null;
  const other = differ === null ? null : tab.beside.peek();
  const name = reel.place.tag === "probe" ? reel.place.run : `${reel.place.run} · ${reel.place.tag}`;
  return {
    reel,
    scene: { ...shown.scene, marked: selected === null ? [] : [selected] }, // what the pointer rests on is no part of it
    ratio: shown.ratio,
    legend: legendNow(reel, ink, over),
    title: other === null ? name : `${tab.nameOf(reel)}, difference to ${tab.nameOf(other)}`,
    over,
    differ,
    ink,
  };
}

/** `size` is that of the whole in pixels; without one, the picture on screen is drawn at `unit` times its size. */
function posterFor({ legend, scene, ratio }: Look, unit: number, size: Size | null, context: CanvasRenderingContext2D): Poster {
  const { keys, ramp } = legend;
  const names = keys.map(({ name }) => name);
  const widest = widestName(context, ramp === null ? names : [...names, ramp.name]);
  if (size !== null) return posterOf(size.width, size.height, unit, keys.length, widest);
  const [width, height] = [scene.width, scene.height].map((pixels) => Math.round((pixels / ratio) * unit));
  return posterAround(width ?? 0, height ?? 0, unit, keys.length, widest);
}

/** How large the picture on screen becomes, with what is written around it, at some times its size; null before there is one. */
export function sizesNow(units: readonly number[]): Size[] | null {
  const look = lookNow();
  const context = document.createElement("canvas").getContext("2d");
  return look === null || context === null ? null : units.map((unit) => posterFor(look, unit, null, context));
}

export class Studio {
  readonly canvas = document.createElement("canvas");
  readonly #look: Look;
  readonly #poster: Poster;
  readonly #context: CanvasRenderingContext2D;
  readonly #engine: Renderer;
  readonly #picture: HTMLCanvasElement;
  readonly #over: OverPainter;
  readonly #frames = new Map<number, Promise<Scene["a"]>>();
  #difference: { readonly index: number; readonly values: Uint8Array } | null = null;

  /** As `posterFor`. */
  constructor(look: Look, unit: number, size: Size | null) {
    const context = this.canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    if (context === null) throw new Error("This browser gives no canvas to draw on.");
    this.#context = context;
    this.#look = look;
    this.#poster = posterFor(look, unit, size, context);
    this.canvas.width = this.#poster.width;
    this.canvas.height = this.#poster.height;
    ({ canvas: this.#picture, engine: this.#engine } = openEngine(this.#poster.picture));
    this.#over = new OverPainter(look.over, this.#poster.picture, unit, look.ink);
    paintFurniture(context, this.#poster, look.title, look.legend, look.ink);
  }

  /** Draw the film at a cursor; frames that are not in memory are fetched. */
  async draw(cursor: number, signal: AbortSignal): Promise<void> {
    const { reel, scene, ratio, ink, over } = this.#look;
    const { a, b, fraction } = locate(cursor, reel.steps.length);
    const [frameA, frameB] = await Promise.all([this.#frame(a, signal), this.#frame(b, signal)]);
    if (b + 1 < reel.steps.length) this.#frame(b + 1, signal).catch(() => undefined); // told when its turn comes
    const first = Math.max(0, Math.floor(cursor - (over.trails?.length ?? 0)));
    for (const index of this.#frames.keys()) if (index < first) this.#frames.delete(index);
    const before = await Promise.all(Array.from({ length: a - first }, (_, offset) => this.#frame(first + offset, signal)));
    const { width, height, x, y } = this.#poster.picture;
    const { unit } = this.#poster;
    const dotScale =
      ((unit / ratio) * tab.sizeFactor(width / unit, height / unit)) / tab.sizeFactor(scene.width / ratio, scene.height / ratio);
    const nearest = fraction < 0.5 ? a : b;
    const known = await tab.columnsOf(reel, nearest, signal);
    const frame = fraction < 0.5 ? frameA : frameB;
    const moment = {
      ...tab.recast(scene, { width, height, dotScale }, { a: frameA, b: frameB, fraction }),
      values: (await this.#differenceAt(nearest, frame, signal)) ?? known.values,
      trust: scene.trust === null || known.trust === null ? null : { ...scene.trust, values: known.trust },
    };
    this.#engine.draw(moment);
    this.#context.drawImage(this.#picture, x, y);
    const { lines } = over;
    this.#over.paint(this.#context, {
      scene: moment,
      cursor,
      nearest: lines === null ? null : await tab.nearestAt(reel, reel.steps[nearest] ?? 0, frame, lines.sample, lines.which),
      frameAt: (index) => (index === a ? frameA : index === b ? frameB : before[index - first]),
    });
    paintWords(this.#context, this.#poster, instantLabel(cursor, reel.steps), ink);
  }

  destroy(): void {
    this.#engine.destroy();
    this.#frames.clear();
    if (this.#engine.kind === "webgl") this.#picture.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
  }

  async #differenceAt(index: number, frame: Scene["a"], signal: AbortSignal): Promise<Uint8Array | null> {
    const { differ } = this.#look;
    if (differ === null) return null;
    if (this.#difference?.index !== index) this.#difference = { index, values: await differ(index, frame, signal) };
    return this.#difference.values;
  }

  #frame(index: number, signal: AbortSignal): Promise<Scene["a"]> {
    const known = this.#frames.get(index);
    if (known !== undefined) return known;
    const frame = this.#look.reel.frames.fetch(index, signal);
    this.#frames.set(index, frame);
    return frame;
  }
}

/** Of the kind that draws on screen, unless the graphics processor cannot make a picture so large: then it quietly gives a smaller one. */
function openEngine({ width, height }: { width: number; height: number }): { canvas: HTMLCanvasElement; engine: Renderer } {
  const sized = (): HTMLCanvasElement => Object.assign(document.createElement("canvas"), { width, height });
  const canvas = sized();
  const engine = tab.openRenderer(canvas, tab.rendererKind.peek() === "webgl" ? "webgl" : "cpu");
  const gl = engine.kind === "webgl" ? canvas.getContext("webgl2") : null;
  if (gl === null || (gl.drawingBufferWidth === width && gl.drawingBufferHeight === height)) return { canvas, engine };
  engine.destroy();
  const other = sized();
  return { canvas: other, engine: tab.openRenderer(other, "cpu") };
}
