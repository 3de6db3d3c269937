import { afterEach, describe, expect, it, vi } from "vitest";
import { FrameRing, prefetchOrder } from "../src/frames";
import { ranges } from "../src/ranges";

describe("prefetchOrder", () => {
  it("goes outward from the cursor", () => {
    expect(prefetchOrder(3, 7, 7, "paused")).toEqual([3, 2, 4, 1, 5, 0, 6]);
  });

  it("prefers what lies ahead while playing", () => {
    expect(prefetchOrder(3, 10, 5, "playing")).toEqual([3, 4, 5, 6, 2]);
  });

  it("counts the first frames as next after the last in a loop", () => {
    expect(prefetchOrder(8, 10, 4, "looping")).toEqual([8, 9, 0, 1]);
  });
});

describe("ranges", () => {
  it("joins neighbours whatever their order", () => {
    expect(ranges([5, 1, 2, 9, 0])).toEqual([
      [0, 2],
      [5, 5],
      [9, 9],
    ]);
  });
});

class Source {
  readonly open = new Map<number, { resolve(frame: string): void; reject(error: Error): void; signal: AbortSignal }>();
  readonly asked: number[] = [];
  load = (index: number, signal: AbortSignal): Promise<string> => {
    this.asked.push(index);
    return new Promise((resolve, reject) => this.open.set(index, { resolve, reject, signal }));
  };
  async answer(index: number): Promise<void> {
    this.open.get(index)?.resolve(`frame ${index}`);
    this.open.delete(index);
    await vi.waitFor(() => undefined);
  }
}

const ringOf = (source: Source, count: number, frameCost = 1, maxBytes = 1000): FrameRing<string> =>
  new FrameRing({ count, maxBytes, load: source.load, bytesOf: () => frameCost, onChange: () => undefined });

describe("FrameRing", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("asks for three frames at a time, nearest first", async () => {
    const source = new Source();
    const ring = ringOf(source, 20);
    ring.seek(10, "paused");
    expect(source.asked).toEqual([10, 9, 11]);
    await source.answer(9);
    expect(source.asked).toEqual([10, 9, 11, 8]);
    expect(ring.has(9)).toBe(true);
  });

  it("aborts what a jump left behind and asks for what it needs", async () => {
    const source = new Source();
    const ring = ringOf(source, 100);
    ring.seek(10, "paused");
    ring.seek(90, "paused");
    expect(source.open.get(10)?.signal.aborted).toBe(true);
    expect(source.asked.slice(3)).toEqual([90, 89, 91]);
    await source.answer(10);
    expect(ring.has(10)).toBe(false);
  });

  it("holds no more than its bytes allow, however long the film", async () => {
    const source = new Source();
    const ring = ringOf(source, 700, 100, 1000);
    for (const at of [0, 350, 699]) {
      ring.seek(at, "paused");
      while (source.open.size > 0 && [...source.open.values()].some(({ signal }) => !signal.aborted)) {
        for (const index of [...source.open.keys()]) await source.answer(index);
      }
      expect(ring.size).toBe(10);
      expect(ring.has(at)).toBe(true);
    }
  });

  it("goes on around a frame that fails, and tries it again later", async () => {
    vi.useFakeTimers();
    const source = new Source();
    const ring = ringOf(source, 4);
    ring.seek(0, "paused");
    source.open.get(0)?.reject(new Error("not found"));
    await vi.advanceTimersByTimeAsync(0);
    expect(ring.failure(0)?.message).toBe("not found");
    expect(source.asked).toEqual([0, 1, 2, 3]);
    source.open.get(1)?.resolve("frame 1");
    await vi.advanceTimersByTimeAsync(3100);
    expect(source.asked).toEqual([0, 1, 2, 3, 0]);
    expect(ring.failure(0)?.message).toBe("not found"); // until the answer is another
    await source.answer(0);
    expect(ring.failure(0)).toBeUndefined();
    ring.destroy();
  });

  it("aborts everything when it is destroyed", () => {
    const source = new Source();
    const ring = ringOf(source, 9);
    ring.seek(4, "paused");
    ring.destroy();
    expect([...source.open.values()].every(({ signal }) => signal.aborted)).toBe(true);
  });
});

describe("prefetching in a loop over a part", () => {
  it("fetches what follows inside the part, then its beginning, and what lies outside last", () => {
    expect(prefetchOrder(5, 10, 10, "looping", { first: 3, last: 6 })).toEqual([5, 6, 3, 4, 7, 2, 8, 1, 9, 0]);
  });
});
