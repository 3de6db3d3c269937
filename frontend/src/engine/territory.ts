/** The decision regions: a small pass at grid resolution (the race), then one to the screen. */
import type { Territory } from "../binary";
import { clipProjection } from "../camera";
import { HATCH_PERIOD } from "./doubt";
import type { GpuFrame, GpuFrames, GpuTerritory } from "./gpu_frames";
import { nearest } from "./gpu_frames";
import { unit } from "./points";
import { link, type Program } from "./program";
import { isClassMode, projectWindow, type Scene } from "./scene";
import { COVER_VERTEX, RACE_FRAGMENT, TERRITORY_FRAGMENT } from "./shaders";

const WHOLE_TARGET = [2, 2, -1, -1] as const;
const WHOLE = { left: 0, right: 1, bottom: 0, top: 1 };

/** The cells of a race, kept while it is asked for again. */
interface Raced {
  readonly cells: WebGLTexture;
  readonly resolution: number;
  of: readonly [GpuTerritory, GpuTerritory, number] | null;
}

export class TerritoryPass {
  readonly #gl: WebGL2RenderingContext;
  readonly #race: Program;
  readonly #paint: Program;
  readonly #target: WebGLFramebuffer;
  #coarse: Raced | null = null;
  #fine: Raced | null = null;
  #part: { readonly of: Territory; readonly gpu: GpuTerritory } | null = null;

  constructor(
    gl: WebGL2RenderingContext,
    readonly frames: GpuFrames,
  ) {
    this.#gl = gl;
    this.#race = link(gl, COVER_VERTEX, RACE_FRAGMENT);
    this.#paint = link(gl, COVER_VERTEX, TERRITORY_FRAGMENT);
    this.#target = gl.createFramebuffer();
  }

  draw(scene: Scene, a: GpuFrame, b: GpuFrame): void {
    const from = a.territory ?? b.territory;
    const to = b.territory ?? from;
    if (from === null || to === null || scene.territory <= 0) return;
    if (from.resolution !== to.resolution) return;
    const doubts = [a.doubt ?? b.doubt, b.doubt ?? a.doubt] as const;
    this.#coarse = this.#runRace(this.#coarse, from, to, scene.fraction);
    this.#runPaint(scene, this.#coarse.cells, doubts, WHOLE);
    if (scene.patch === null) return;
    const part = this.#partOf(scene.patch.territory);
    this.#fine = this.#runRace(this.#fine, part, part, 0);
    this.#runPaint(scene, this.#fine.cells, doubts, scene.patch.window);
  }

  destroy(): void {
    const gl = this.#gl;
    for (const raced of [this.#coarse, this.#fine]) gl.deleteTexture(raced?.cells ?? null);
    this.#dropPart();
    gl.deleteFramebuffer(this.#target);
    gl.deleteProgram(this.#race.handle);
    gl.deleteProgram(this.#paint.handle);
  }

  #partOf(territory: Territory): GpuTerritory {
    if (this.#part?.of === territory) return this.#part.gpu;
    this.#dropPart();
    this.#gl.activeTexture(this.#gl.TEXTURE1); // an upload binds, and unit 0 is the palette's
    const gpu = this.frames.territory(territory);
    this.#part = { of: territory, gpu };
    return gpu;
  }

  #dropPart(): void {
    this.#gl.deleteTexture(this.#part?.gpu.classes ?? null);
    this.#gl.deleteTexture(this.#part?.gpu.margin ?? null);
    this.#part = null;
  }

  #runRace(known: Raced | null, from: GpuTerritory, to: GpuTerritory, fraction: number): Raced {
    const done = known?.of ?? null;
    if (known !== null && done !== null && done[0] === from && done[1] === to && done[2] === fraction) return known;
    const gl = this.#gl;
    const { uniform, handle } = this.#race;
    const raced = known?.resolution === from.resolution ? known : this.#allocate(known, from.resolution);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, raced.cells, 0);
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
    raced.of = [from, to, fraction];
    return raced;
  }

  #runPaint(
    scene: Scene,
    cells: WebGLTexture,
    doubts: readonly [WebGLTexture | null, WebGLTexture | null],
    window: NonNullable<Scene["patch"]>["window"],
  ): void {
    const gl = this.#gl;
    const { uniform, handle } = this.#paint;
    gl.viewport(0, 0, scene.width, scene.height);
    gl.useProgram(handle);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, cells);
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
    gl.uniform4f(uniform("window"), window.left, window.bottom, window.right - window.left, window.top - window.bottom);
    const clip = clipProjection(projectWindow(scene.projection, window), scene.width, scene.height);
    gl.uniform4f(uniform("projection"), ...clip);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  #allocate(known: Raced | null, resolution: number): Raced {
    const gl = this.#gl;
    gl.deleteTexture(known?.cells ?? null);
    const cells = gl.createTexture();
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, cells);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8UI, resolution, resolution, 0, gl.RGBA_INTEGER, gl.UNSIGNED_BYTE, null);
    nearest(gl);
    return { cells, resolution, of: null };
  }
}
