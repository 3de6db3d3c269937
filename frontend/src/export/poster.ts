/** A picture with what one needs to read it elsewhere: run, step and legend around it, not over it. */
import type { DotShape } from "../engine/scene";

/** A line of the legend. */
export interface Key {
  readonly name: string;
  readonly colour: string;
  readonly shape: DotShape | "cored" | "hatched" | "line" | "thin" | "dashed";
}

export interface Legend {
  readonly keys: readonly Key[];
  /** Colours from 0 to 1, for a mode without keys. */
  readonly ramp: { readonly name: string; readonly ends: readonly [string, string]; readonly colours: readonly string[] } | null;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** In device pixels. */
export interface Poster {
  readonly width: number;
  readonly height: number;
  /** Device pixels per unit of the furniture. */
  readonly unit: number;
  readonly picture: Box;
  readonly legend: Box;
  readonly rows: number;
  readonly columns: number;
  readonly columnWidth: number;
}

const HEAD = 34;
const ROW = 20;
const PAD = 12;
const SWATCH = 18; // with its gap
const WIDEST = 210;
const FONT = "Roboto, system-ui, sans-serif";

/** Lay out a poster of a given size. `nameWidth`, of the widest name, is in units. */
export function posterOf(width: number, height: number, unit: number, nKeys: number, nameWidth: number): Poster {
  const rows = Math.max(1, Math.floor((height / unit - HEAD - PAD) / ROW));
  const columnWidth = SWATCH + Math.min(WIDEST, Math.max(30, nameWidth)) + PAD;
  const most = Math.max(1, Math.floor(((width / unit) * 0.3) / columnWidth)); // the picture is what it is about
  const columns = Math.min(most, Math.max(1, Math.ceil(nKeys / rows)));
  const legendWidth = Math.round((PAD + columns * columnWidth) * unit);
  const head = Math.round(HEAD * unit);
  return {
    width,
    height,
    unit,
    rows,
    columns,
    columnWidth,
    picture: { x: 0, y: head, width: width - legendWidth, height: height - head },
    legend: { x: width - legendWidth, y: head, width: legendWidth, height: height - head },
  };
}

/** The poster around a picture of a given size. */
export function posterAround(width: number, height: number, unit: number, nKeys: number, nameWidth: number): Poster {
  const head = Math.round(HEAD * unit);
  // The legend's width follows from the whole width, of which it is a part: twice is enough.
  let total = width;
  for (let round = 0; round < 3; round++) total = width + posterOf(total, height + head, unit, nKeys, nameWidth).legend.width;
  const poster = posterOf(total, height + head, unit, nKeys, nameWidth);
  return {
    ...poster,
    width: width + poster.legend.width,
    picture: { ...poster.picture, width },
    legend: { ...poster.legend, x: width },
  };
}

/** A picture's box as two, with a line between them. */
export function halved({ x, y, width, height }: Box): readonly [Box, Box] {
  const left = Math.floor(width / 2);
  return [
    { x, y, width: left, height },
    { x: x + left, y, width: width - left, height },
  ];
}

export function paintDivider(context: Context, { picture, unit }: Poster, ink: Ink): void {
  context.fillStyle = ink.line;
  context.fillRect(picture.x + Math.floor(picture.width / 2), picture.y, Math.ceil(unit), picture.height);
}

/** Which keys find room, and how many do not; a line that says so takes the last place. */
export function placed<K>(
  keys: readonly K[],
  { rows, columns }: Pick<Poster, "rows" | "columns">,
): { shown: readonly K[]; more: number } {
  const room = rows * columns;
  if (keys.length <= room) return { shown: keys, more: 0 };
  return { shown: keys.slice(0, room - 1), more: keys.length - room + 1 };
}

export interface Ink {
  readonly background: string;
  readonly text: string;
  readonly faint: string;
  readonly line: string;
}

type Context = CanvasRenderingContext2D;

export const fontOf = (unit: number, weight = 400): string => `${weight} ${12.5 * unit}px ${FONT}`;

/** Width of the widest name in units. */
export function widestName(context: Context, names: readonly string[]): number {
  context.font = fontOf(1);
  return Math.max(0, ...names.map((name) => context.measureText(name).width));
}

function fitted(context: Context, words: string, width: number): string {
  if (context.measureText(words).width <= width) return words;
  let end = words.length;
  while (end > 0 && context.measureText(`${words.slice(0, end)}…`).width > width) end--;
  return `${words.slice(0, end)}…`;
}

function swatch(context: Context, { shape, colour }: Key, x: number, y: number, unit: number, ink: Ink): void {
  const radius = 5 * unit;
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = unit;
  context.beginPath();
  if (shape === "hatched") {
    for (const along of [-1, 0, 1]) {
      context.moveTo(x + (along * 0.8 - 0.5) * radius, y - radius);
      context.lineTo(x + (along * 0.8 + 0.5) * radius, y + radius);
    }
    context.stroke();
    return;
  }
  if (shape === "line" || shape === "thin" || shape === "dashed") {
    if (shape === "dashed") context.setLineDash([3 * unit, 2 * unit]);
    const width = shape === "thin" ? 1 : 2;
    const middle = y + (width % 2) * 0.5 * unit; // on whole pixels
    context.lineWidth = width * unit;
    context.moveTo(x - radius, middle);
    context.lineTo(x + radius, middle);
    context.stroke();
    context.setLineDash([]);
    return;
  }
  if (shape === "square") context.rect(x - radius * 0.85, y - radius * 0.85, radius * 1.7, radius * 1.7);
  else if (shape === "triangle") {
    for (const [dx, dy] of [
      [0, -1.3],
      [1.15, 0.8],
      [-1.15, 0.8],
    ] as const)
      context.lineTo(x + dx * radius, y + dy * radius);
  } else if (shape === "cross") {
    context.translate(x, y);
    context.rotate(Math.PI / 4);
    context.rect(-1.2 * radius, -0.4 * radius, 2.4 * radius, 0.8 * radius);
    context.rect(-0.4 * radius, -1.2 * radius, 0.8 * radius, 2.4 * radius);
    context.resetTransform();
  } else if (shape === "diamond") {
    for (const [dx, dy] of [
      [0, -1.2],
      [1.2, 0],
      [0, 1.2],
      [-1.2, 0],
    ] as const)
      context.lineTo(x + dx * radius, y + dy * radius);
  } else context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  if (shape !== "cored") return;
  for (const [share, fill] of [
    [0.65, ink.background],
    [0.4, ink.text],
  ] as const) {
    context.fillStyle = fill;
    context.beginPath();
    context.arc(x, y, radius * share, 0, 2 * Math.PI);
    context.fill();
  }
}

function paintRamp(
  context: Context,
  { legend, unit }: Poster,
  { name, ends, colours }: NonNullable<Legend["ramp"]>,
  ink: Ink,
): number {
  const [x, width] = [legend.x + PAD * unit, legend.width - 2 * PAD * unit];
  let y = legend.y + 8 * unit;
  context.fillStyle = ink.text;
  context.fillText(fitted(context, name, width), x, y);
  y += 12 * unit;
  const gradient = context.createLinearGradient(x, 0, x + width, 0);
  colours.forEach((colour, index) => gradient.addColorStop(index / Math.max(1, colours.length - 1), colour));
  context.fillStyle = gradient;
  context.fillRect(x, y, width, 10 * unit);
  context.fillStyle = ink.faint;
  context.fillText(ends[0], x, y + 20 * unit);
  context.textAlign = "right";
  context.fillText(ends[1], x + width, y + 20 * unit);
  context.textAlign = "left";
  return Math.ceil((y + 34 * unit - legend.y) / (ROW * unit));
}

/** Everything but the picture and the step. */
export function paintFurniture(context: Context, poster: Poster, title: string, { keys, ramp }: Legend, ink: Ink): void {
  const { width, height, unit, legend, rows, columnWidth } = poster;
  context.fillStyle = ink.background;
  context.fillRect(0, 0, width, height);
  context.fillStyle = ink.line;
  context.fillRect(0, legend.y - Math.ceil(unit), width, Math.ceil(unit));
  context.fillRect(legend.x, legend.y, Math.ceil(unit), legend.height);
  context.textBaseline = "middle";
  context.font = fontOf(unit, 600);
  context.fillStyle = ink.text;
  context.fillText(fitted(context, title, width * 0.6), PAD * unit, legend.y / 2);
  context.font = fontOf(unit);
  const skipped = ramp === null ? 0 : paintRamp(context, poster, ramp, ink);
  const { shown, more } = placed(keys, { rows: rows - skipped, columns: poster.columns });
  const at = (index: number): [number, number] => [
    legend.x + (PAD + Math.floor(index / (rows - skipped)) * columnWidth) * unit,
    legend.y + (PAD + ((index % (rows - skipped)) + skipped) * ROW + 2) * unit,
  ];
  shown.forEach((key, index) => {
    const [x, y] = at(index);
    swatch(context, key, x + 5 * unit, y, unit, ink);
    context.fillStyle = ink.text;
    context.fillText(fitted(context, key.name, (columnWidth - SWATCH - PAD / 2) * unit), x + SWATCH * unit, y);
  });
  if (more > 0) {
    const [x, y] = at(shown.length);
    context.fillStyle = ink.faint;
    context.fillText(`and ${more} more`, x, y);
  }
}

/** The words of the moment, at the right of the head. */
export function paintWords(context: Context, { width, unit, picture }: Poster, words: string, ink: Ink): void {
  const left = width * 0.62;
  context.fillStyle = ink.background;
  context.fillRect(left, 0, width - left, picture.y - Math.ceil(unit));
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.font = fontOf(unit, 500);
  context.fillStyle = ink.text;
  context.fillText(fitted(context, words, width - left - 2 * PAD * unit), width - PAD * unit, picture.y / 2);
  context.textAlign = "left";
}
