/** The classes' names over the picture, moving with it. */
import { type ReadonlySignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { classColours } from "../class_colours";
import { NameLayout } from "../engine/name_layout";
import { namesBySize, placeNames } from "../engine/name_places";
import type { Scene } from "../engine/scene";
import type { Drawn } from "../painter";
import * as state from "../state";

/** Follows the picture: about 0.1 ms for a hundred names, and nothing is written to those that rest. */
class Follower {
  readonly #spans: readonly HTMLElement[];
  readonly #x: Float32Array;
  readonly #y: Float32Array;
  readonly #written: string[];
  #layout: NameLayout | null = null;

  constructor(
    spans: readonly HTMLElement[],
    readonly labelled: boolean,
  ) {
    this.#spans = spans;
    this.#x = new Float32Array(spans.length);
    this.#y = new Float32Array(spans.length);
    this.#written = spans.map(() => "");
  }

  follow(scene: Scene, ratio: number): void {
    const size = placeNames(scene, this.labelled, ratio, this.#x, this.#y);
    if (size === null) {
      this.#hideAll();
      return;
    }
    this.#layout ??= this.#measure(size);
    this.#layout.place(this.#x, this.#y, scene.width / ratio, scene.height / ratio);
    this.#write(this.#layout);
  }

  #measure(size: Uint32Array): NameLayout {
    const widths = Float32Array.from(this.#spans, (span) => span.offsetWidth);
    return new NameLayout(widths, this.#spans[0]?.offsetHeight ?? 0, namesBySize(size));
  }

  #write({ left, top, shown }: NameLayout): void {
    for (const [kind, span] of this.#spans.entries()) {
      const place = shown[kind] === 1 ? `translate(${left[kind]?.toFixed(1)}px,${top[kind]?.toFixed(1)}px)` : "";
      if (place === this.#written[kind]) continue;
      if (place === "" || this.#written[kind] === "") span.style.visibility = place === "" ? "hidden" : "visible";
      if (place !== "") span.style.transform = place;
      this.#written[kind] = place;
    }
  }

  #hideAll(): void {
    for (const [kind, span] of this.#spans.entries()) {
      span.style.visibility = "hidden";
      this.#written[kind] = "";
    }
  }
}

/** `drawn` is the picture that they stand over. */
export function ClassNames({ reel, drawn }: { reel: state.Reel; drawn: ReadonlySignal<Drawn | null> }): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  const follower = useRef<Follower | null>(null);
  const labelled = useMemo(() => reel.samples.label.some((label) => label >= 0), [reel]);
  const n = state.nClasses.value;
  const shown = n > 1 && state.isSwitchedOn("names");
  const update = (): void => {
    const picture = drawn.value;
    if (picture !== null && picture.scene.nClasses === n) follower.current?.follow(picture.scene, picture.ratio);
  };
  useEffect(() => {
    const spans = [...(box.current?.children ?? [])].filter((child): child is HTMLElement => child instanceof HTMLElement);
    follower.current = spans.length === 0 ? null : new Follower(spans, labelled);
    update();
  }, [reel, shown, n]);
  useSignalEffect(update);
  if (!shown) return null;
  return (
    <div class="class-names" ref={box} aria-hidden="true">
      {Array.from({ length: n }, (_, kind) => (
        <span key={kind} style={{ "--swatch": classColours.value[kind] }}>
          {state.className(kind, reel.probe.class_names)}
        </span>
      ))}
    </div>
  );
}
