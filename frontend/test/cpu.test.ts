import { describe, expect, it } from "vitest";
import { paintDots } from "../src/engine/cpu_dots";
import { paintTerritory } from "../src/engine/cpu_territory";
import { pick, positionOf } from "../src/engine/pick";
import { race } from "../src/engine/race";
import { CORE_SHARE, RIM, type Scene, WRONG_GROWTH } from "../src/engine/scene";
import { classPalette, valuePalette } from "../src/palette";
import { frameOf, samplesOf, sceneOf } from "./bytes";

const WHITE = 0xffffffff;
const hex = (pixel: number | undefined): string => {
  const value = pixel ?? 0;
  return `#${[value & 255, (value >> 8) & 255, (value >> 16) & 255].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
};

function painted(scene: Scene): { at(x: number, y: number): string; ink: number; pixels: Uint32Array } {
  const pixels = new Uint32Array(scene.width * scene.height).fill(WHITE);
  paintDots(scene, pixels);
  return { pixels, at: (x, y) => hex(pixels[y * scene.width + x]), ink: pixels.filter((pixel) => pixel !== WHITE).length };
}

describe("dots without WebGL", () => {
  it("are discs of their class colour, about as large as asked, y up", () => {
    const { at, ink } = painted(sceneOf(samplesOf([0]), frameOf([[0.25, 0.75]], [0])));
    expect(at(16, 16)).toBe("#3f90da");
    expect(ink).toBeGreaterThan(Math.PI * 3.5 ** 2 * 0.9);
    expect(ink).toBeLessThan(Math.PI * 4.5 ** 2 * 1.1);
  });

  it("stand between two steps where the fraction says", () => {
    const scene = sceneOf(samplesOf([1]), frameOf([[0.25, 0.5]], [1]), { b: frameOf([[0.75, 0.5]], [1]), fraction: 0.5 });
    expect(painted(scene).at(32, 32)).toBe("#ffa90e");
    expect(painted(scene).at(16, 32)).toBe("#ffffff");
  });

  it("of wrong samples carry the prediction's colour inside the label's", () => {
    const { at } = painted(sceneOf(samplesOf([0]), frameOf([[0.5, 0.5]], [2]), { dotSize: 9 }));
    expect(at(32, 32)).toBe("#bd1f01");
    expect(at(35, 32)).toBe("#3f90da");
  });

  it("are as round as the shader's where they are few pixels across", () => {
    const step = (from: number, to: number, at: number): number => {
      const t = Math.min(1, Math.max(0, (at - from) / (to - from)));
      return t * t * (3 - 2 * t);
    };
    const [blue, red, ink] = [
      [63, 144, 218],
      [189, 31, 1],
      [0, 0, 0],
    ] as const;
    for (const [prediction, growth] of [
      [0, 1],
      [2, WRONG_GROWTH],
    ] as const)
      for (const dotSize of [4, 5.5, 7]) {
        const { pixels } = painted(sceneOf(samplesOf([0]), frameOf([[0.505, 0.495]], [prediction]), { dotSize, ink: [0, 0, 0] }));
        const radius = (dotSize * growth) / 2;
        for (let y = -6; y <= 6; y++)
          for (let x = -6; x <= 6; x++) {
            const d = Math.hypot(x, y);
            const rim = RIM * step(3, 6, 2 * radius) * step(radius - 1.5, radius - 0.5, d);
            const core = prediction === 0 ? 0 : 1 - step(radius * CORE_SHARE - 0.5, radius * CORE_SHARE + 0.5, d);
            const cover = Math.min(1, Math.max(0, radius - d + 0.5));
            for (const channel of [0, 1, 2] as const) {
              const ring = blue[channel] + (ink[channel] - blue[channel]) * rim;
              const due = 255 + (ring + (red[channel] - ring) * core - 255) * cover;
              const got = ((pixels[(32 + y) * 64 + 32 + x] ?? 0) >> (8 * channel)) & 255;
              expect(Math.abs(got - due), `${dotSize} at ${x}, ${y}`).toBeLessThan(30);
            }
          }
      }
  });

  it("of hidden classes and splits leave no ink", () => {
    const samples = samplesOf([0, 1], [0, 1]);
    const frame = frameOf(
      [
        [0.25, 0.5],
        [0.75, 0.5],
      ],
      [0, 1],
    );
    expect(painted(sceneOf(samples, frame, { palette: classPalette(3, new Set([0])) })).at(16, 32)).toBe("#ffffff");
    expect(painted(sceneOf(samples, frame, { splitMask: ~2 })).at(48, 32)).toBe("#ffffff");
    expect(painted(sceneOf(samples, frame, { splitMask: 0 })).ink).toBe(0);
  });

  it("of another split have another shape", () => {
    const shape = (split: number): string =>
      painted(sceneOf(samplesOf([0], [split]), frameOf([[0.5, 0.5]], [0]), { dotSize: 12 })).pixels.join();
    expect(new Set([shape(0), shape(1), shape(2)]).size).toBe(3);
  });

  it("of more than twenty classes have one of five shapes beside one of twenty colours", () => {
    const n = 101;
    const dot = (kind: number): { shape: string; colour: string; ink: number } => {
      const scene = sceneOf(samplesOf([kind]), frameOf([[0.5, 0.5]], [kind]), {
        nClasses: n,
        palette: classPalette(n, new Set()),
        dotSize: 14,
      });
      const { pixels, at, ink } = painted(scene);
      return { shape: pixels.map((pixel) => (pixel === WHITE ? 0 : 1)).join(""), colour: at(32, 32), ink };
    };
    const kinds = [3, 23, 43, 63, 83].map(dot);
    expect(new Set(kinds.map(({ shape }) => shape)).size).toBe(5);
    expect(new Set(kinds.map(({ colour }) => colour)).size).toBe(1);
    for (const { ink } of kinds) expect(Math.abs(ink - Math.PI * 49)).toBeLessThan(60); // about as large to the eye
    expect(dot(4).shape).toBe(kinds[0]?.shape);
    expect(dot(4).colour).not.toBe(kinds[0]?.colour);
  });

  it("of wrong samples look like all others where that mark is off", () => {
    const ink = (prediction: number, wrongMarked: boolean): string =>
      painted(sceneOf(samplesOf([0]), frameOf([[0.505, 0.495]], [prediction]), { dotSize: 9, wrongMarked })).pixels.join();
    expect(ink(2, false)).toBe(ink(0, false));
    expect(ink(2, true)).not.toBe(ink(2, false));
  });

  const trusted = (mark: "fade" | "ring", byte: number): Scene =>
    sceneOf(samplesOf([0]), frameOf([[0.5, 0.5]], [0]), { dotSize: 12, trust: { mark, values: Uint8Array.of(byte) } });

  it("fade as their fidelity falls, and not where it is not known", () => {
    expect([254, 255].map((byte) => painted(trusted("fade", byte)).at(32, 32))).toEqual(["#3f90da", "#3f90da"]);
    expect(painted(trusted("fade", 127)).at(32, 32)).toBe("#93c0ea");
    expect(painted(trusted("fade", 0)).at(32, 32)).toBe("#e7f1fa");
  });

  it("get a ring that is the wider the less faithful they are", () => {
    const ring = (byte: number): number =>
      painted(trusted("ring", byte)).pixels.filter((pixel) => hex(pixel) === "#010203").length;
    expect(ring(254)).toBe(0);
    expect(ring(255)).toBe(0);
    expect(ring(100)).toBeGreaterThan(10);
    expect(ring(0)).toBeGreaterThan(ring(100) + 10);
  });

  it("are coloured by the byte of their value, and grey without one", () => {
    const colour = (byte: number): string =>
      painted(
        sceneOf(samplesOf([0]), frameOf([[0.5, 0.5]], [0]), {
          mode: "flips",
          palette: valuePalette(),
          values: Uint8Array.of(byte),
        }),
      ).at(32, 32);
    expect([0, 254, 255].map(colour)).toEqual(["#440154", "#fde725", "#9e9e9e"]);
  });

  it("that are marked get a ring", () => {
    const plain = sceneOf(samplesOf([0]), frameOf([[0.5, 0.5]], [0]));
    const { pixels } = painted({ ...plain, marked: [0] });
    expect([...pixels].some((pixel) => hex(pixel) === "#010203")).toBe(true);
    expect([...painted(plain).pixels].some((pixel) => hex(pixel) === "#010203")).toBe(false);
  });

  it("beside a selection are dimmed, and lie below it", () => {
    const place = [
      [0.5, 0.5],
      [0.5, 0.5],
      [0.25, 0.5],
    ] as const;
    const scene = sceneOf(samplesOf([0, 1, 1]), frameOf(place, [0, 1, 1]), { selection: Uint8Array.of(1, 0, 0) });
    const { at } = painted(scene);
    expect(at(32, 32)).toBe("#3f90da"); // without a selection the later dot is on top
    expect(at(16, 32)).toBe("#fff1d8");
    expect(painted({ ...scene, selection: null }).at(32, 32)).toBe("#ffa90e");
  });

  it("near the edge never wrap around to the other side", () => {
    const scene = sceneOf(
      samplesOf([0, 0]),
      frameOf(
        [
          [0, 0.5],
          [1, 1],
        ],
        [0, 0],
      ),
    );
    const { at } = painted(scene);
    for (let y = 0; y < 60; y++) expect(at(50, y)).toBe("#ffffff");
  });
});

describe("territory without WebGL", () => {
  const scene = sceneOf(samplesOf([]), frameOf([], null, ["0011", "0011", "2222", "2222"]));
  const cells = scene.a.territory === null ? null : race(scene.a.territory, scene.a.territory, 0);

  it("lies with its first row at the bottom, in the class colour over the background", () => {
    const pixels = new Uint32Array(64 * 64).fill(WHITE);
    if (cells !== null) paintTerritory(cells, scene, pixels);
    expect(hex(pixels[8 * 64 + 8])).toBe("#9fc7ec");
    expect(hex(pixels[8 * 64 + 56])).toBe("#ffd486");
    expect(hex(pixels[56 * 64 + 32])).toBe("#de8f80");
  });

  it("draws an unbroken border between owners", () => {
    const pixels = new Uint32Array(64 * 64).fill(WHITE);
    if (cells !== null) paintTerritory(cells, scene, pixels);
    const ground = new Set(["#9fc7ec", "#ffd486", "#de8f80"]);
    for (let x = 0; x < 64; x++) {
      const column = Array.from({ length: 64 }, (_, y) => hex(pixels[y * 64 + x]));
      expect(column.slice(28, 37).some((colour) => !ground.has(colour))).toBe(true);
    }
  });

  it("goes without borders where they are switched off", () => {
    const pixels = new Uint32Array(64 * 64).fill(WHITE);
    if (cells !== null) paintTerritory(cells, { ...scene, contour: false }, pixels);
    // Between two classes the lead falls to nothing: pale ground of either, never the line's darker colour.
    const darkest = Math.min(...Array.from({ length: 64 }, (_, x) => ((pixels[8 * 64 + x] ?? 0) >> 8) & 255));
    const withLines = new Uint32Array(64 * 64).fill(WHITE);
    if (cells !== null) paintTerritory(cells, scene, withLines);
    expect(Math.min(...Array.from({ length: 64 }, (_, x) => ((withLines[8 * 64 + x] ?? 0) >> 8) & 255))).toBeLessThan(darkest);
    expect(darkest).toBe(0xc7);
  });

  it("leaves what lies outside the extent alone", () => {
    const pixels = new Uint32Array(64 * 64).fill(WHITE);
    const small = { ...scene, projection: { scaleX: 32, scaleY: -32, offsetX: 16, offsetY: 48 } };
    if (cells !== null) paintTerritory(cells, small, pixels);
    expect(hex(pixels[32 * 64 + 8])).toBe("#ffffff");
    expect(hex(pixels[32 * 64 + 20])).not.toBe("#ffffff");
  });
});

describe("pick", () => {
  const scene = sceneOf(
    samplesOf([0, 1, 0]),
    frameOf(
      [
        [0.25, 0.5],
        [0.3, 0.5],
        [0.9, 0.9],
      ],
      [0, 1, 0],
    ),
  );

  it("finds the nearest visible dot within the radius", () => {
    expect(pick(scene, 17, 32, 5)).toBe(0);
    expect(pick(scene, 19, 32, 5)).toBe(1);
    expect(pick(scene, 40, 40, 5)).toBeNull();
  });

  it("never finds a hidden one", () => {
    expect(pick({ ...scene, palette: classPalette(3, new Set([1])) }, 19, 32, 5)).toBe(0);
  });

  it("finds a dot where it stands between two steps", () => {
    const moving = {
      ...scene,
      b: frameOf(
        [
          [0.75, 0.5],
          [0.3, 0.5],
          [0.9, 0.9],
        ],
        [0, 1, 0],
      ),
      fraction: 0.5,
    };
    expect(positionOf(moving, 0)).toEqual({ x: expect.closeTo(32, 1), y: expect.closeTo(32, 1) });
    expect(pick(moving, 32, 32, 3)).toBe(0);
  });
});

describe("lines at several pixels to a CSS pixel", () => {
  const widest = (pixels: Uint32Array, width: number, row: number, colour: string): number => {
    let best = 0;
    let run = 0;
    for (let x = 0; x < width; x++) {
      run = hex(pixels[row * width + x]) === colour ? run + 1 : 0;
      best = Math.max(best, run);
    }
    return best;
  };

  it("of a dot's rim grow with it", () => {
    const rim = (ratio: number): number => {
      const side = 64 * ratio;
      const scene = sceneOf(samplesOf([0]), frameOf([[0.5, 0.5]], [0]), {
        width: side,
        height: side,
        projection: { scaleX: side, scaleY: -side, offsetX: 0, offsetY: side },
        dotSize: 12 * ratio,
        ratio,
      });
      const { pixels, at } = painted(scene);
      const colour = at(Math.round(side / 2 - 5.5 * ratio), side / 2);
      return widest(pixels, side, side / 2, colour);
    };
    expect(rim(1)).toBe(1);
    expect(rim(4)).toBeGreaterThanOrEqual(3);
    expect(rim(4)).toBeLessThanOrEqual(5);
  });

  it("between territories grow too", () => {
    const border = (ratio: number): number => {
      const side = 64 * ratio;
      const scene = sceneOf(samplesOf([]), frameOf([], null, ["01", "01"]), {
        width: side,
        height: side,
        projection: { scaleX: side, scaleY: -side, offsetX: 0, offsetY: side },
        ratio,
      });
      const [pixels, plain] = [true, false].map((contour) => {
        const drawn = new Uint32Array(side * side).fill(WHITE);
        if (scene.a.territory !== null)
          paintTerritory(race(scene.a.territory, scene.a.territory, 0), { ...scene, contour }, drawn);
        return drawn;
      });
      return [...Array(side).keys()].filter((x) => pixels?.[side * 8 + x] !== plain?.[side * 8 + x]).length;
    };
    expect([border(1), border(2), border(4)]).toEqual([1, 2, 4]);
  });
});
