/** The binary answers of http_api.md. Typed arrays are views on the answer (no copies), which relies on little-endian hosts: all that browsers run on. */
import { WireError } from "./decode";

/** One step of a film. */
export interface Frame {
  readonly nSamples: number;
  /** x, y interleaved, 0..65535 over the film's extent. */
  readonly xy: Uint16Array;
  /** Predicted class per sample, or null when no predictions were logged. */
  readonly prediction: Uint8Array | Uint16Array | null;
  /** Top-1 probability · 255 per sample, or null with `prediction`. */
  readonly confidence: Uint8Array | null;
  readonly territory: Territory | null;
}

/** Rows from y_min up, cells from x_min on. */
export interface Territory {
  readonly resolution: number;
  readonly classes: Uint8Array | Uint16Array;
  /** (top 1 − top 2 probability) · 255. */
  readonly margin: Uint8Array;
}

/** A value per sample at a step. */
export interface Column {
  /** 0..254 from `low` to `high`; 255 where there is none. */
  readonly values: Uint8Array;
  readonly low: number;
  readonly high: number;
}

/** What never changes about the samples, in their order. */
export interface Samples {
  readonly n: number;
  /** Class index, −1 = no label. */
  readonly label: Int32Array;
  /** Index in the user's dataset. */
  readonly id: Int32Array;
  /** Index into the probe's splits. */
  readonly split: Uint8Array;
}

const HEADER_BYTES = 16;
const HAS_PREDICTIONS = 1;

function requireMagic(buffer: ArrayBuffer, magic: string, minimum: number): DataView {
  if (buffer.byteLength < minimum) throw new WireError(`${magic}: expected at least ${minimum} bytes, got ${buffer.byteLength}`);
  const view = new DataView(buffer);
  const found = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  if (found !== magic) throw new WireError(`expected the mark ${magic}, got ${JSON.stringify(found)}`);
  return view;
}

const align = (offset: number): number => (offset + 3) & ~3;

export function decodeFrame(buffer: ArrayBuffer): Frame {
  const header = requireMagic(buffer, "TTF1", HEADER_BYTES);
  const n = header.getUint32(4, true);
  const g = header.getUint16(8, true);
  const classBytes = header.getUint8(10);
  const predicted = (header.getUint8(11) & HAS_PREDICTIONS) !== 0;
  if (classBytes !== 1 && classBytes !== 2) throw new WireError(`frame: expected 1 or 2 bytes per class, got ${classBytes}`);

  const lengths = [4 * n, predicted ? classBytes * n : 0, predicted ? n : 0, classBytes * g * g, g * g];
  const offsets: number[] = [];
  let end = HEADER_BYTES;
  for (const length of lengths) {
    offsets.push(align(end));
    end = align(end) + length;
  }
  if (buffer.byteLength !== end && buffer.byteLength !== align(end)) {
    throw new WireError(`frame: expected ${end} bytes for ${n} samples and a grid of ${g}, got ${buffer.byteLength}`);
  }
  const [positions = 0, predictions = 0, confidences = 0, classes = 0, margins = 0] = offsets;
  const classArray = (offset: number, length: number): Uint8Array | Uint16Array =>
    classBytes === 1 ? new Uint8Array(buffer, offset, length) : new Uint16Array(buffer, offset, length);
  return {
    nSamples: n,
    xy: new Uint16Array(buffer, positions, 2 * n),
    prediction: predicted ? classArray(predictions, n) : null,
    confidence: predicted ? new Uint8Array(buffer, confidences, n) : null,
    territory:
      g === 0 ? null : { resolution: g, classes: classArray(classes, g * g), margin: new Uint8Array(buffer, margins, g * g) },
  };
}

export function frameBytes(frame: Frame): number {
  return frame.xy.buffer.byteLength;
}

export function decodeSamples(buffer: ArrayBuffer): Samples {
  const n = requireMagic(buffer, "TTS1", 8).getUint32(4, true);
  if (buffer.byteLength !== 8 + 9 * n) {
    throw new WireError(`samples: expected ${8 + 9 * n} bytes for ${n} samples, got ${buffer.byteLength}`);
  }
  return {
    n,
    label: new Int32Array(buffer, 8, n),
    id: new Int32Array(buffer, 8 + 4 * n, n),
    split: new Uint8Array(buffer, 8 + 8 * n, n),
  };
}

export function decodeColumn(buffer: ArrayBuffer): Column {
  const header = requireMagic(buffer, "TTV1", 16);
  const n = header.getUint32(4, true);
  if (buffer.byteLength !== 16 + n)
    throw new WireError(`values: expected ${16 + n} bytes for ${n} samples, got ${buffer.byteLength}`);
  return { values: new Uint8Array(buffer, 16, n), low: header.getFloat32(8, true), high: header.getFloat32(12, true) };
}
