/** The decision regions: a small pass at grid resolution (the race), then one to the screen. */
import { HATCH_PERIOD } from "./doubt";
import type { GpuFrame, GpuTerritory } from "./gpu_frames";
import { nearest } from "./gpu_frames";
import { unit } from "./points";
import { link, type Program } from "./program";
import { isClassMode, type Scene } from "./scene";
import { COVER_VERTEX, RACE_FRAGMENT, TERRITORY_FRAGMENT } from "./shaders";

const WHOLE_TARGET = [2, 2, -1, -1] as const;

export class TerritoryPass {
  readonly #gl: WebGL2RenderingContext;
  readonly #race: Program;
  readonly #paint: Program;
  readonly #target: WebGLFramebuffer;
  #cells: WebGLTexture | null = null;
  #resolution = 0;
  #raced: readonly [GpuTerritory, GpuTerritory, number] | null = null;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#race = link(gl, COVER_VERTEX, RACE_FRAGMENT);
    this.#paint = link(gl, COVER_VERTEX, TERRITORY_FRAGMENT);
    this.#target = gl.createFramebuffer();
  }

  draw(scene: Scene, a: GpuFrame, b: GpuFrame, clip: readonly [number, number, number, number]): void {
    const from = a.territory ?? b.territory;
    const to = b.territory ?? from;
    if (from === null || to === null || scene.territory <= 0) return;
    if (from.resolution !== to.resolution) return;
    this.#runRace(from, to, scene.fraction);
    this.#runPaint(scene, [a.doubt ?? b.doubt, b.doubt ?? a.doubt], clip);
  }

  destroy(): void {
    const gl = this.#gl;
    gl.deleteTexture(this.#cells);
    gl.deleteFramebuffer(this.#target);
    gl.deleteProgram(this.#race.handle);
    gl.deleteProgram(this.#paint.handle);
  }

  #runRace(from: GpuTerritory, to: GpuTerritory, fraction: number): void {
    const done = this.#raced;
    if (done !== null && done[0] === from && done[1] === to && done[2] === fraction) return;
    const gl = this.#gl;
    const { uniform, handle } = this.#race;
    this.#allocate(from.resolution);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#target);
    gl.viewport(0, 0, from.resolution, from.resolution);
    gl.useProgram(handle);
    [from.classes, from.margin, to.classes, to.margin].forEach((texture, index) => {
      gl.activeTexture(gl.TEXTURE1 + index);
      gl.bindTexture(gl.TEXTURE_2D, texture);
    });
    ["classA", "marginA", "classB", "marginB"].forEach((name, index) => gl.uniform1i(uniform(name), index + 1));
    gl.uniform1f(uniform("fraction"), fraction);
    gl.uniform4f(uniform("projection"), ...WHOLE_TARGET);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    this.#raced = [from, to, fraction];
  }

  #runPaint(
    scene: Scene,
    doubts: readonly [WebGLTexture | null, WebGLTexture | null],
    clip: readonly [number, number, number, number],
  ): void {
    const gl = this.#gl;
    const { uniform, handle } = this.#paint;
    gl.viewport(0, 0, scene.width, scene.height);
    gl.useProgram(handle);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.#cells);
    doubts.forEach((texture, index) => {
      gl.activeTexture(gl.TEXTURE2 + index);
      gl.bindTexture(gl.TEXTURE_2D, texture);
    });
    gl.activeTexture(gl.TEXTURE0);
    gl.uniform1i(uniform("palette"), 0);
    gl.uniform1i(uniform("cells"), 1);
    gl.uniform1i(uniform("doubtA"), 2);
    gl.uniform1i(uniform("doubtB"), 3);
    gl.uniform1i(uniform("doubted"), scene.doubt ? 1 : 0);
    gl.uniform1i(uniform("contour"), scene.contour ? 1 : 0);
    gl.uniform1f(uniform("fraction"), scene.fraction);
    gl.uniform1f(uniform("ratio"), scene.ratio);
    // Lines keep their distance at any zoom and move with the picture.
    const period = HATCH_PERIOD * scene.ratio;
    gl.uniform1f(uniform("period"), period);
    gl.uniform1f(uniform("origin"), (scene.projection.offsetX + scene.height - scene.projection.offsetY) % period);
    gl.uniform3f(uniform("line"), ...unit(scene.ring));
    gl.uniform1f(uniform("strength"), scene.territory);
    gl.uniform1i(uniform("neutral"), isClassMode(scene.mode) ? 0 : 1);
    gl.uniform3f(uniform("background"), ...unit(scene.background));
    gl.uniform3f(uniform("ink"), ...unit(scene.ink));
    gl.uniform4f(uniform("projection"), ...clip);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  #allocate(resolution: number): void {
    if (this.#resolution === resolution) return;
    const gl = this.#gl;
    gl.deleteTexture(this.#cells);
    this.#cells = gl.createTexture();
    this.#resolution = resolution;
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.#cells);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8UI, resolution, resolution, 0, gl.RGBA_INTEGER, gl.UNSIGNED_BYTE, null);
    nearest(gl);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.#cells, 0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }
}
