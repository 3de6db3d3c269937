import { describe, expect, it } from "vitest";
import { type LinkState, readLink, writeLink } from "../src/url";

const full: LinkState = {
  run: "c d#%/é&x=1",
  tag: "probe",
  film: "8d3f",
  step: 1500,
  colour: "confidence",
  column: "age of it & more",
  camera: { u: 0.25, v: 0.75, zoom: 4 },
  hidden: new Set([0, 1, 2, 12]),
  outcomes: new Set([1]),
  splits: new Set([0, 2]),
  kinds: new Set([5]),
  territory: 0.3,
  size: 1.5,
  renderer: "cpu",
  selected: [3, 4, 5, 123456],
  focus: 4,
  query: 'label:"hot dog" -wrong',
  trails: 20,
  neighbors: "both",
  beside: { run: "a/b run", tag: "probe", film: "0123456789abcdef" },
  held: 12,
  align: "accuracy",
  measure: "continuity",
  trust: "ring",
  without: new Set(["territory", "names", "doubt"]),
  colours: new Map([
    [3, "#ff8800"],
    [17, "#0a0b0c"],
  ]),
  loop: { from: -5, to: 1500 },
  repeat: "off",
  speed: 0.5,
  bookmarks: [
    { step: -5, name: "" },
    { step: 20, name: "50 %, first: flips" },
  ],
  curves: new Map([
    ["a/b, -run\nloss", true],
    ["continuity", false],
  ]),
  panel: "suspicious",
  smoothing: 0.6,
  log: new Set(["grad & norm", "loss"]),
};

describe("the link", () => {
  it("survives writing and reading, whatever the run is called", () => {
    expect(readLink(writeLink("#timetravel", full))).toEqual(full);
  });

  it("leaves the tab's name and other plugins' keys alone", () => {
    const hash = writeLink("#timetravel&p.other.key=a%20b&p.timetravel.step=3", { ...full, run: "r" });
    expect(hash.startsWith("#timetravel&p.other.key=a%20b&p.timetravel.run=r&")).toBe(true);
    expect(hash.match(/p\.timetravel\.step=/g)).toHaveLength(1);
  });

  it("names the tab where the address had none", () => {
    expect(writeLink("", full).startsWith("#timetravel&")).toBe(true);
  });

  it("writes many hidden classes shortly", () => {
    const all = Array.from({ length: 99 }, (_, index) => index);
    expect(writeLink("#timetravel", { ...readLink(""), hidden: new Set(all) })).toBe("#timetravel&p.timetravel.hidden=0-98");
  });

  it("says nothing of defaults", () => {
    expect(writeLink("#timetravel", readLink(""))).toBe("#timetravel");
  });

  it("reads nonsense as absent", () => {
    const link = readLink(
      "#timetravel&p.timetravel.step=x&p.timetravel.camera=1,2&p.timetravel.loop=9..2&p.timetravel.bookmarks=x,:&p.timetravel.smoothing=lots&p.timetravel.colour=red&p.timetravel.hidden=1,-2,y&p.timetravel.run=%&p.timetravel.trust=blind&p.timetravel.without=sense&p.timetravel.colours=1:red,2:url(x),3:00ff00;",
    );
    expect(link).toEqual({ ...readLink(""), hidden: new Set([1]), run: "%" });
  });
});
