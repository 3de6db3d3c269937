/**
 * Colours. Petroff's ten come first (arXiv:2107.02270: told apart in normal, deuteranope, protanope and tritanope sight); the rest extends them by
 * the farthest point over all four, so 11 to 20 classes stay well apart and 100 stay distinct. Beyond 20 classes they cycle all the same:
 * colour alone cannot carry that many to the eye, so shape joins in.
 */

import { COLOURS_APART } from "./engine/scene";

export type Rgb = readonly [red: number, green: number, blue: number];

export const CLASS_COLOURS: readonly string[] = [
  "#3f90da",
  "#ffa90e",
  "#bd1f01",
  "#94a4a2",
  "#832db6",
  "#a96b59",
  "#e76300",
  "#b9ac70",
  "#717581",
  "#92dadd",
  "#873c4b",
  "#3c5a78",
  "#c3b4ff",
  "#f0c3a5",
  "#784bff",
  "#2d78a5",
  "#78b4c3",
  "#c3d269",
  "#9687a5",
  "#5a692d",
  "#a50069",
  "#4ba53c",
  "#d27887",
  "#f05aff",
  "#c33ca5",
  "#2d1ef0",
  "#876969",
  "#96c3b4",
  "#d2a596",
  "#a52d87",
  "#c396e1",
  "#e1002d",
  "#e14bc3",
  "#a50000",
  "#a59669",
  "#e13c87",
  "#ff87c3",
  "#f0784b",
  "#4bd2e1",
  "#965a4b",
  "#874bc3",
  "#960096",
  "#69d22d",
  "#5a4b5a",
  "#69782d",
  "#f0b487",
  "#698769",
  "#b4d2c3",
  "#7896ff",
  "#b4a5ff",
  "#d2c3ff",
  "#3c87b4",
  "#789600",
  "#96c35a",
  "#b4005a",
  "#877896",
  "#965ad2",
  "#d25ae1",
  "#005a4b",
  "#87e13c",
  "#964b1e",
  "#789696",
  "#00c396",
  "#4b5a69",
  "#875a69",
  "#4bb44b",
  "#e1960f",
  "#2d695a",
  "#4b8778",
  "#ff3c3c",
  "#c39687",
  "#961e3c",
  "#e1a5d2",
  "#a5784b",
  "#69a5b4",
  "#1eb4e1",
  "#696978",
  "#5a4be1",
  "#3c6996",
  "#9678c3",
  "#c36978",
  "#c34b3c",
  "#87b4b4",
  "#694b1e",
  "#c37896",
  "#7869ff",
  "#4b9687",
  "#00e196",
  "#c33c00",
  "#a5875a",
  "#c30f78",
  "#780fd2",
  "#005a96",
  "#2d4b96",
  "#a54b5a",
  "#a5c378",
  "#ff78b4",
  "#d21e87",
  "#e1c3d2",
  "#3c5a3c",
];

/** For samples without a label or prediction. */
export const NONE_COLOUR = "#9e9e9e";
/** Correct, wrong, unknown: blue and vermilion differ in lightness too. */
export const CORRECTNESS_COLOURS: readonly string[] = ["#3f90da", "#d9480f", NONE_COLOUR];

// Ten stops of viridis (matplotlib, CC0), from low to high.
const VIRIDIS = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];

export function parseHex(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Of more than twenty classes, five share each of twenty colours: told apart by shape, where a hundred colours would not be. */
export const classColour = (index: number, nClasses = 0): string => {
  const cycle = nClasses > COLOURS_APART ? COLOURS_APART : CLASS_COLOURS.length;
  return index < 0 ? NONE_COLOUR : (CLASS_COLOURS[index % cycle] ?? NONE_COLOUR);
};

/** Viridis at 0..1. */
export function viridis(value: number): Rgb {
  const at = Math.min(1, Math.max(0, value)) * (VIRIDIS.length - 1);
  const low = Math.floor(at);
  const from = parseHex(VIRIDIS[low] ?? "#000000");
  const to = parseHex(VIRIDIS[Math.min(low + 1, VIRIDIS.length - 1)] ?? "#000000");
  const blend = (channel: 0 | 1 | 2): number => Math.round(from[channel] + (to[channel] - from[channel]) * (at - low));
  return [blend(0), blend(1), blend(2)];
}

export const viridisColours: readonly string[] = VIRIDIS;
export const viridisGradient = `linear-gradient(to right, ${VIRIDIS.join(", ")})`;

/** One colour per key of a colour mode; the last entry is for "none". Alpha 0 hides the key. */
export interface Palette {
  /** RGBA bytes. */
  readonly rgba: Uint8Array;
  readonly size: number;
}

export function palette(colours: readonly Rgb[], hidden: ReadonlySet<number>): Palette {
  const rgba = new Uint8Array(colours.length * 4);
  colours.forEach(([red, green, blue], index) => rgba.set([red, green, blue, hidden.has(index) ? 0 : 255], index * 4));
  return { rgba, size: colours.length };
}

export const classPalette = (nClasses: number, hidden: ReadonlySet<number>, colours?: readonly string[]): Palette =>
  palette(
    [
      ...Array.from({ length: nClasses }, (_, index) => parseHex(colours?.[index] ?? classColour(index, nClasses))),
      parseHex(NONE_COLOUR),
    ],
    hidden,
  );

export const correctnessPalette = (hidden: ReadonlySet<number>): Palette => palette(CORRECTNESS_COLOURS.map(parseHex), hidden);

/** Confidence bytes 0..255, then "none". */
export const confidencePalette = (): Palette =>
  palette([...Array.from({ length: 256 }, (_, byte) => viridis(byte / 255)), parseHex(NONE_COLOUR)], new Set());

/** Bytes 0..254 over the scale of a value, then "none". */
export const valuePalette = (): Palette =>
  palette([...Array.from({ length: 255 }, (_, byte) => viridis(byte / 254)), parseHex(NONE_COLOUR)], new Set());

/** One colour per kind of a category, then "none". */
export const kindPalette = (nKinds: number, hidden: ReadonlySet<number>): Palette =>
  palette([...Array.from({ length: nKinds }, (_, kind) => parseHex(classColour(kind))), parseHex(NONE_COLOUR)], hidden);

/** One colour per split; the mask of the scene hides splits. */
export const splitPalette = (nSplits: number): Palette =>
  palette(
    Array.from({ length: nSplits }, (_, split) => parseHex(classColour(split))),
    new Set(),
  );
