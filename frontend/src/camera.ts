/**
 * What part of the extent is seen. Positions are fractions of the extent (u to the right, v up, both 0..1); pixels count from the top left:
 * `px = offsetX + u · scaleX`, `py = offsetY + v · scaleY` with scaleY < 0.
 */

export interface Camera {
  /** Extent fraction at the middle of the view. */
  readonly u: number;
  readonly v: number;
  /** 1 shows the whole extent; 64 is the cap, where uint16 positions still resolve half a pixel. */
  readonly zoom: number;
}

export interface View {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Extent width over extent height, in data units. */
  readonly aspect: number;
}

export interface Projection {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

export const FIT: Camera = { u: 0.5, v: 0.5, zoom: 1 };
export const MAX_ZOOM = 64;
const MIN_ZOOM = 0.5;

export function project(camera: Camera, { width, height, aspect }: View): Projection {
  const tall = Math.min(height, width / aspect) * camera.zoom;
  const wide = tall * aspect;
  return {
    scaleX: wide,
    scaleY: -tall,
    offsetX: width / 2 - camera.u * wide,
    offsetY: height / 2 + camera.v * tall,
  };
}

const clampCentre = (value: number): number => Math.min(1.25, Math.max(-0.25, value));

/** Zoom by a factor about the middle. */
export const zoomed = (camera: Camera, factor: number): Camera => ({
  ...camera,
  zoom: Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, camera.zoom * factor)),
});

/** Move by shares of what the view shows of the extent. */
export const moved = ({ u, v, zoom }: Camera, right: number, up: number): Camera => ({
  u: clampCentre(u + right / zoom),
  v: clampCentre(v + up / zoom),
  zoom,
});

/** Zoom by a factor and keep what lies under the pixel where it is. */
export function zoomAt(camera: Camera, view: View, factor: number, px: number, py: number): Camera {
  const before = project(camera, view);
  const u = (px - before.offsetX) / before.scaleX;
  const v = (py - before.offsetY) / before.scaleY;
  const { zoom } = zoomed(camera, factor);
  const kept = camera.zoom / zoom;
  return { u: clampCentre(u + (camera.u - u) * kept), v: clampCentre(v + (camera.v - v) * kept), zoom };
}

/** Drag the picture by pixels. */
export function panBy(camera: Camera, view: View, dx: number, dy: number): Camera {
  const { scaleX, scaleY } = project(camera, view);
  return { ...camera, u: clampCentre(camera.u - dx / scaleX), v: clampCentre(camera.v - dy / scaleY) };
}

/** Scale and offset from extent fractions to clip space. */
export function clipProjection(
  { scaleX, scaleY, offsetX, offsetY }: Projection,
  width: number,
  height: number,
): [number, number, number, number] {
  return [(2 * scaleX) / width, (-2 * scaleY) / height, (2 * offsetX) / width - 1, 1 - (2 * offsetY) / height];
}

/** Width over height of a film's extent. */
export function aspectOf(extent: readonly number[]): number {
  const [left = 0, right = 1, bottom = 0, top = 1] = extent;
  return top > bottom && right > left ? (right - left) / (top - bottom) : 1;
}
