/** Which dot lies under the pointer. A plain scan over all samples: half a millisecond at 100,000, and right in the middle of a move. */
import { keyIn, type Scene, splitShown } from "./scene";

/** Where a sample is drawn, in the scene's pixels. */
export function positionOf(scene: Scene, sample: number): { x: number; y: number } {
  const { scaleX, scaleY, offsetX, offsetY } = scene.projection;
  const at = (axis: 0 | 1): number => {
    const from = scene.a.xy[2 * sample + axis] ?? 0;
    return (from + ((scene.b.xy[2 * sample + axis] ?? 0) - from) * scene.fraction) / 65535;
  };
  return { x: offsetX + at(0) * scaleX, y: offsetY + at(1) * scaleY };
}

/** Whether a sample is drawn: neither its class nor its split is hidden. */
export const isShown = (scene: Scene, sample: number): boolean =>
  splitShown(scene.splitMask, scene.samples.split[sample] ?? 0) && (scene.palette.rgba[4 * keyIn(scene, sample) + 3] ?? 0) > 0;

/** The visible sample nearest to a pixel and within the radius, or null. Of equally near ones the last, which is drawn on top. */
export function pick(scene: Scene, px: number, py: number, radius: number): number | null {
  const { scaleX, scaleY, offsetX, offsetY } = scene.projection;
  const [kx, ky] = [scaleX / 65535, scaleY / 65535];
  const [from, to, t] = [scene.a.xy, scene.b.xy, scene.fraction];
  let best = radius * radius;
  let found: number | null = null;
  for (let sample = 0; sample < scene.samples.n; sample++) {
    const fromX = from[2 * sample] ?? 0;
    const dx = offsetX + (fromX + ((to[2 * sample] ?? 0) - fromX) * t) * kx - px;
    if (dx * dx > best) continue;
    const fromY = from[2 * sample + 1] ?? 0;
    const dy = offsetY + (fromY + ((to[2 * sample + 1] ?? 0) - fromY) * t) * ky - py;
    const distance = dx * dx + dy * dy;
    if (distance > best || !isShown(scene, sample)) continue;
    best = distance;
    found = sample;
  }
  return found;
}
