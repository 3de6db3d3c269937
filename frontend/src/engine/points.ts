/** The dots: one draw call, all samples. */
import type { Samples } from "../binary";
import type { GpuFrame } from "./gpu_frames";
import { link, type Program } from "./program";
import { MODE_INDEX, NO_VALUE, RING_WIDTH, type Scene, shapedByClass } from "./scene";
import { POINT_FRAGMENT, POINT_VERTEX } from "./shaders";

const [A, B, LABEL, SPLIT, PREDICTION, CONFIDENCE, SELECTED] = [0, 1, 2, 3, 4, 5, 6] as const;
const [VALUE, TRUST] = [8, 9] as const;
const NO_LABEL = 65535;
const [ALL, DIM, CHOSEN] = [0, 1, 2] as const; // parts, as the vertex shader calls them

export class PointPass {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: Program;
  readonly #labels: WebGLBuffer;
  readonly #splits: WebGLBuffer;
  readonly #selected: WebGLBuffer;
  readonly #values: Bytes;
  readonly #trust: Bytes;
  #samples: Samples | null = null;
  #selection: Uint8Array | null = null;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#program = link(gl, POINT_VERTEX, POINT_FRAGMENT);
    this.#labels = gl.createBuffer();
    this.#splits = gl.createBuffer();
    this.#selected = gl.createBuffer();
    this.#values = new Bytes(gl);
    this.#trust = new Bytes(gl);
  }

  /** The palette's texture is bound to unit 0. */
  draw(scene: Scene, a: GpuFrame, b: GpuFrame, clip: readonly [number, number, number, number]): void {
    const gl = this.#gl;
    const { uniform, handle } = this.#program;
    if (this.#samples !== scene.samples) this.#upload(scene.samples);
    gl.useProgram(handle);
    this.#bind(a, b, scene.fraction < 0.5 ? a : b);
    if (this.#values.bind(scene.values)) this.#integer(VALUE, this.#values.buffer, gl.UNSIGNED_BYTE);
    else {
      gl.disableVertexAttribArray(VALUE);
      gl.vertexAttribI4ui(VALUE, NO_VALUE, 0, 0, 0);
    }
    if (this.#trust.bind(scene.trust?.values ?? null)) {
      gl.enableVertexAttribArray(TRUST);
      gl.vertexAttribPointer(TRUST, 1, gl.UNSIGNED_BYTE, true, 0, 0);
    } else gl.disableVertexAttribArray(TRUST);
    gl.uniform1i(uniform("trustMark"), scene.trust === null ? 0 : scene.trust.mark === "fade" ? 1 : 2);
    gl.uniform1i(uniform("byClass"), shapedByClass(scene.mode, scene.nClasses) ? 1 : 0);
    gl.uniform1i(uniform("wrongMarked"), scene.wrongMarked ? 1 : 0);
    gl.uniform1i(uniform("palette"), 0);
    gl.uniform1f(uniform("fraction"), scene.fraction);
    gl.uniform4f(uniform("projection"), ...clip);
    gl.uniform1f(uniform("dotSize"), scene.dotSize);
    gl.uniform1i(uniform("mode"), MODE_INDEX[scene.mode]);
    gl.uniform1i(uniform("predicted"), (scene.fraction < 0.5 ? a : b).prediction === null ? 0 : 1);
    gl.uniform1ui(uniform("splitMask"), scene.splitMask >>> 0);
    gl.uniform1ui(uniform("nClasses"), scene.nClasses);
    gl.uniform3f(uniform("ink"), ...unit(scene.ink));
    gl.uniform3f(uniform("ring"), ...unit(scene.ring));
    gl.uniform3f(uniform("background"), ...unit(scene.background));
    gl.uniform1f(uniform("line"), scene.ratio);
    gl.uniform1f(uniform("growth"), 0);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.#useSelection(scene.selection);
    for (const part of scene.selection === null ? [ALL] : [DIM, CHOSEN]) {
      gl.uniform1i(uniform("part"), part);
      gl.drawArrays(gl.POINTS, 0, scene.samples.n);
    }
    gl.uniform1i(uniform("part"), ALL);
    gl.uniform1f(uniform("growth"), RING_WIDTH * scene.ratio);
    for (const sample of scene.marked) gl.drawArrays(gl.POINTS, sample, 1);
    gl.disable(gl.BLEND);
  }

  destroy(): void {
    this.#gl.deleteBuffer(this.#labels);
    this.#gl.deleteBuffer(this.#splits);
    this.#gl.deleteBuffer(this.#selected);
    this.#values.destroy();
    this.#trust.destroy();
    this.#gl.deleteProgram(this.#program.handle);
  }

  #upload(samples: Samples): void {
    const gl = this.#gl;
    const labels = Uint16Array.from(samples.label, (label) => (label < 0 ? NO_LABEL : label));
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#labels);
    gl.bufferData(gl.ARRAY_BUFFER, labels, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#splits);
    gl.bufferData(gl.ARRAY_BUFFER, samples.split, gl.STATIC_DRAW);
    this.#samples = samples;
  }

  #useSelection(selection: Uint8Array | null): void {
    const gl = this.#gl;
    if (selection === null) {
      gl.disableVertexAttribArray(SELECTED);
      gl.vertexAttribI4ui(SELECTED, 0, 0, 0, 0);
      return;
    }
    this.#integer(SELECTED, this.#selected, gl.UNSIGNED_BYTE);
    if (selection !== this.#selection) gl.bufferData(gl.ARRAY_BUFFER, selection, gl.DYNAMIC_DRAW);
    this.#selection = selection;
  }

  #bind(a: GpuFrame, b: GpuFrame, shown: GpuFrame): void {
    const gl = this.#gl;
    this.#position(A, a.xy);
    this.#position(B, b.xy);
    this.#integer(LABEL, this.#labels, gl.UNSIGNED_SHORT);
    this.#integer(SPLIT, this.#splits, gl.UNSIGNED_BYTE);
    if (shown.prediction === null) {
      gl.disableVertexAttribArray(PREDICTION);
      gl.vertexAttribI4ui(PREDICTION, NO_LABEL, 0, 0, 0);
    } else this.#integer(PREDICTION, shown.prediction, shown.predictionType);
    if (shown.confidence === null) gl.disableVertexAttribArray(CONFIDENCE);
    else {
      gl.bindBuffer(gl.ARRAY_BUFFER, shown.confidence);
      gl.enableVertexAttribArray(CONFIDENCE);
      gl.vertexAttribPointer(CONFIDENCE, 1, gl.UNSIGNED_BYTE, true, 0, 0);
    }
  }

  #position(location: number, buffer: WebGLBuffer): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, 2, gl.UNSIGNED_SHORT, true, 4, 0);
  }

  #integer(location: number, buffer: WebGLBuffer, type: number): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribIPointer(location, 1, type, 0, 0);
  }
}

/** A byte per sample on the GPU, uploaded when another array is shown. */
class Bytes {
  readonly buffer: WebGLBuffer;
  #shown: Uint8Array | null = null;

  constructor(readonly gl: WebGL2RenderingContext) {
    this.buffer = gl.createBuffer();
  }

  /** Whether there is something to read; it is bound then. */
  bind(values: Uint8Array | null): boolean {
    if (values === null) return false;
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffer);
    if (values !== this.#shown) this.gl.bufferData(this.gl.ARRAY_BUFFER, values, this.gl.DYNAMIC_DRAW);
    this.#shown = values;
    return true;
  }

  destroy(): void {
    this.gl.deleteBuffer(this.buffer);
  }
}

export const unit = ([red, green, blue]: readonly [number, number, number]): [number, number, number] => [
  red / 255,
  green / 255,
  blue / 255,
];
