/** Draws the visible part of the territory finer, once a zoomed picture has come to rest on a step; dropped as soon as it moves. */
import { effect, signal, untracked } from "@preact/signals";
import * as api from "./api";
import type { Territory } from "./binary";
import { type Camera, project, type View } from "./camera";
import * as state from "./state";

export const REST_MS = 300;
export const FROM_ZOOM = 2;
const RESOLUTION = 256; // a side: below half a second of the server's time

/** Fractions of the extent. */
export interface Window {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** A part of the territory that is drawn over the coarse one. */
export interface Patch {
  readonly window: Window;
  readonly territory: Territory;
}

export const patch = signal<Patch | null>(null);

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

/** The part of the extent that is seen; null when none is. */
export function visibleWindow(camera: Camera, view: View): Window | null {
  const { scaleX, scaleY, offsetX, offsetY } = project(camera, view);
  const found = {
    left: clamp(-offsetX / scaleX),
    right: clamp((view.width - offsetX) / scaleX),
    bottom: clamp((view.height - offsetY) / scaleY),
    top: clamp(-offsetY / scaleY),
  };
  return found.left < found.right && found.bottom < found.top ? found : null;
}

/** Follow camera and step; `view` reads signals. */
export function keepRefined(view: () => View | null): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let controller = new AbortController();
  const stop = effect(() => {
    clearTimeout(timer);
    controller.abort();
    const reel = state.reel.value;
    const shown = view();
    const { a, fraction } = state.instant.value;
    const camera = state.camera.value;
    const step = reel?.film.steps[a];
    untracked(() => {
      patch.value = null;
    });
    const drawn = state.isSwitchedOn("territory") && state.territory.value > 0;
    if (reel === null || shown === null || step === undefined || reel.film.refinable !== true || !drawn) return;
    if (state.playing.value || fraction !== 0 || camera.zoom <= FROM_ZOOM) return;
    const window = visibleWindow(camera, shown);
    if (window === null) return;
    controller = new AbortController();
    const { signal } = controller;
    timer = setTimeout(() => {
      api
        .fetchTerritoryPart(reel.place, reel.film, step, window, RESOLUTION, signal)
        .then((territory) => {
          if (!signal.aborted && territory !== null) patch.value = { window, territory };
        })
        .catch(() => undefined); // the coarse territory stays
    }, REST_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
    controller.abort();
    patch.value = null;
  };
}
