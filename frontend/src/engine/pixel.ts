/** Colours as the words of an ImageData. */
import type { Palette, Rgb } from "../palette";

/** Opaque, in the byte order of ImageData on a little-endian host. */
export const pack = (red: number, green: number, blue: number): number => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

export const mixed = (from: Rgb, to: Rgb, weight: number): Rgb => [
  from[0] + (to[0] - from[0]) * weight,
  from[1] + (to[1] - from[1]) * weight,
  from[2] + (to[2] - from[2]) * weight,
];

export const colourAt = ({ rgba }: Palette, key: number): Rgb => [
  rgba[4 * key] ?? 0,
  rgba[4 * key + 1] ?? 0,
  rgba[4 * key + 2] ?? 0,
];
