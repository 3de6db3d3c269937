/**
 * What a link carries, in TensorBoard's own hash: `#timetravel&p.timetravel.run=digits&p.timetravel.step=12`. Other plugins' keys and the
 * leading plugin name stay as they are.
 */
import { type Bookmark, formatBookmarks, parseBookmarks } from "./bookmarks";
import { type Camera, FIT } from "./camera";
import { formatRange, type LoopRange, parseRange } from "./loop";
import { ranges } from "./ranges";

export const COLOUR_MODES = [
  "label",
  "prediction",
  "correctness",
  "confidence",
  "split",
  "flips",
  "fidelity",
  "difference",
  "column",
] as const;
export type ColourMode = (typeof COLOUR_MODES)[number];
/** Metrics that every sample has a value of its own of. */
export const SAMPLE_MEASURES = ["neighborhood_preservation", "trustworthiness", "continuity", "prediction_agreement"] as const;
export type SampleMeasure = (typeof SAMPLE_MEASURES)[number];
export const TRUST_MARKS = ["off", "fade", "ring"] as const;
/** What can be switched off in the picture. */
export const SWITCHES = ["territory", "names", "wrong", "contour", "doubt"] as const;
export type Switch = (typeof SWITCHES)[number];
export const RENDERERS = ["auto", "webgl", "cpu"] as const;
/** How a second film is held beside the first. */
export const ALIGNMENTS = ["step", "accuracy"] as const;
export type Alignment = (typeof ALIGNMENTS)[number];
export type RendererChoice = (typeof RENDERERS)[number];

export const NEIGHBOR_LINES = ["none", "space", "plane", "both"] as const;
export type NeighborLines = (typeof NEIGHBOR_LINES)[number];

/** What the column of panels shows. */
export const PANELS = ["overview", "events", "suspicious", "map", "influence", "near"] as const;
export type Panel = (typeof PANELS)[number];

export const REPEATS = ["auto", "on", "off"] as const;

/** Null, or empty: not in the link. */
export interface LinkState {
  readonly run: string | null;
  readonly tag: string | null;
  readonly film: string | null;
  readonly step: number | null;
  readonly colour: ColourMode;
  /** The column that colours where `colour` says so. */
  readonly column: string | null;
  readonly camera: Camera;
  /** Indices of hidden classes, and of what other colour modes list. */
  readonly hidden: ReadonlySet<number>;
  readonly outcomes: ReadonlySet<number>;
  readonly splits: ReadonlySet<number>;
  readonly kinds: ReadonlySet<number>;
  /** Opacity of the territory, 0..1. */
  readonly territory: number;
  /** Factor on the diameter of dots. */
  readonly size: number;
  /** `cpu` draws without WebGL, for support; `webgl` insists on it even where it is emulated. */
  readonly renderer: RendererChoice;
  /** Positions of selected samples, few enough for an address. */
  readonly selected: readonly number[];
  /** Position of the sample in focus. */
  readonly focus: number | null;
  /** The query that is followed. */
  readonly query: string | null;
  /** Steps that trails reach back; null where none are drawn. */
  readonly trails: number | null;
  readonly neighbors: NeighborLines;
  /** The second film; `film` is null for the one that the server shows of its run. */
  readonly beside: { readonly run: string; readonly tag: string; readonly film: string | null } | null;
  readonly align: Alignment;
  /** The step at which the film beside is held. */
  readonly held: number | null;
  readonly measure: SampleMeasure;
  /** How dots say how far to trust them. */
  readonly trust: (typeof TRUST_MARKS)[number];
  readonly without: ReadonlySet<Switch>;
  /** Colours that were given to classes, `#rrggbb`. */
  readonly colours: ReadonlyMap<number, string>;
  readonly loop: LoopRange | null;
  /** Whether playback goes round; `auto` where there is a part to go round. */
  readonly repeat: (typeof REPEATS)[number];
  /** Steps per second. */
  readonly speed: number;
  readonly bookmarks: readonly Bookmark[];
  /** Curves that were chosen, or not, otherwise than the tab does by itself. */
  readonly curves: ReadonlyMap<string, boolean>;
  /** Weight of the past in curves, 0 to 0.99. */
  readonly smoothing: number;
  readonly panel: Panel;
  /** Titles of charts on a logarithmic axis. */
  readonly log: ReadonlySet<string>;
}

