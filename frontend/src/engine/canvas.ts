/** What is done to a canvas before something is drawn on it. */

export type Canvas = HTMLCanvasElement | OffscreenCanvas;
export type Context2d = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Give it a size in pixels; to give it the one that it has would empty it too. */
export function resize(canvas: Canvas, { width, height }: { readonly width: number; readonly height: number }): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Opaque, for pictures that fill it. */
export function context2d(canvas: Canvas): Context2d {
  const context = canvas.getContext("2d", { alpha: false }) as Context2d | null;
  if (context === null) throw new Error("This browser gives neither WebGL2 nor a 2-D canvas.");
  return context;
}
