import { describe, expect, it } from "vitest";
import { decodeColumn, decodeFrame, decodeSamples } from "../src/binary";
import { frameBuffer } from "./bytes";

const odd = { n: 3, grid: 3, classBytes: 1, predicted: true } as const;

describe("decodeFrame", () => {
  it("reads each row from the next multiple of four", () => {
    const buffer = frameBuffer(odd);
    const frame = decodeFrame(buffer);
    const bytes = new Uint8Array(buffer);
    // 16 header, 12 positions, 3 predictions padded to 4, 3 confidences padded to 4, 9 classes padded to 12, 9 margins.
    expect(frame.xy.byteOffset).toBe(16);
    expect([...(frame.prediction ?? [])]).toEqual([...bytes.slice(28, 31)]);
    expect([...(frame.confidence ?? [])]).toEqual([...bytes.slice(32, 35)]);
    expect([...(frame.territory?.classes ?? [])]).toEqual([...bytes.slice(36, 45)]);
    expect([...(frame.territory?.margin ?? [])]).toEqual([...bytes.slice(48, 57)]);
  });

  it("reads two bytes per class beyond 256 classes", () => {
    const frame = decodeFrame(frameBuffer({ ...odd, classBytes: 2 }));
    expect(frame.prediction).toBeInstanceOf(Uint16Array);
    expect(frame.territory?.classes).toHaveLength(9);
  });

  it("has neither predictions nor territory where the header says so", () => {
    const frame = decodeFrame(frameBuffer({ n: 5, grid: 0, classBytes: 1, predicted: false }));
    expect(frame.prediction).toBeNull();
    expect(frame.confidence).toBeNull();
    expect(frame.territory).toBeNull();
    expect(frame.xy).toHaveLength(10);
  });

  it("accepts a last row without its padding", () => {
    expect(decodeFrame(frameBuffer(odd).slice(0, 57)).territory?.margin).toHaveLength(9);
  });

  it.each([
    ["cut short", (buffer: ArrayBuffer) => buffer.slice(0, 56)],
    ["too long", (buffer: ArrayBuffer) => new Uint8Array([...new Uint8Array(buffer), 0]).buffer],
    ["empty", () => new ArrayBuffer(0)],
    ["of another kind", (buffer: ArrayBuffer) => new Uint8Array([88, ...new Uint8Array(buffer).slice(1)]).buffer],
  ])("refuses bytes that are %s", (_, damage) => {
    expect(() => decodeFrame(damage(frameBuffer(odd)))).toThrow(/expected/);
  });

  it("refuses three bytes per class", () => {
    const buffer = frameBuffer(odd);
    new DataView(buffer).setUint8(10, 3);
    expect(() => decodeFrame(buffer)).toThrow(/1 or 2 bytes per class/);
  });
});

describe("decodeSamples", () => {
  const bytes = (): ArrayBuffer => {
    const buffer = new ArrayBuffer(8 + 9 * 2);
    const view = new DataView(buffer);
    [..."TTS1"].forEach((letter, index) => view.setUint8(index, letter.charCodeAt(0)));
    view.setUint32(4, 2, true);
    view.setInt32(8, -1, true);
    view.setInt32(12, 7, true);
    view.setInt32(16, 40, true);
    view.setInt32(20, 41, true);
    view.setUint8(25, 1);
    return buffer;
  };

  it("reads labels, ids and splits", () => {
    const samples = decodeSamples(bytes());
    expect([...samples.label]).toEqual([-1, 7]);
    expect([...samples.id]).toEqual([40, 41]);
    expect([...samples.split]).toEqual([0, 1]);
  });

  it("refuses a length that does not fit the count", () => {
    expect(() => decodeSamples(bytes().slice(0, 25))).toThrow("expected 26 bytes for 2 samples, got 25");
  });
});

describe("decodeColumn", () => {
  const bytes = (): ArrayBuffer => {
    const buffer = new ArrayBuffer(18);
    const view = new DataView(buffer);
    [..."TTV1"].forEach((letter, index) => view.setUint8(index, letter.charCodeAt(0)));
    view.setUint32(4, 2, true);
    view.setFloat32(12, 8, true);
    view.setUint8(16, 127);
    view.setUint8(17, 255);
    return buffer;
  };

  it("reads a byte per sample and the ends of their scale", () => {
    const { values, low, high } = decodeColumn(bytes());
    expect([[...values], low, high]).toEqual([[127, 255], 0, 8]);
  });

  it("refuses a length that does not fit the count", () => {
    expect(() => decodeColumn(bytes().slice(0, 17))).toThrow("expected 18 bytes for 2 samples, got 17");
  });
});
