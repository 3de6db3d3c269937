/** What lies over the picture on screen, once more over a picture to take away: class names, trails, lines to partners and to neighbours. */
import type { Nearest } from "../engine/lines";
import type { Scene } from "../engine/scene";
import * as tab from "../lent";
import type { NeighborLines } from "../url";
import { type Box, fontOf, type Ink } from "./poster";

const NAME_HEIGHT = 17; // units, as on screen
const NAME_PAD = 5;
const NAME_EDGE = 3;
const NAME_OPACITY = 0.82;

/** What is to be painted over. */
export interface Overlaid {
  /** None where they are switched off. */
  readonly names: readonly { readonly name: string; readonly colour: string }[];
  readonly labelled: boolean;
  readonly trails: { readonly samples: Uint32Array; readonly length: number } | null;
  readonly pairs: { readonly samples: readonly number[]; readonly partner: ArrayLike<number> } | null;
  readonly lines: { readonly sample: number; readonly which: NeighborLines } | null;
  colourOf(name: string): string;
}

export function overlaidNow({ probe, samples }: tab.Reel, colourOf: Overlaid["colourOf"]): Overlaid {
  const sample = tab.selected.peek();
  const which = tab.neighborLines.peek();
  const colours = tab.classColours.peek();
  const [joined, partner] = [tab.joined.peek(), tab.partners()];
  return {
    names:
      colours.length < 2 || !tab.isSwitchedOn("names")
        ? []
        : colours.map((colour, kind) => ({ name: tab.className(kind, probe.class_names), colour })),
    labelled: samples.label.some((label) => label >= 0),
    trails:
      tab.trailsShown.peek() && tab.trailed.peek().length > 0
        ? { samples: tab.trailed.peek(), length: tab.trailLength.peek() }
        : null,
    pairs: partner === null || !joined.some((one) => (partner[one] ?? -1) >= 0) ? null : { samples: joined, partner },
    lines: sample === null || which === "none" ? null : { sample, which },
    colourOf,
  };
}

/** A picture of a film, painted over. */
export interface Moment {
  readonly scene: Scene;
  readonly cursor: number;
  readonly nearest: Nearest | null;
  frameAt(index: number): Scene["a"] | undefined;
}

export class OverPainter {
  readonly #trails = new tab.TrailPainter();
  #layout: tab.NameLayout | null = null;

  constructor(
    readonly what: Overlaid,
    readonly box: Box,
    readonly unit: number,
    readonly ink: Ink,
  ) {}

  paint(context: CanvasRenderingContext2D, { scene, cursor, nearest, frameAt }: Moment): void {
    const { x, y, width, height } = this.box;
    const { trails, pairs, lines, colourOf } = this.what;
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.translate(x, y);
    if (trails !== null) this.#trails.paint(context, scene, this.unit, trails.samples, cursor, trails.length, frameAt);
    if (pairs !== null) tab.paintPairs(context, scene, this.unit, pairs.samples, pairs.partner, colourOf("--neighbor-space"));
    if (lines !== null && nearest !== null) tab.paintLines(context, scene, this.unit, lines.sample, nearest, colourOf);
    if (this.what.names.length === scene.nClasses) this.#paintNames(context, scene);
    context.restore();
  }

  #paintNames(context: CanvasRenderingContext2D, scene: Scene): void {
    const { names, labelled } = this.what;
    const { unit, ink } = this;
    const [x, y] = [new Float32Array(names.length), new Float32Array(names.length)];
    const size = tab.placeNames(scene, labelled, unit, x, y);
    if (size === null) return;
    context.font = fontOf(unit, 500);
    this.#layout ??= new tab.NameLayout(
      Float32Array.from(names, ({ name }) => context.measureText(name).width / unit + 2 * NAME_PAD + NAME_EDGE),
      NAME_HEIGHT,
      tab.namesBySize(size),
    );
    const { left, top, shown, widths } = this.#layout;
    this.#layout.place(x, y, scene.width / unit, scene.height / unit);
    context.scale(unit, unit);
    context.font = fontOf(1, 500);
    context.textBaseline = "middle";
    names.forEach(({ name, colour }, kind) => {
      if (shown[kind] !== 1) return;
      const [from, above] = [left[kind] ?? 0, top[kind] ?? 0];
      context.globalAlpha = NAME_OPACITY;
      context.fillStyle = ink.background;
      context.fillRect(from, above, widths[kind] ?? 0, NAME_HEIGHT);
      context.globalAlpha = 1;
      context.fillStyle = colour;
      context.fillRect(from, above, NAME_EDGE, NAME_HEIGHT);
      context.fillStyle = ink.text;
      context.fillText(name, from + NAME_EDGE + NAME_PAD, above + NAME_HEIGHT / 2 + 0.5);
    });
  }
}
