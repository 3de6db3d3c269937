import { describe, expect, it } from "vitest";
import { type Camera, FIT, MAX_ZOOM, panBy, project, zoomAt } from "../src/camera";
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
