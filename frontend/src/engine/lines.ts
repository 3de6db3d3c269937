/** Lines from a sample to its nearest, painted over the picture of either renderer. */
import { positionOf } from "./pick";
import type { Scene } from "./scene";

/** Those in the representation, and those in the plane; null where they are not shown. */
export interface Nearest {
  readonly space: readonly number[] | null;
  readonly plane: readonly number[] | null;
}

/** Lines from samples to their partners, as far as they have one. */
export function paintPairs(
  context: CanvasRenderingContext2D,
  scene: Scene,
  ratio: number,
  samples: readonly number[],
  partner: ArrayLike<number>,
  colour: string,
): void {
  context.strokeStyle = colour;
  context.lineWidth = ratio;
  context.beginPath();
  for (const sample of samples) {
    const other = partner[sample] ?? Number.NaN;
    if (!(other >= 0 && other < scene.samples.n)) continue;
    const [start, end] = [positionOf(scene, sample), positionOf(scene, other)];
    context.moveTo(start.x, start.y);
    context.lineTo(end.x, end.y);
  }
  context.stroke();
}

/** In the plane they are dashed. `colourOf` answers a colour of the style sheet. */
export function paintLines(
  context: CanvasRenderingContext2D,
  scene: Scene,
  ratio: number,
  from: number,
  nearest: Nearest,
  colourOf: (name: string) => string,
): void {
  const start = positionOf(scene, from);
  context.lineWidth = 2 * ratio;
  for (const kind of ["space", "plane"] as const) {
    context.strokeStyle = colourOf(`--neighbor-${kind}`);
    context.setLineDash(kind === "plane" ? [4 * ratio, 4 * ratio] : []);
    context.beginPath();
    for (const sample of nearest[kind] ?? []) {
      const end = positionOf(scene, sample);
      context.moveTo(start.x, start.y);
      context.lineTo(end.x, end.y);
    }
    context.stroke();
  }
  context.setLineDash([]);
}
