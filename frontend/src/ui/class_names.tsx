/** The classes' names over the picture, moving with it. */
import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { classColours } from "../class_colours";
import { anchorsOf } from "../engine/anchors";
import { NameLayout } from "../engine/name_layout";
import { nearestFrame, type Scene } from "../engine/scene";
import { drawn } from "../painter";
import * as state from "../state";

/** Names go by what colours the dots: the prediction where that does, else the label, where there is one. */
function kindsOf(scene: Scene, frame: Scene["a"], labelled: boolean): ArrayLike<number> | null {
  return scene.mode === "prediction" || !labelled ? frame.prediction : scene.samples.label;
}

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
    const n = this.#spans.length;
    const [kindsA, kindsB] = [kindsOf(scene, scene.a, this.labelled), kindsOf(scene, scene.b, this.labelled)];
    if (kindsA === null || kindsB === null) {
      this.#hideAll();
      return;
    }
    const [from, to] = [anchorsOf(scene.a, kindsA, n), anchorsOf(scene.b, kindsB, n)];
    const near = nearestFrame(scene) === scene.a ? from : to;
    const { scaleX, scaleY, offsetX, offsetY } = scene.projection;
    const showsClasses = scene.mode === "label" || scene.mode === "prediction";
    for (let kind = 0; kind < n; kind++) {
      const isShown = near.size[kind] !== 0 && !(showsClasses && scene.palette.rgba[4 * kind + 3] === 0);
      this.#x[kind] = isShown ? (offsetX + scaleX * between(from.x[kind], to.x[kind], scene.fraction)) / ratio : Number.NaN;
      this.#y[kind] = isShown ? (offsetY + scaleY * between(from.y[kind], to.y[kind], scene.fraction)) / ratio : Number.NaN;
    }
    this.#layout ??= this.#measure(near.size);
    this.#layout.place(this.#x, this.#y, scene.width / ratio, scene.height / ratio);
    this.#write(this.#layout);
  }

  #measure(size: Uint32Array): NameLayout {
    const widths = Float32Array.from(this.#spans, (span) => span.offsetWidth);
    const order = Uint16Array.from(this.#spans.keys()).sort((a, b) => (size[b] ?? 0) - (size[a] ?? 0) || a - b);
    return new NameLayout(widths, this.#spans[0]?.offsetHeight ?? 0, order);
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

/** A class that has no sample at one of the two steps stays where the other has it. */
function between(from: number | undefined, to: number | undefined, fraction: number): number {
  const a = from ?? Number.NaN;
  const b = to ?? Number.NaN;
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : a + (b - a) * fraction;
}

export function ClassNames({ reel }: { reel: state.Reel }): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  const follower = useRef<Follower | null>(null);
  const labelled = useMemo(() => reel.samples.label.some((label) => label >= 0), [reel]);
  const n = state.nClasses.value;
  const shown = n > 1 && !state.switchedOff.value.has("names");
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
