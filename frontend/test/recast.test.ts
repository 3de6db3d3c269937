import { describe, expect, it } from "vitest";
import { paintDots } from "../src/engine/cpu_dots";
import { recast, thinned } from "../src/engine/recast";
import { frameOf, samplesOf, sceneOf, seeded } from "./bytes";

describe("a scene cast again", () => {
  const frame = frameOf([[0.25, 0.75]], [0]);
  const scene = sceneOf(samplesOf([0]), frame);

  it("shows the same part of the extent at another size", () => {
    const zoomed = { ...scene, projection: { scaleX: 128, scaleY: -128, offsetX: -10, offsetY: 100 } };
    const next = recast(zoomed, { width: 256, height: 256, dotScale: 4 }, { a: frame, b: frame, fraction: 0 });
    expect(next.projection).toEqual({ scaleX: 512, scaleY: -512, offsetX: -40, offsetY: 400 });
    expect(next.dotSize).toBe(4 * scene.dotSize);
  });

  it("keeps the middle where the shape differs", () => {
    const next = recast(scene, { width: 200, height: 100, dotScale: 1 }, { a: frame, b: frame, fraction: 0 });
    expect(next.projection).toEqual({ scaleX: 100, scaleY: -100, offsetX: 50, offsetY: 100 });
  });

  it("at four times draws about sixteen times the ink, round and not blocky", () => {
    const ink = (factor: number): number => {
      const next = recast(
        scene,
        { width: 64 * factor, height: 64 * factor, dotScale: factor },
        { a: frame, b: frame, fraction: 0 },
      );
      const pixels = new Uint32Array(next.width * next.height).fill(0xffffffff);
      paintDots(next, pixels);
      return pixels.filter((pixel) => pixel !== 0xffffffff).length;
    };
    expect(ink(4) / ink(1)).toBeGreaterThan(11);
    expect(ink(4) / ink(1)).toBeLessThan(17);
  });

  it("draws dots of any diameter", () => {
    const next = recast(scene, { width: 900, height: 900, dotScale: 40 }, { a: frame, b: frame, fraction: 0 });
    const pixels = new Uint32Array(900 * 900).fill(0xffffffff);
    paintDots(next, pixels);
    const top = pixels.findIndex((pixel) => pixel !== 0xffffffff) / 900;
    expect(top).toBeGreaterThan(225 - 140 - 4);
    expect(top).toBeLessThan(225 - 140 + 4);
  });
});

describe("a thinned scene", () => {
  const random = seeded(3);
  const n = 1000;
  const labels = Array.from({ length: n }, (_, sample) => sample % 3);
  const positions = labels.map((): [number, number] => [random(), random()]);
  const scene = sceneOf(samplesOf(labels), frameOf(positions, labels));

  it("keeps each sample's position, label and prediction together", () => {
    const thin = thinned(scene, 300);
    expect(thin.samples.n).toBe(250);
    for (let kept = 0; kept < thin.samples.n; kept++) {
      const sample = thin.samples.id[kept] ?? -1;
      expect(thin.samples.label[kept]).toBe(sample % 3);
      expect(thin.a.prediction?.[kept]).toBe(sample % 3);
      expect(thin.a.xy[2 * kept]).toBe(scene.a.xy[2 * sample]);
      expect(thin.a.xy[2 * kept + 1]).toBe(scene.a.xy[2 * sample + 1]);
    }
  });

  it("is the scene itself where that is small", () => {
    expect(thinned(scene, 1000)).toBe(scene);
  });
});
