/** Where samples came from: lines through the last steps, ending at the dots, paler the older. Painted over the picture of either renderer. */
import type { Frame } from "../binary";
import { isShown } from "./pick";
import { colourAt, mixed } from "./pixel";
import { keyIn, nearestFrame, type Scene } from "./scene";

export const MOST_TRAILS = 500;

const WIDTH = 1.6; // CSS pixels
const CONTRAST = 0.35; // share of the ring's colour, which sets a trail off from its own territory

/** A straight piece of all trails, between two instants of which none lies further than a step from the other. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Opacity, 0..1. */
  readonly opacity: number;
}

/** The pieces of a trail through the last steps before the cursor, oldest first; they meet at whole steps, where trails bend. */
export function piecesOf(cursor: number, length: number): Piece[] {
  const pieces: Piece[] = [];
  let from = Math.max(0, cursor - length);
  while (from < cursor) {
    const to = Math.min(cursor, Math.floor(from) + 1);
    pieces.push({ from, to, opacity: 1 - (cursor - (from + to) / 2) / length });
    from = to;
  }
  return pieces;
}

/** Samples with a colour, those of one colour together. */
interface Group {
  readonly style: string;
  readonly samples: readonly number[];
}

/** Paints trails and remembers which samples share a colour, so that a picture costs only its lines. */
export class TrailPainter {
  #groups: readonly Group[] = [];
  #grouped: readonly unknown[] = [];

  /** `frameAt` answers a step's frame by index; a trail has a gap where it is not in memory. */
  paint(
    context: CanvasRenderingContext2D,
    scene: Scene,
    ratio: number,
    samples: Uint32Array,
    cursor: number,
    length: number,
    frameAt: (index: number) => Frame | undefined,
  ): void {
    const { scaleX, scaleY, offsetX, offsetY } = scene.projection;
    const [kx, ky] = [scaleX / 65535, scaleY / 65535];
    context.lineWidth = WIDTH * ratio;
    context.lineCap = "butt";
    for (const { from, to, opacity } of piecesOf(cursor, length)) {
      const index = Math.floor(from);
      const [a, b] = [frameAt(index)?.xy, frameAt(Math.min(index + 1, Math.ceil(cursor)))?.xy];
      if (a === undefined || b === undefined) continue;
      const [start, end] = [from - index, to - index];
      context.globalAlpha = opacity;
      for (const group of this.#groupsOf(scene, samples)) {
        context.strokeStyle = group.style;
        context.beginPath();
        for (const sample of group.samples) {
          const [ax, ay] = [a[2 * sample] ?? 0, a[2 * sample + 1] ?? 0];
          const [dx, dy] = [(b[2 * sample] ?? 0) - ax, (b[2 * sample + 1] ?? 0) - ay];
          context.moveTo(offsetX + (ax + dx * start) * kx, offsetY + (ay + dy * start) * ky);
          context.lineTo(offsetX + (ax + dx * end) * kx, offsetY + (ay + dy * end) * ky);
        }
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  }

  #groupsOf(scene: Scene, samples: Uint32Array): readonly Group[] {
    const inputs = [samples, nearestFrame(scene), scene.values, scene.mode, scene.palette, scene.splitMask, scene.ring];
    if (inputs.every((input, at) => input === this.#grouped[at])) return this.#groups;
    const byKey = new Map<number, number[]>();
    for (const sample of samples) {
      if (!isShown(scene, sample)) continue;
      const key = keyIn(scene, sample);
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, [sample]);
      else known.push(sample);
    }
    this.#grouped = inputs;
    this.#groups = [...byKey].map(([key, members]) => ({
      style: `rgb(${mixed(colourAt(scene.palette, key), scene.ring, CONTRAST).map(Math.round).join(" ")})`,
      samples: members,
    }));
    return this.#groups;
  }
}
