import { describe, expect, it } from "vitest";
import { countsOf, decodeEvents, eventsCsv, happenedAt, jumpOf, stepBeside } from "../src/insight/events";

/** As the server packs them: a list of positions per step, and of jumps their targets and sizes behind. */
function packed(perStep: readonly (readonly number[])[], jumps?: { targets: number[]; sizes: number[] }): ArrayBuffer {
  const offsets = [0];
  for (const step of perStep) offsets.push((offsets.at(-1) ?? 0) + step.length);
  const parts = [
    Uint32Array.of(0x31455454, perStep.length),
    Uint32Array.from(offsets),
    Uint32Array.from(perStep.flat()),
    ...(jumps === undefined ? [] : [Int32Array.from(jumps.targets), Float32Array.from(jumps.sizes)]),
  ];
  const bytes = parts.flatMap((part) => [...new Uint8Array(part.buffer)]);
  return Uint8Array.from(bytes).buffer;
}

const learned = decodeEvents(packed([[], [0, 3], [2]]), 5);
const jumped = decodeEvents(packed([[], [3], [4]], { targets: [1, -1], sizes: [0.75, -0.5] }), 5);

describe("the events of a kind", () => {
  it("are read step by step, with what jumps carry behind", () => {
    expect(countsOf(learned, null)).toEqual([0, 2, 1]);
    expect(jumpOf(jumped, 1, 3)).toEqual({ target: 1, size: 0.75 });
    expect(jumpOf(jumped, 2, 4)).toEqual({ target: -1, size: -0.5 });
    expect(jumpOf(jumped, 1, 4)).toBeNull();
    expect(jumpOf(learned, 1, 3)).toBeNull();
  });

  it("may be none at all", () => {
    expect(countsOf(decodeEvents(packed([[], []]), 5), null)).toEqual([0, 0]);
    expect(decodeEvents(packed([[], []], { targets: [], sizes: [] }), 5).positions).toHaveLength(0);
  });

  it("are refused where the bytes are cut off, of another kind, or of samples that are not there", () => {
    const whole = packed([[], [0, 3], [2]]);
    expect(() => decodeEvents(whole.slice(0, -4), 5)).toThrow("expected events of 5 samples");
    expect(() => decodeEvents(whole.slice(0, 10), 5)).toThrow("expected events");
    expect(() => decodeEvents(whole, 3)).toThrow("expected events of 3 samples");
    const other = whole.slice(0);
    new DataView(other).setUint8(3, 0x32);
    expect(() => decodeEvents(other, 5)).toThrow("expected events");
    const falling = whole.slice(0);
    new DataView(falling).setUint32(12, 4, true);
    expect(() => decodeEvents(falling, 5)).toThrow("expected events");
  });

  it("are counted of the selected samples alone", () => {
    expect(countsOf(learned, Uint8Array.of(1, 0, 1, 0, 0))).toEqual([0, 1, 1]);
  });
});

describe("what happened at a step", () => {
  it("names each sample once, with all that happened to it", () => {
    const happened = happenedAt([learned, jumped], 1, null);
    expect([...happened.samples]).toEqual([0, 3]);
    expect([...happened.kinds]).toEqual([
      [0, 1],
      [3, 3],
    ]);
  });

  it("passes over kinds that are under way, samples that are not selected, and steps that were not compared", () => {
    expect([...happenedAt([undefined, jumped], 1, null).samples]).toEqual([3]);
    expect([...happenedAt([learned], 1, Uint8Array.of(1, 0, 0, 0, 0)).samples]).toEqual([0]);
    expect(happenedAt([learned, jumped], -1, null).samples).toHaveLength(0);
  });

  it("lies beside other steps at which there is something", () => {
    const counts = [0, 3, 0, 0, 1];
    expect(stepBeside(counts, 2, 1)).toBe(4);
    expect(stepBeside(counts, 2, -1)).toBe(1);
    expect(stepBeside(counts, 1, -1)).toBeNull();
    expect(stepBeside(counts, 4, 1)).toBeNull();
  });
});

describe("the table of events", () => {
  const source = {
    steps: [10, 20, 30],
    id: (sample: number) => 100 + sample,
    split: () => "train",
    label: (sample: number) => (sample === 4 ? -1 : sample),
    className: (kind: number) => ["a,b", "=1+1", "c", 'd"', "e"][kind] ?? "",
  };

  it("has a line per event, by step", () => {
    const named = [
      { kind: "learned", events: learned },
      { kind: "confidence_jump", events: jumped },
    ];
    expect(eventsCsv(named, null, source).join("")).toBe(
      [
        "step,event,id,split,label,towards,change",
        '20,learned,100,train,"a,b",,',
        '20,learned,103,train,"d""",,',
        '20,confidence_jump,103,train,"d""",\'=1+1,0.7500',
        "30,learned,102,train,c,,",
        "30,confidence_jump,104,train,,,-0.5000",
        "",
      ].join("\n"),
    );
    expect(eventsCsv(named, Uint8Array.of(0, 0, 1, 0, 0), source).join("")).toContain("\n30,learned,102,train,c,,\n");
  });
});
