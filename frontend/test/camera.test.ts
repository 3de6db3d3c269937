import { describe, expect, it } from "vitest";
import { type Camera, FIT, MAX_ZOOM, panBy, project, zoomAt } from "../src/camera";
import { projectWindow } from "../src/engine/scene";
import { visibleWindow } from "../src/refine";
import { seeded } from "./bytes";

const view = { width: 900, height: 600, aspect: 1 };

const under = (camera: Camera, px: number, py: number): [number, number] => {
  const { scaleX, scaleY, offsetX, offsetY } = project(camera, view);
  return [(px - offsetX) / scaleX, (py - offsetY) / scaleY];
};

describe("the camera", () => {
  it("shows the whole extent, centred and undistorted, when fitted", () => {
    expect(project(FIT, view)).toEqual({ scaleX: 600, scaleY: -600, offsetX: 150, offsetY: 600 });
    expect(project(FIT, { width: 900, height: 600, aspect: 3 })).toEqual({ scaleX: 900, scaleY: -300, offsetX: 0, offsetY: 450 });
  });

  it("keeps what is under the pointer there while it zooms", () => {
    const random = seeded(7);
    let camera = FIT;
    for (let turn = 0; turn < 40; turn++) {
      const px = 300 + random() * 300;
      const py = 150 + random() * 300;
      const before = under(camera, px, py);
      camera = zoomAt(camera, view, 0.8 + random() * 0.6, px, py);
      const after = under(camera, px, py);
      expect(after[0]).toBeCloseTo(before[0], 9);
      expect(after[1]).toBeCloseTo(before[1], 9);
    }
  });

  it("zooms no further than its cap", () => {
    let camera = FIT;
    for (let turn = 0; turn < 100; turn++) camera = zoomAt(camera, view, 2, 450, 300);
    expect(camera.zoom).toBe(MAX_ZOOM);
  });

  it("moves the picture by the pixels of a drag", () => {
    const [u, v] = under(FIT, 400, 300);
    const moved = panBy(FIT, view, 25, -40);
    expect(under(moved, 425, 260)).toEqual([expect.closeTo(u), expect.closeTo(v)]);
  });
});

describe("the visible part of the extent", () => {
  const view = { width: 800, height: 400, aspect: 1 };

  it("is what the view shows, within the extent", () => {
    const seen = visibleWindow({ u: 0.5, v: 0.5, zoom: 4 }, view);
    expect(seen).toEqual({ left: 0.25, right: 0.75, bottom: 0.375, top: 0.625 });
    expect(visibleWindow({ u: 0, v: 1, zoom: 4 }, view)).toEqual({ left: 0, right: 0.25, bottom: 0.875, top: 1 });
    expect(visibleWindow({ u: 0.5, v: 0.5, zoom: 1 }, view)).toEqual({ left: 0, right: 1, bottom: 0, top: 1 });
  });

  it("is none where the view lies beside the extent", () => {
    expect(visibleWindow({ u: -0.25, v: 0.5, zoom: 16 }, view)).toBeNull();
  });

  it("is projected to the pixels that it was seen in", () => {
    const camera = { u: 0.4, v: 0.6, zoom: 5 };
    const seen = visibleWindow(camera, view);
    expect(seen).not.toBeNull();
    if (seen === null) return;
    const { scaleX, scaleY, offsetX, offsetY } = projectWindow(project(camera, view), seen);
    expect([offsetX, offsetX + scaleX, offsetY + scaleY, offsetY].map(Math.round)).toEqual([0, 800, 0, 400]);
  });
});
