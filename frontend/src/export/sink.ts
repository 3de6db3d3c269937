/** Where the pictures of a film go. */
export interface Sink {
  /** Take what is on the canvas as the next picture; resolves when there is room for another. */
  add(canvas: HTMLCanvasElement, picture: number): Promise<void>;
  finish(): Promise<Blob>;
  /** Give up what was made so far, and what is held for it. */
  abandon(): void;
}

export interface SinkFormat {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}
