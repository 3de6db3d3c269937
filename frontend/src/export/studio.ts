/** Draws posters off screen with an engine of its own, so that what a person does meanwhile neither waits nor shows in them. */
import { formatEnd } from "../format";
import * as tab from "../lent";
import { NONE_COLOUR, viridisColours } from "../palette";
import { instantLabel } from "../timeline";
import { type Overlaid, overlaidNow } from "./over";
import { type Coloured, Part, type Side } from "./part";
import {
  halved,
  type Ink,
  type Key,
  type Legend,
  type Poster,
  paintDivider,
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
  /** The film, and the one beside it where there is one to be drawn. */
  readonly sides: readonly [Side, ...Side[]];
  readonly legend: Legend;
  readonly title: string;
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

/** The film beside. What colours its dots by a value is known at the step on screen alone: it goes into no film. */
function sideBeside(isFilm: boolean, token: (name: string) => string): Side | null {
  const [reel, shown] = [tab.beside.peek(), tab.drawnBeside.peek()];
  if (reel === null || shown === null || (isFilm && shown.scene.values !== null)) return null;
  const [aligned, selected] = [tab.aligned.peek(), tab.selected.peek()];
  const marked = selected === null ? -1 : (tab.matching.peek()?.there[selected] ?? -1);
  const { values } = shown.scene;
  return {
    reel,
    scene: { ...shown.scene, marked: marked < 0 ? [] : [marked] },
    ratio: shown.ratio,
    over: { ...overlaidNow(reel, token), trails: null, pairs: null, lines: null },
    cursorAt: aligned,
    coloured: () => Promise.resolve({ values, trust: null }),
  };
}

/** Null before there is a picture. */
export function lookNow(isFilm: boolean): Look | null {
  const reel = tab.reel.peek();
  const shown = tab.drawn.peek();
  if (reel === null || shown === null) return null;
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const ink = { background: token("--bg"), text: token("--text"), faint: token("--text-2"), line: token("--border") };
  const selected = tab.selected.peek();
  const over = overlaidNow(reel, token);
  const differ = tab.colour.peek() === "difference" ? tab.differences() : null;
  const other = tab.beside.peek();
  const beside = sideBeside(isFilm, token);
  const name = reel.place.tag === "probe" ? reel.place.run : `${reel.place.run} · ${reel.place.tag}`;
  const first: Side = {
    reel,
    scene: { ...shown.scene, marked: selected === null ? [] : [selected] }, // what the pointer rests on is no part of it
    ratio: shown.ratio,
    over,
    cursorAt: (cursor) => cursor,
    coloured: async (index, frame, signal): Promise<Coloured> => {
      const known = await tab.columnsOf(reel, index, signal);
      return differ === null ? known : { ...known, values: await differ(index, frame, signal) };
    },
  };
  return {
    sides: beside === null ? [first] : [first, beside],
    legend: legendNow(reel, ink, over),
    title:
      other === null || (beside === null && differ === null)
        ? name
        : `${tab.nameOf(reel)}, ${differ === null ? "beside" : "difference to"} ${tab.nameOf(other)}`,
    ink,
  };
}

/** `size` is that of the whole in pixels; without one, the picture on screen is drawn at `unit` times its size. */
function posterFor({ legend, sides }: Look, unit: number, size: Size | null, context: CanvasRenderingContext2D): Poster {
  const { keys, ramp } = legend;
  const names = keys.map(({ name }) => name);
  const widest = widestName(context, ramp === null ? names : [...names, ramp.name]);
  if (size !== null) return posterOf(size.width, size.height, unit, keys.length, widest);
  const [{ scene, ratio }] = sides;
  const [width, height] = [scene.width * sides.length, scene.height].map((pixels) => Math.round((pixels / ratio) * unit));
  return posterAround(width ?? 0, height ?? 0, unit, keys.length, widest);
}

/** How large the picture on screen becomes, with what is written around it, at some times its size; null before there is one. */
export function sizesNow(units: readonly number[]): Size[] | null {
  const look = lookNow(false);
  const context = document.createElement("canvas").getContext("2d");
  return look === null || context === null ? null : units.map((unit) => posterFor(look, unit, null, context));
}

export class Studio {
  readonly canvas = document.createElement("canvas");
  readonly #look: Look;
  readonly #poster: Poster;
  readonly #context: CanvasRenderingContext2D;
  readonly #parts: readonly Part[];

  /** As `posterFor`. */
  constructor(look: Look, unit: number, size: Size | null) {
    const context = this.canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    if (context === null) throw new Error("This browser gives no canvas to draw on.");
    this.#context = context;
    this.#look = look;
    this.#poster = posterFor(look, unit, size, context);
    this.canvas.width = this.#poster.width;
    this.canvas.height = this.#poster.height;
    const boxes = look.sides.length === 1 ? [this.#poster.picture] : halved(this.#poster.picture);
    this.#parts = look.sides.map((side, index) => new Part(side, boxes[index] ?? this.#poster.picture, unit, look.ink));
    paintFurniture(context, this.#poster, look.title, look.legend, look.ink);
  }

  /** Draw the film at a cursor; frames that are not in memory are fetched. */
  async draw(cursor: number, signal: AbortSignal): Promise<void> {
    const { sides, ink } = this.#look;
    for (const part of this.#parts) await part.draw(this.#context, cursor, signal);
    if (sides.length > 1) paintDivider(this.#context, this.#poster, ink);
    const words = sides.map(({ reel, cursorAt }) => instantLabel(cursorAt(cursor), reel.steps));
    paintWords(this.#context, this.#poster, [...new Set(words)].join(" · "), ink);
  }

  destroy(): void {
    for (const part of this.#parts) part.destroy();
  }
}
