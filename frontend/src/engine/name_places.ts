/** Where the classes' names belong in a scene. */
import { anchorsOf } from "./anchors";
import { isClassMode, nearestFrame, type Scene } from "./scene";

/** Names go by what colours the dots: the prediction where that does, else the label, where there is one. */
const kindsOf = (scene: Scene, frame: Scene["a"], labelled: boolean): ArrayLike<number> | null =>
  scene.mode === "prediction" || !labelled ? frame.prediction : scene.samples.label;

/** A class that has no sample at one of the two steps stays where the other has it. */
function between(from: number | undefined, to: number | undefined, fraction: number): number {
  const a = from ?? Number.NaN;
  const b = to ?? Number.NaN;
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : a + (b - a) * fraction;
}

/** Write the places of all classes' names, NaN for those not to be seen; in pixels of which the scene has `scale` to one. Returns samples per class; null without classes. */
export function placeNames(scene: Scene, labelled: boolean, scale: number, x: Float32Array, y: Float32Array): Uint32Array | null {
  const [kindsA, kindsB] = [kindsOf(scene, scene.a, labelled), kindsOf(scene, scene.b, labelled)];
  if (kindsA === null || kindsB === null) return null;
  const [from, to] = [anchorsOf(scene.a, kindsA, x.length), anchorsOf(scene.b, kindsB, x.length)];
  const { size } = nearestFrame(scene) === scene.a ? from : to;
  const { scaleX, scaleY, offsetX, offsetY } = scene.projection;
  for (let kind = 0; kind < x.length; kind++) {
    const isShown = size[kind] !== 0 && !(isClassMode(scene.mode) && scene.palette.rgba[4 * kind + 3] === 0);
    x[kind] = isShown ? (offsetX + scaleX * between(from.x[kind], to.x[kind], scene.fraction)) / scale : Number.NaN;
    y[kind] = isShown ? (offsetY + scaleY * between(from.y[kind], to.y[kind], scene.fraction)) / scale : Number.NaN;
  }
  return size;
}

/** The largest class first. */
export const namesBySize = (size: Uint32Array): Uint16Array =>
  Uint16Array.from(size.keys()).sort((a, b) => (size[b] ?? 0) - (size[a] ?? 0) || a - b);
