import { describe, expect, it } from "vitest";
import { piecesOf, TrailPainter } from "../src/engine/trails";
import { frameOf, samplesOf, sceneOf } from "./bytes";

describe("the pieces of a trail", () => {
  it("meet at whole steps and end at the cursor, older ones paler", () => {
    const pieces = piecesOf(4.5, 3);
    expect(pieces.map(({ from, to }) => [from, to])).toEqual([
      [1.5, 2],
      [2, 3],
      [3, 4],
      [4, 4.5],
    ]);
    const opacities = pieces.map(({ opacity }) => opacity);
    expect(opacities).toEqual([...opacities].sort((a, b) => a - b));
    expect(opacities[0]).toBeGreaterThan(0);
    expect(opacities.at(-1)).toBeLessThan(1);
  });

  it("begin with the film, and are none at its first step", () => {
    expect(piecesOf(1.25, 10).map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 1.25],
    ]);
    expect(piecesOf(0, 10)).toEqual([]);
  });
});

/** A context that writes down the lines it is asked for. */
function recorder(): { context: CanvasRenderingContext2D; lines: number[][]; styles: string[] } {
  const lines: number[][] = [];
  const styles: string[] = [];
  let at: number[] = [];
  const context = {
    set strokeStyle(style: string) {
      styles.push(style);
    },
    beginPath: () => undefined,
    stroke: () => undefined,
    moveTo: (x: number, y: number) => (at = [x, y]),
    lineTo: (x: number, y: number) => lines.push([...at, x, y].map(Math.round)),
  } as unknown as CanvasRenderingContext2D;
  return { context, lines, styles };
}

describe("the colours of trails", () => {
  it("are those of their dots, whatever these are coloured by", () => {
    const frame = frameOf(
      [
        [0, 0],
        [1, 1],
      ],
      [0, 1],
    );
    const samples = { ...samplesOf([0, 0]), split: Uint8Array.of(0, 1) };
    for (const look of [{ mode: "split" }, { mode: "flips", values: Uint8Array.of(1, 0) }] as const) {
      const scene = { ...sceneOf(samples, frame, { b: frame }), ...look };
      const { context, styles } = recorder();
      new TrailPainter().paint(context, scene, 1, Uint32Array.of(0, 1), 1, 5, () => frame);
      expect(new Set(styles).size).toBe(2);
    }
  });
});

describe("trails", () => {
  const frames = [0, 0.5, 1].map((u) =>
    frameOf(
      [
        [u, 0.5],
        [0.5, u],
      ],
      [0, 1],
    ),
  );
  const samples = samplesOf([0, 1]);
  const scene = sceneOf(samples, frames[1] ?? frameOf([], null), { b: frames[2] ?? frameOf([], null), fraction: 0.5 });

  it("run through the steps and end where the dot is between two of them", () => {
    const { context, lines } = recorder();
    new TrailPainter().paint(context, scene, 1, Uint32Array.of(0), 1.5, 10, (index) => frames[index]);
    expect(lines).toEqual([
      [0, 32, 32, 32],
      [32, 32, 48, 32],
    ]);
  });

  it("have a gap where a frame is not in memory, and leave hidden samples out", () => {
    const { context, lines } = recorder();
    new TrailPainter().paint(context, scene, 1, Uint32Array.of(0), 1.5, 10, (index) => (index === 0 ? undefined : frames[index]));
    expect(lines).toEqual([[32, 32, 48, 32]]);
    const hidden = recorder();
    new TrailPainter().paint(
      hidden.context,
      { ...scene, splitMask: 0 },
      1,
      Uint32Array.of(0, 1),
      1.5,
      10,
      (index) => frames[index],
    );
    expect(hidden.lines).toEqual([]);
  });

  it("take the colour of their dot, one path for all of a colour", () => {
    const { context, styles } = recorder();
    new TrailPainter().paint(context, scene, 1, Uint32Array.of(0, 1), 1, 1, (index) => frames[index]);
    expect(new Set(styles).size).toBe(2);
    expect(styles).toHaveLength(2);
  });
});
