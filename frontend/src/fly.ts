/** The camera on its way somewhere. Zoom changes by equal factors, so that the way looks even. */
import type { Camera } from "./camera";
import * as state from "./state";

const FLIGHT_MS = 350;

/** The camera at a share of the way, 0..1. */
export function between(from: Camera, to: Camera, share: number): Camera {
  const zoom = from.zoom * (to.zoom / from.zoom) ** share;
  // What lies in between moves over the screen evenly when the centre follows the size of the view, not the time.
  const way = from.zoom === to.zoom ? share : (1 / from.zoom - 1 / zoom) / (1 / from.zoom - 1 / to.zoom);
  return { u: from.u + (to.u - from.u) * way, v: from.v + (to.v - from.v) * way, zoom };
}

const eased = (share: number): number => share * share * (3 - 2 * share);

let flight = 0;

/** Fly there; whoever moves the camera meanwhile takes over. At once where motion is reduced. */
export function flyTo(to: Camera): void {
  cancelAnimationFrame(flight);
  if (state.reducedMotion.peek()) {
    state.camera.value = to;
    return;
  }
  const from = state.camera.peek();
  const began = performance.now();
  let last = from;
  const step = (now: number): void => {
    if (state.camera.peek() !== last) return;
    const share = Math.min(1, Math.max(0, (now - began) / FLIGHT_MS));
    last = share === 1 ? to : between(from, to, eased(share));
    state.camera.value = last;
    if (share < 1) flight = requestAnimationFrame(step);
  };
  flight = requestAnimationFrame(step);
}