const PREFIX = "p.timetravel.";
const PLUGIN = "timetravel";
const MAX_TRAIL = 1000;
const MAX_SAMPLE = 1e7;
const MAX_RANGE = 100_000; // a link of a few letters must not ask for gigabytes

const round = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

function finite(raw: string): number | null {
  if (raw.trim() === "") return null;
  const value = Number(raw);
  return Number.isFinite(value) ? value : null;
}

function parseCamera(raw: string): Camera {
  const [u, v, zoom] = raw.split(",").map(finite);
  return u == null || v == null || zoom == null || zoom <= 0 || zoom > 64 ? FIT : { u, v, zoom };
}

const formatCamera = ({ u, v, zoom }: Camera): string | null =>
  u === FIT.u && v === FIT.v && zoom === FIT.zoom ? null : `${round(u, 4)},${round(v, 4)},${round(zoom, 2)}`;

/** `0-6,8`: isolating one of a hundred classes hides ninety-nine. */
export const formatIndices = (indices: Iterable<number>): string =>
  ranges([...indices].sort((a, b) => a - b))
    .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
    .join(",");

function parseIndices(raw: string): number[] {
  return raw.split(",").flatMap((part) => {
    const [, first, last = first] = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(part) ?? [];
    if (first === undefined) return [];
    const length = Math.min(MAX_RANGE, Math.max(0, Number(last) - Number(first) + 1));
    return Array.from({ length }, (_, offset) => Number(first) + offset);
  });
}

/** `3:ff8800,7:00aa44`. */
function parseColours(raw: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const part of raw.split(",")) {
    const [, kind, colour] = /^(\d{1,5}):([0-9a-f]{6})$/.exec(part) ?? [];
    if (kind !== undefined) found.set(Number(kind), `#${colour}`);
  }
  return found;
}

const formatColours = (colours: ReadonlyMap<number, string>): string =>
  [...colours].map(([kind, colour]) => `${kind}:${colour.slice(1)}`).join(",");

function decodeComponent(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw; // a lone % typed by hand
  }
}

function parseBeside(raw: string): LinkState["beside"] {
  const [run = "", tag = "", film = ""] = raw.split("/").map(decodeComponent);
  return run === "" || tag === "" ? null : { run, tag, film: film === "" ? null : film };
}

const formatBeside = (beside: LinkState["beside"]): string | null =>
  beside === null
    ? null
    : Object.values({ run: beside.run, tag: beside.tag, film: beside.film ?? "" })
        .map(encodeURIComponent)
        .join("/")
        .replace(/\/$/, "");

/** Reads what the link says (`""` where it says nothing) and writes it; null or `""` where the default holds. */
type Codec<T> = readonly [read: (raw: string) => T, write: (value: T) => string | null];

const text: Codec<string | null> = [(raw) => (raw === "" ? null : raw), (value) => value];

const oneOf = <T extends string>(names: readonly [T, ...T[]]): Codec<T> => [
  (raw) => names.find((name) => name === raw) ?? names[0],
  (value) => (value === names[0] ? null : value),
];

const optional = (low: number, high: number, digits: number): Codec<number | null> => [
  (raw) => {
    const value = finite(raw);
    return value === null ? null : Math.min(high, Math.max(low, Number(round(value, digits))));
  },
  (value) => (value === null ? null : round(value, digits)),
];

const number = (low: number, high: number, otherwise: number): Codec<number> => {
  const [read, write] = optional(low, high, 2);
  return [(raw) => read(raw) ?? otherwise, (value) => (value === otherwise ? null : write(value))];
};

