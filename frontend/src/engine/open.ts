/** Chooses a renderer for a canvas that has none yet: a canvas keeps the kind of its first context for life. */
import type { RendererChoice } from "../url";
import { context2d, resize } from "./canvas";
import { CpuRenderer } from "./cpu";
import type { OnShown, Renderer, Scene, Screen } from "./scene";
import { isEmulated, WebglRenderer } from "./webgl";
import { WorkerScreen } from "./worker_screen";

function openWebgl(canvas: HTMLCanvasElement, choice: RendererChoice): WebglRenderer | null {
  if (choice === "cpu") return null;
  if (choice === "auto" && !hasGpu()) return null;
  const gl = canvas.getContext("webgl2", {
    alpha: false,
    antialias: false,
    depth: false,
    preserveDrawingBuffer: true, // screenshots and "save image" see the picture after the frame
  });
  return gl === null ? null : new WebglRenderer(gl);
}

// Asked on a throw-away canvas, since asking takes a context.
function hasGpu(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (gl === null) return false;
  const emulated = isEmulated(gl);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !emulated;
}

export function openRenderer(canvas: HTMLCanvasElement, choice: RendererChoice): Renderer {
  return openWebgl(canvas, choice) ?? new CpuRenderer(context2d(canvas));
}

/** A canvas for people to look at; `onTrouble` is told once nothing more can be shown. */
export function openScreen(
  canvas: HTMLCanvasElement,
  choice: RendererChoice,
  onShown: OnShown,
  onTrouble: (words: string) => void,
): Screen {
  const webgl = openWebgl(canvas, choice);
  return webgl === null ? new WorkerScreen(canvas, onShown, onTrouble) : new WebglScreen(canvas, webgl, onShown);
}

class WebglScreen implements Screen {
  readonly kind = "webgl";

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly renderer: WebglRenderer,
    readonly onShown: OnShown,
  ) {}

  show(scene: Scene): void {
    resize(this.canvas, scene);
    const before = performance.now();
    this.renderer.draw(scene);
    this.onShown(scene, true, performance.now() - before);
  }

  destroy(): void {
    this.renderer.destroy();
  }
}
