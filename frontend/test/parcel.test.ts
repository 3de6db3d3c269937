import { describe, expect, it } from "vitest";
import { Packer, type Parcel, Unpacker } from "../src/engine/parcel";
import type { Scene } from "../src/engine/scene";
import { classPalette } from "../src/palette";
import { frameOf, samplesOf, sceneOf } from "./bytes";

const labels = [0, 1, 2];
const frames = Array.from({ length: 60 }, (_, i) =>
  frameOf(
    labels.map((k) => [k / 3, i / 60] as const),
    labels,
    ["01", "12"],
  ),
);
const samples = samplesOf(labels);
const palette = classPalette(3, new Set());
const at = (index: number, changes: Partial<Scene> = {}): Scene => {
  const [a, b] = [frames[index], frames[index + 1]];
  if (a === undefined || b === undefined) throw new RangeError(`no frame ${index}`);
  return sceneOf(samples, a, { b, palette, fraction: 0.25, ...changes });
};

/** The way to a worker and what arrives. */
function wayTo(): { send: (scene: Scene) => Scene; sent: Parcel[] } {
  const [packer, unpacker, sent] = [new Packer(), new Unpacker(), [] as Parcel[]];
  return {
    sent,
    send: (scene) => {
      const parcel = structuredClone(packer.pack(scene));
      sent.push(parcel);
      return unpacker.unpack(parcel);
    },
  };
}

describe("a scene on its way to another thread", () => {
  it("arrives as it was", () => {
    const { send } = wayTo();
    const bare = at(0);
    const full = at(1, {
      marked: [2],
      selection: Uint8Array.of(1, 0, 1),
      values: Uint8Array.of(3, 4, 255),
      trust: { mark: "ring", values: Uint8Array.of(9, 8, 7) },
      patch: {
        window: { left: 0, right: 0.5, bottom: 0, top: 0.5 },
        territory: { resolution: 1, classes: Uint8Array.of(2), margin: Uint8Array.of(5) },
      },
    });
    for (const scene of [bare, full, bare, full]) expect(send(scene)).toEqual(scene);
  });

  it("brings what is large once, and it is the same thing on the other side from then on", () => {
    const { send, sent } = wayTo();
    const trust = Uint8Array.of(1, 2, 3);
    const first = send(at(0, { trust: { mark: "fade", values: trust } }));
    const second = send(at(1, { trust: { mark: "fade", values: trust }, fraction: 0.5 }));
    expect(second.a).toBe(first.b);
    expect(second.samples).toBe(first.samples);
    expect(second.palette).toBe(first.palette);
    expect(second.trust?.values).toBe(first.trust?.values);
    expect(sent[1]?.news.map(([, thing]) => thing)).toEqual([frames[2]]);
  });

  it("is not remembered forever, and is sent again when it comes back", () => {
    const { send, sent } = wayTo();
    for (let index = 0; index < 50; index++) expect(send(at(index)).a).toEqual(frames[index]);
    const [news, gone] = [sent.flatMap((parcel) => parcel.news), sent.flatMap((parcel) => parcel.gone)];
    expect(news.length - gone.length).toBe(32);
    expect(send(at(0))).toEqual(at(0));
    expect(sent.at(-1)?.news.map(([, thing]) => thing)).toEqual([frames[0], frames[1]]);
  });
});