const indexSet: Codec<ReadonlySet<number>> = [(raw) => new Set(parseIndices(raw)), formatIndices];

/** `on,-off`. */
const formatCurves = (curves: LinkState["curves"]): string =>
  [...curves].map(([key, chosen]) => `${chosen ? "" : "-"}${encodeURIComponent(key)}`).join();

const parseCurves = (raw: string): Map<string, boolean> =>
  new Map(
    raw
      .split(",")
      .filter((part) => part !== "")
      .map((part) => [decodeComponent(part.replace(/^-/, "")), !part.startsWith("-")]),
  );

const CODECS: { readonly [Key in keyof LinkState]: Codec<LinkState[Key]> } = {
  run: text,
  tag: text,
  film: text,
  step: optional(-Infinity, Infinity, 0),
  colour: oneOf(COLOUR_MODES),
  column: text,
  camera: [parseCamera, formatCamera],
  hidden: indexSet,
  outcomes: indexSet,
  splits: indexSet,
  kinds: indexSet,
  territory: number(0, 1, 0.45),
  size: number(0.4, 3, 1),
  renderer: oneOf(RENDERERS),
  selected: [parseIndices, formatIndices],
  focus: optional(0, MAX_SAMPLE, 0),
  query: text,
  trails: optional(1, MAX_TRAIL, 0),
  neighbors: oneOf(NEIGHBOR_LINES),
  beside: [parseBeside, formatBeside],
  align: oneOf(ALIGNMENTS),
  held: optional(0, Infinity, 0),
  measure: oneOf(SAMPLE_MEASURES),
  trust: oneOf(TRUST_MARKS),
  without: [
    (raw) => new Set(SWITCHES.filter((name) => raw.split(",").includes(name))),
    (value) => SWITCHES.filter((name) => value.has(name)).join(),
  ],
  colours: [parseColours, formatColours],
  loop: [parseRange, formatRange],
  repeat: oneOf(REPEATS),
  speed: number(0.5, 16, 4),
  bookmarks: [parseBookmarks, formatBookmarks],
  curves: [parseCurves, formatCurves],
  panel: oneOf(PANELS),
  smoothing: number(0, 0.99, 0),
  log: [(raw) => new Set(raw.split("\n").filter((title) => title !== "")), (value) => [...value].sort().join("\n")],
};

export function readLink(hash: string): LinkState {
  const fields = new Map<string, string>();
  for (const token of hash.replace(/^#/, "").split("&")) {
    const equals = token.indexOf("=");
    if (equals < 0 || !token.startsWith(PREFIX)) continue;
    fields.set(token.slice(PREFIX.length, equals), decodeComponent(token.slice(equals + 1)));
  }
  const read = Object.entries(CODECS).map(([key, [parse]]) => [key, parse(fields.get(key) ?? "")]);
  return Object.fromEntries(read) as LinkState;
}

/** The same address at another plugin's tab; all keys stay, so the way back leads to where one left. */
export function besideOurs(address: string, plugin: string): string {
  const [page = "", hash = ""] = address.split("#", 2);
  return `${page}#${[plugin, ...hash.split("&").slice(1)].join("&")}`;
}

export function writeLink(hash: string, state: LinkState): string {
  const others = hash
    .replace(/^#/, "")
    .split("&")
    .filter((token) => token !== "" && !token.startsWith(PREFIX));
  const own = Object.entries(CODECS).flatMap(([key, [, format]]) => {
    const value = (format as (value: unknown) => string | null)(state[key as keyof LinkState]);
    return value === null || value === "" ? [] : [`${PREFIX}${key}=${encodeURIComponent(value)}`];
  });
  // TensorBoard reads the first token as the tab's name; without one the link would open another tab.
  const [tab = PLUGIN, ...rest] = others;
  return `#${[tab, ...rest, ...own].join("&")}`;
}
