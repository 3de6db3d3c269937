import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CpuRenderer } from "../src/engine/cpu";
import { CpuScreen } from "../src/engine/cpu_screen";
import { positionOf } from "../src/engine/pick";
import type { Scene } from "../src/engine/scene";
import { frameOf, samplesOf, sceneOf, seeded } from "./bytes";

type Context = CanvasRenderingContext2D;
const MOVING = { isMoving: true, isPlaying: false };
const PLAYING = { isMoving: true, isPlaying: true };
const STILL = { isMoving: false, isPlaying: false };

/** What a canvas would show; there is none in Node. */
function canvasOf(): { canvas: HTMLCanvasElement; shown: () => Uint32Array } {
  let pixels = new Uint32Array(0);
  const context = { putImageData: (image: ImageData) => (pixels = new Uint32Array(image.data.buffer.slice(0))) };
  return { canvas: { width: 0, height: 0, getContext: () => context } as unknown as HTMLCanvasElement, shown: () => pixels };
}

function screenOf(): { screen: CpuScreen; shown: () => Uint32Array; told: { scene: Scene; isWhole: boolean }[] } {
  const { canvas, shown } = canvasOf();
  const told: { scene: Scene; isWhole: boolean }[] = [];
  return { screen: new CpuScreen(canvas, (scene, isWhole) => told.push({ scene, isWhole })), shown, told };
}

function drawnAtOnce(scene: Scene): Uint32Array {
  const { canvas, shown } = canvasOf();
  new CpuRenderer(canvas.getContext("2d") as Context).draw(scene);
  return shown();
}

const random = seeded(2);
const n = 60_000;
const labels = Array.from({ length: n }, (_, i) => i % 3);
const places = (): (readonly [number, number])[] => labels.map((k) => [(k + random()) / 3, random()] as const);
const map = ["0012", "0012", "0112", "0112"];
const size = { width: 200, height: 200, projection: { scaleX: 200, scaleY: -200, offsetX: 0, offsetY: 200 }, dotSize: 2.5 };
const [from, to] = [frameOf(places(), labels, map), frameOf(places(), labels, map)];
const scene = sceneOf(samplesOf(labels), from, { ...size, b: to, fraction: 0.3 });

describe("a picture that takes longer than a frame", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    vi.stubGlobal(
      "ImageData",
      class {
        readonly data: Uint8ClampedArray;
        constructor(
          readonly width: number,
          readonly height: number,
        ) {
          this.data = new Uint8ClampedArray(4 * width * height);
        }
      },
    );
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is rough while it moves, and at rest the same as one drawn at once", () => {
    const { screen, shown, told } = screenOf();
    screen.show(scene, MOVING);
    const rough = shown();
    expect(rough.length).toBe(200 * 200);
    expect(told).toEqual([{ scene, isWhole: false }]);
    vi.runAllTimers();
    expect(told.at(-1)).toEqual({ scene, isWhole: true });
    expect(shown()).toEqual(drawnAtOnce(scene));
    expect(rough).not.toEqual(shown());
  });

  it("stays rough while the film plays, whose next picture comes sooner than the whole", () => {
    const { screen, told } = screenOf();
    screen.show(scene, PLAYING);
    vi.runAllTimers();
    expect(told).toEqual([{ scene, isWhole: false }]);
  });

  it("stays on screen until the next is ready, where nothing moves", () => {
    const { screen, shown } = screenOf();
    screen.show(scene, MOVING);
    vi.runAllTimers();
    const before = shown();
    screen.show({ ...scene, marked: [7] }, STILL);
    expect(shown()).toBe(before);
    vi.runAllTimers();
    expect(shown()).not.toEqual(before);
  });

  it("is finished before the next where nothing moves, and of those that came meanwhile the last is drawn", () => {
    const { screen, told } = screenOf();
    const marked = [1, 2, 3, 4].map((sample) => ({ ...scene, marked: [sample] }));
    screen.show(marked[0] ?? scene, STILL);
    vi.advanceTimersToNextTimer(); // one slice of it
    for (const next of marked.slice(1)) screen.show(next, STILL);
    vi.runAllTimers();
    expect(told.map((one) => one.scene.marked)).toEqual([[1], [4]]);
  });

  it("gives way to one that moves", () => {
    const { screen, told } = screenOf();
    screen.show(scene, STILL);
    vi.advanceTimersToNextTimer();
    const moved = { ...scene, fraction: 0.4 };
    screen.show(moved, MOVING);
    vi.runAllTimers();
    expect(told).toEqual([
      { scene: moved, isWhole: false },
      { scene: moved, isWhole: true },
    ]);
  });

  it("shows all of a small selection, however rough", () => {
    const selection = new Uint8Array(n);
    for (let i = 0; i < 20; i++) selection[i * 1001] = 1;
    const { screen, shown } = screenOf();
    screen.show({ ...scene, selection, territory: 0, dotSize: 5 }, PLAYING);
    const rough = shown();
    const colours = [0xda903f, 0x0ea9ff, 0x011fbd]; // blue, green, red
    for (let i = 0; i < 20; i++) {
      const { x, y } = positionOf(scene, i * 1001);
      if (x > 5 && y > 5 && x < 195 && y < 195)
        expect(colours).toContain((rough[Math.floor(y) * 200 + Math.floor(x)] ?? 0) & 0xffffff);
    }
  });

  it("of few dots is drawn at once", () => {
    const { screen, shown, told } = screenOf();
    const small = sceneOf(
      samplesOf([0, 1]),
      frameOf(
        [
          [0.2, 0.2],
          [0.8, 0.8],
        ],
        [0, 1],
        map,
      ),
      size,
    );
    screen.show(small, PLAYING);
    expect(told).toEqual([{ scene: small, isWhole: true }]);
    expect(shown()).toEqual(drawnAtOnce(small));
  });
});
