/** The WebGL2 renderer: wires the passes together. */
import { clipProjection } from "../camera";
import type { Palette } from "../palette";
import { GpuFrames, nearest } from "./gpu_frames";
import { PointPass, unit } from "./points";
import type { Renderer, Scene } from "./scene";
import { TerritoryPass } from "./territory";

const PALETTE_WIDTH = 256;

/** Emulated in software: WebGL works, but the CPU renderer is several times faster. */
export function isEmulated(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name: unknown = gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL);
  return /swiftshader|llvmpipe|softpipe|basic render|software/i.test(String(name));
}

export class WebglRenderer implements Renderer {
  readonly kind = "webgl";
  readonly #gl: WebGL2RenderingContext;
  readonly #frames: GpuFrames;
  readonly #points: PointPass;
  readonly #territory: TerritoryPass;
  readonly #paletteTexture: WebGLTexture;
  #palette: Palette | null = null;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#frames = new GpuFrames(gl);
    this.#points = new PointPass(gl);
    this.#territory = new TerritoryPass(gl, this.#frames);
    this.#paletteTexture = gl.createTexture();
  }

  draw(scene: Scene): void {
    const gl = this.#gl;
    if (gl.isContextLost()) return;
    gl.activeTexture(gl.TEXTURE0);
    const a = this.#frames.get(scene.a);
    const b = this.#frames.get(scene.b);
    const clip = clipProjection(scene.projection, scene.width, scene.height);
    this.#usePalette(scene.palette);
    gl.viewport(0, 0, scene.width, scene.height);
    gl.clearColor(...unit(scene.background), 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.#territory.draw(scene, a, b);
    this.#points.draw(scene, a, b, clip);
  }

  destroy(): void {
    this.#frames.destroy();
    this.#points.destroy();
    this.#territory.destroy();
    this.#gl.deleteTexture(this.#paletteTexture);
  }

  #usePalette(palette: Palette): void {
    const gl = this.#gl;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#paletteTexture);
    if (this.#palette === palette) return;
    const rows = Math.ceil(palette.size / PALETTE_WIDTH);
    const texels = new Uint8Array(PALETTE_WIDTH * rows * 4);
    texels.set(palette.rgba);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, PALETTE_WIDTH, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
    nearest(gl);
    this.#palette = palette;
  }
}
