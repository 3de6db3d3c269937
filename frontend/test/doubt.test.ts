import { describe, expect, it } from "vitest";
import { paintDoubt } from "../src/engine/cpu_doubt";
import { DOUBT_CELLS, doubtOf } from "../src/engine/doubt";
import { frameOf, samplesOf, sceneOf, seeded } from "./bytes";

const at = (doubt: Uint8Array, u: number, v: number): number =>
  doubt[Math.floor(v * DOUBT_CELLS) * DOUBT_CELLS + Math.floor(u * DOUBT_CELLS)] ?? 0;

describe("doubt in the territory", () => {
  it("is none beside a sample, all of it far away, and grows between", () => {
    const doubt = doubtOf(frameOf([[0.5, 0.5]], [0], ["0"]));
    expect(at(doubt, 0.5, 0.5)).toBe(0);
    expect(at(doubt, 0.5 + 1.5 / DOUBT_CELLS, 0.5)).toBe(0);
    expect(at(doubt, 0.9, 0.1)).toBe(255);
    const along = Array.from({ length: 6 }, (_, cells) => at(doubt, 0.5 + cells / DOUBT_CELLS, 0.5));
    expect(along).toEqual([...along].sort((a, b) => a - b));
    expect(along[5]).toBe(255);
  });

  it("is all where samples are predicted as another class than the territory's", () => {
    const map = ["01", "01"];
    const positions = [
      [0.25, 0.5],
      [0.75, 0.5],
    ] as const;
    const right = doubtOf(frameOf(positions, [0, 1], map));
    expect([at(right, 0.25, 0.5), at(right, 0.75, 0.5)]).toEqual([0, 0]);
    const strange = doubtOf(frameOf(positions, [0, 0], map));
    expect([at(strange, 0.25, 0.5), at(strange, 0.75, 0.5)]).toEqual([0, 255]);
  });

  it("measures the way to the next sample as the crow flies, within a tenth", () => {
    const random = seeded(1);
    const positions = Array.from({ length: 6 }, () => [random(), random()] as const);
    const doubt = doubtOf(frameOf(positions, null, ["0"]));
    const cellOf = (share: number): number => Math.floor(share * DOUBT_CELLS);
    for (let y = 0; y < DOUBT_CELLS; y++) {
      for (let x = 0; x < DOUBT_CELLS; x++) {
        const cells = Math.min(...positions.map(([u, v]) => Math.hypot(x - cellOf(u), y - cellOf(v))));
        if (cells <= 1.8) expect(doubt[y * DOUBT_CELLS + x]).toBe(0);
        if (cells >= 5.5) expect(doubt[y * DOUBT_CELLS + x]).toBe(255);
      }
    }
  });

  it("is computed once per frame", () => {
    const frame = frameOf([[0.5, 0.5]], [0], ["0"]);
    expect(doubtOf(frame)).toBe(doubtOf(frame));
  });

  it("hatches and fades what lies far from samples and leaves the rest as it is", () => {
    const scene = sceneOf(samplesOf([0]), frameOf([[0.1, 0.1]], [0], ["0"]), { ring: [0, 0, 0] });
    const pixels = new Uint32Array(64 * 64).fill(0xff0000ff);
    paintDoubt(scene, pixels);
    const greens = (x0: number, y0: number, side: number): number[] =>
      Array.from(
        { length: side * side },
        (_, i) => ((pixels[(y0 + Math.floor(i / side)) * 64 + x0 + (i % side)] ?? 0) >> 8) & 255,
      );
    expect(new Set(greens(5, 56, 3))).toEqual(new Set([0])); // around the sample, y down
    const far = greens(50, 4, 10);
    expect(Math.max(...far)).toBeGreaterThan(140); // faded to white
    const lines = far.filter((green) => green < 135).length;
    expect(lines).toBeGreaterThan(10); // a line in seven pixels
    expect(lines).toBeLessThan(20);
  });

  it("is hatched by lines that are as wide as the picture is large", () => {
    const widest = (ratio: number): number => {
      const side = 64 * ratio;
      const projection = { scaleX: side, scaleY: -side, offsetX: 0, offsetY: side };
      const frame = frameOf([[0.1, 0.1]], [0], ["0"]);
      const scene = sceneOf(samplesOf([0]), frame, { ring: [0, 0, 0], width: side, height: side, projection, ratio });
      const pixels = new Uint32Array(side * side).fill(0xff0000ff);
      paintDoubt(scene, pixels);
      const row = [...pixels.subarray(8 * ratio * side, (8 * ratio + 1) * side)].slice(side / 2);
      let [best, run] = [0, 0];
      for (const pixel of row) {
        run = ((pixel >> 8) & 255) < 135 ? run + 1 : 0;
        best = Math.max(best, run);
      }
      return best;
    };
    expect([1, 2, 4].map(widest)).toEqual([1, 2, 4]);
  });

  it("stands between two steps where the fraction says", () => {
    const near = frameOf([[0.5, 0.5]], [0], ["0"]);
    const away = frameOf([[0.05, 0.05]], [0], ["0"]);
    const greenAt = (fraction: number): number => {
      const pixels = new Uint32Array(64 * 64).fill(0xff0000ff);
      paintDoubt(sceneOf(samplesOf([0]), near, { b: away, fraction }), pixels);
      return Math.max(...Array.from({ length: 3 }, (_, i) => ((pixels[32 * 64 + 31 + i] ?? 0) >> 8) & 255));
    };
    expect(greenAt(0)).toBe(0);
    expect(greenAt(0.5)).toBeGreaterThan(50);
    expect(greenAt(1)).toBeGreaterThan(greenAt(0.5) + 40);
  });
});
