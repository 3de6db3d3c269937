/** What is known about single samples beyond the frames: thumbnails, texts and histories, fetched when looked at and kept for a while. */
import * as api from "./api";
import type { Reel } from "./state";
import type { History } from "./wire";

/** Keeps the latest results of an async function by key; a failure is forgotten, so that the next look tries again. */
export class Recent<T> {
  readonly #kept = new Map<string, Promise<T>>();
  constructor(readonly capacity: number) {}

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key);
    const result = known ?? make();
    this.#kept.delete(key);
    this.#kept.set(key, result);
    if (known === undefined) result.catch(() => this.#kept.delete(key));
    if (this.#kept.size > this.capacity) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    return result;
  }
}

const pages = new Recent<HTMLImageElement>(16); // decoded pages of 1,024 thumbnails: 4 MB each at 32 × 32
const textPages = new Recent<string[]>(16);
const histories = new Recent<History>(256);

const ROW = 32; // thumbnails per row of a page

export interface Thumbnail {
  readonly page: HTMLImageElement;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a sample's thumbnail lies: on which page, from which pixel on, and how wide the page is. For samples that have one. */
export function thumbnailAddressOf(
  { place, probe }: Reel,
  sample: number,
): { url: string; x: number; y: number; width: number; height: number; pageWidth: number } {
  const { page_size, thumbnail_width, thumbnail_height } = probe.media;
  const [width, height] = [thumbnail_width ?? 1, thumbnail_height ?? 1];
  const size = page_size ?? 1024;
  const at = sample % size;
  return {
    url: api.thumbnailsAddress(place, probe.samples, Math.floor(sample / size)),
    x: (at % ROW) * width,
    y: Math.floor(at / ROW) * height,
    width,
    height,
    pageWidth: ROW * width,
  };
}

export async function thumbnailOf(reel: Reel, sample: number): Promise<Thumbnail | null> {
  const { kind, thumbnail_width, thumbnail_height } = reel.probe.media;
  if (kind !== "image" || thumbnail_width === null || thumbnail_height === null) return null;
  const { url, x, y, width, height } = thumbnailAddressOf(reel, sample);
  const page = await pages.get(url, async () => {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  });
  return { page, x, y, width, height };
}

export async function textOf({ place, probe }: Reel, sample: number): Promise<string | null> {
  if (probe.media.kind !== "text") return null;
  const size = probe.media.page_size ?? 1024;
  const page = Math.floor(sample / size);
  const key = [place.run, place.tag, probe.samples, page].join("\n");
  const texts = await textPages.get(key, () => api.fetchTexts(place, probe.samples, page));
  return texts[sample % size] ?? null;
}

/** Which history is meant; a live film keeps its name as it grows, so its steps belong to it. */
export const historyKeyOf = ({ place, film }: Pick<Reel, "place" | "film">, sample: number): string =>
  [place.run, place.tag, film.film, film.steps.length, film.steps.at(-1)?.frame, sample].join("\n");

export const historyOf = (reel: Reel, sample: number): Promise<History> =>
  histories.get(historyKeyOf(reel, sample), () => api.fetchHistory(reel.place, reel.film.film, sample));
