/** Frames on the GPU. Uploads are straight copies of the wire's bytes; the few most recently drawn stay. */
import type { Frame, Territory } from "../binary";
import { DOUBT_CELLS, doubtOf } from "./doubt";

export interface GpuTerritory {
  readonly resolution: number;
  readonly classes: WebGLTexture;
  readonly margin: WebGLTexture;
}

export interface GpuFrame {
  readonly xy: WebGLBuffer;
  readonly prediction: WebGLBuffer | null;
  /** gl.UNSIGNED_BYTE or gl.UNSIGNED_SHORT. */
  readonly predictionType: number;
  readonly confidence: WebGLBuffer | null;
  readonly territory: GpuTerritory | null;
  /** Doubt in its territory, to be interpolated. */
  readonly doubt: WebGLTexture | null;
}

const KEPT = 24; // enough to scrub back and forth without uploads, 18 MB at 100,000 samples

export class GpuFrames {
  readonly #gl: WebGL2RenderingContext;
  readonly #kept = new Map<Frame, GpuFrame>();

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
  }

  get(frame: Frame): GpuFrame {
    const known = this.#kept.get(frame);
    const gpuFrame = known ?? this.#upload(frame);
    this.#kept.delete(frame);
    this.#kept.set(frame, gpuFrame);
    if (this.#kept.size > KEPT) this.#dropOldest();
    return gpuFrame;
  }

  destroy(): void {
    for (const frame of [...this.#kept.keys()]) this.#drop(frame);
  }

  #dropOldest(): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#drop(oldest);
  }

  #drop(frame: Frame): void {
    const gpuFrame = this.#kept.get(frame);
    this.#kept.delete(frame);
    if (gpuFrame === undefined) return;
    for (const buffer of [gpuFrame.xy, gpuFrame.prediction, gpuFrame.confidence]) this.#gl.deleteBuffer(buffer);
    this.#gl.deleteTexture(gpuFrame.territory?.classes ?? null);
    this.#gl.deleteTexture(gpuFrame.territory?.margin ?? null);
    this.#gl.deleteTexture(gpuFrame.doubt);
  }

  #upload(frame: Frame): GpuFrame {
    const gl = this.#gl;
    return {
      xy: this.#buffer(frame.xy),
      prediction: frame.prediction === null ? null : this.#buffer(frame.prediction),
      predictionType: frame.prediction instanceof Uint16Array ? gl.UNSIGNED_SHORT : gl.UNSIGNED_BYTE,
      confidence: frame.confidence === null ? null : this.#buffer(frame.confidence),
      territory: frame.territory === null ? null : this.territory(frame.territory),
      doubt: frame.territory === null ? null : this.#doubt(frame),
    };
  }

  #buffer(values: Uint8Array | Uint16Array): WebGLBuffer {
    const gl = this.#gl;
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    return buffer;
  }

  /** A territory without a frame; whoever asks deletes it. */
  territory({ resolution, classes, margin }: Territory): GpuTerritory {
    return { resolution, classes: this.#texture(resolution, classes), margin: this.#texture(resolution, margin) };
  }

  #doubt(frame: Frame): WebGLTexture {
    const gl = this.#gl;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, DOUBT_CELLS, DOUBT_CELLS, 0, gl.RED, gl.UNSIGNED_BYTE, doubtOf(frame));
    nearest(gl);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    return texture;
  }

  #texture(resolution: number, values: Uint8Array | Uint16Array): WebGLTexture {
    const gl = this.#gl;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    const wide = values instanceof Uint16Array;
    gl.texImage2D(
      gl.TEXTURE_2D,
      0,
      wide ? gl.R16UI : gl.R8UI,
      resolution,
      resolution,
      0,
      gl.RED_INTEGER,
      wide ? gl.UNSIGNED_SHORT : gl.UNSIGNED_BYTE,
      values,
    );
    nearest(gl);
    return texture;
  }
}

/** Integer textures cannot be filtered, and palettes must not be. */
export function nearest(gl: WebGL2RenderingContext): void {
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
}
