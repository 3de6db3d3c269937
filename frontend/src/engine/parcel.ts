/** Scenes on their way to another thread: what is large and stays the same from scene to scene is sent once, and known by number after that. */
import type { Scene } from "./scene";

const LARGE = ["a", "b", "samples", "palette", "selection", "values", "patch"] as const;
const KEPT = 32; // things, of which most are steps: as many as are kept for a graphics processor, and what else a scene needs

type Large = (typeof LARGE)[number];
type Numbered = { readonly [key in Large]: number | null };

export interface Parcel {
  readonly plain: Omit<Scene, Large | "trust">;
  readonly large: Numbered;
  readonly trust: { readonly mark: NonNullable<Scene["trust"]>["mark"]; readonly values: number } | null;
  /** What the other side does not have yet. */
  readonly news: readonly (readonly [number, object])[];
  /** What it can forget. */
  readonly gone: readonly number[];
}

export class Packer {
  /** The least recently used come first. */
  readonly #known = new Map<object, number>();
  #count = 0;

  pack({ trust, a, b, samples, palette, selection, values, patch, ...plain }: Scene): Parcel {
    const news: [number, object][] = [];
    const numberOf = (thing: object): number => {
      const known = this.#known.get(thing);
      const number = known ?? this.#count++;
      if (known === undefined) news.push([number, thing]);
      this.#known.delete(thing);
      this.#known.set(thing, number);
      return number;
    };
    const orNull = (thing: object | null): number | null => (thing === null ? null : numberOf(thing));
    const large = {
      a: numberOf(a),
      b: numberOf(b),
      samples: numberOf(samples),
      palette: numberOf(palette),
      selection: orNull(selection),
      values: orNull(values),
      patch: orNull(patch),
    };
    const trusted = trust === null ? null : { mark: trust.mark, values: numberOf(trust.values) };
    return { plain, large, trust: trusted, news, gone: this.#forget() };
  }

  #forget(): number[] {
    const oldest = [...this.#known].slice(0, Math.max(0, this.#known.size - KEPT));
    for (const [thing] of oldest) this.#known.delete(thing);
    return oldest.map(([, number]) => number);
  }
}

export class Unpacker {
  readonly #known = new Map<number, object>();

  unpack({ plain, large, trust, news, gone }: Parcel): Scene {
    for (const [number, thing] of news) this.#known.set(number, thing);
    for (const number of gone) this.#known.delete(number);
    const things = Object.fromEntries(
      LARGE.map((key) => [key, large[key] === null ? null : this.#known.get(large[key])]),
    ) as unknown as Pick<Scene, Large>;
    const trusted = trust === null ? null : { mark: trust.mark, values: this.#known.get(trust.values) as Uint8Array };
    return { ...plain, ...things, trust: trusted };
  }
}
