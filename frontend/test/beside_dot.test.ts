import { describe, expect, it } from "vitest";
import { apartFromDot, besideDot } from "../src/beside_dot";

const BOX = { width: 244, height: 200 };

function covers(x: number, y: number, stage: { width: number; height: number }): boolean {
  const { left, top } = besideDot(x, y, BOX, stage);
  return x >= left && x <= left + BOX.width && y >= top && y <= top + BOX.height;
}

describe("the box beside a dot", () => {
  it("stands to the right of it, and to the left at the right edge", () => {
    expect(besideDot(100, 300, BOX, { width: 800, height: 600 })).toEqual({ left: 114, top: 200 });
    expect(besideDot(790, 300, BOX, { width: 800, height: 600 })).toEqual({ left: 532, top: 200 });
  });

  it("never covers it, in the middle of a narrow stage neither", () => {
    const stage = { width: 390, height: 674 };
    for (let x = 0; x <= stage.width; x += 15) {
      for (let y = 0; y <= stage.height; y += 15) expect([x, y, covers(x, y, stage)]).toEqual([x, y, false]);
    }
  });

  it("stays inside the stage", () => {
    const { left, top } = besideDot(5, 599, BOX, { width: 800, height: 600 });
    expect([left, top]).toEqual([19, 396]);
  });
});

describe("the box of a dot that lines and a trail are drawn around", () => {
  const stage = { width: 800, height: 600 };

  it("rests in the lower right corner wherever the dot goes, and in the left one only while the dot lies there", () => {
    expect(apartFromDot(100, 100, BOX, stage)).toEqual(apartFromDot(400, 300, BOX, stage));
    expect(apartFromDot(400, 300, BOX, stage)).toEqual({ left: 544, top: 388 });
    expect(apartFromDot(600, 500, BOX, stage)).toEqual({ left: 12, top: 388 });
  });

  it("leaves room around the dot", () => {
    for (let x = 0; x <= stage.width; x += 20) {
      for (let y = 0; y <= stage.height; y += 20) {
        const { left, top } = apartFromDot(x, y, BOX, stage);
        const apart = Math.max(left - x, x - left - BOX.width, top - y, y - top - BOX.height);
        expect([x, y, apart > 30]).toEqual([x, y, true]);
      }
    }
  });

  it("stays inside a stage that is hardly larger", () => {
    expect(apartFromDot(10, 10, BOX, { width: 250, height: 210 })).toEqual({ left: 4, top: 4 });
  });
});
