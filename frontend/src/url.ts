/**
 * What a link carries, in TensorBoard's own hash: `#timetravel&p.timetravel.run=digits&p.timetravel.step=12`. Other plugins' keys and the
 * leading plugin name stay as they are.
 */
import { type Bookmark, formatBookmarks, parseBookmarks } from "./bookmarks";
import type { Camera } from "./camera";
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
export const SWITCHES = ["names", "wrong", "contour", "doubt"] as const;
export type Switch = (typeof SWITCHES)[number];
export const RENDERERS = ["auto", "webgl", "cpu"] as const;
/** How a second film is held beside the first. */
export const ALIGNMENTS = ["step", "accuracy"] as const;
export type Alignment = (typeof ALIGNMENTS)[number];
export type RendererChoice = (typeof RENDERERS)[number];

export const NEIGHBOR_LINES = ["none", "space", "plane", "both"] as const;
export type NeighborLines = (typeof NEIGHBOR_LINES)[number];

/** null: not in the link, the default holds. */
export interface LinkState {
  readonly run: string | null;
  readonly tag: string | null;
  readonly film: string | null;
  readonly step: number | null;
  readonly colour: ColourMode | null;
  /** The column that colours where `colour` says so. */
  readonly column: string | null;
  readonly camera: Camera | null;
  readonly hidden: readonly number[];
  /** Opacity of the territory, 0..1. */
  readonly territory: number | null;
  /** `cpu` draws without WebGL, for support; `webgl` insists on it even where it is emulated. */
  readonly renderer: RendererChoice;
  /** Positions of selected samples, few enough for an address. */
  readonly selected: readonly number[];
  /** The query that is followed. */
  readonly query: string | null;
  /** Steps that trails reach back; null where none are drawn. */
  readonly trails: number | null;
  readonly neighbors: NeighborLines;
  /** The second film; `film` is null for the one that the server shows of its run. */
  readonly beside: { readonly run: string; readonly tag: string; readonly film: string | null } | null;
  readonly alignment: Alignment;
  readonly measure: SampleMeasure | null;
  /** How dots say how far to trust them. */
  readonly trust: (typeof TRUST_MARKS)[number];
  readonly without: readonly Switch[];
  /** Colours that were given to classes, `#rrggbb`. */
  readonly colours: ReadonlyMap<number, string>;
  readonly loop: LoopRange | null;
  readonly bookmarks: readonly Bookmark[];
  /** Weight of the past in curves, 0 to 0.99. */
  readonly smoothing: number | null;
  /** Titles of charts on a logarithmic axis. */
  readonly log: readonly string[];
}

const PREFIX = "p.timetravel.";
const PLUGIN = "timetravel";
const MAX_TRAIL = 1000;
const MAX_RANGE = 100_000; // a link of a few letters must not ask for gigabytes

const round = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

function finite(raw: string | undefined): number | null {
  if (raw === undefined || raw.trim() === "") return null;
  const value = Number(raw);
  return Number.isFinite(value) ? value : null;
}

function parseCamera(raw: string | undefined): Camera | null {
  const [u, v, zoom] = (raw ?? "").split(",").map((part) => finite(part));
  if (u == null || v == null || zoom == null || zoom <= 0 || zoom > 64) return null;
  return { u, v, zoom };
}

/** `0-6,8`: isolating one of a hundred classes hides ninety-nine. */
const formatIndices = (indices: readonly number[]): string =>
  ranges(indices)
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

function parseBeside(raw: string | undefined): LinkState["beside"] {
  const [run = "", tag = "", film = ""] = (raw ?? "").split("/").map(decodeComponent);
  return run === "" || tag === "" ? null : { run, tag, film: film === "" ? null : film };
}

const formatBeside = ({ run, tag, film }: NonNullable<LinkState["beside"]>): string =>
  [run, tag, ...(film === null ? [] : [film])].map(encodeURIComponent).join("/");

export function readLink(hash: string): LinkState {
  const fields = new Map<string, string>();
  for (const token of hash.replace(/^#/, "").split("&")) {
    const equals = token.indexOf("=");
    if (equals < 0 || !token.startsWith(PREFIX)) continue;
    fields.set(token.slice(PREFIX.length, equals), decodeComponent(token.slice(equals + 1)));
  }
  const territory = finite(fields.get("territory"));
  const trails = finite(fields.get("trails"));
  const smoothing = finite(fields.get("smoothing"));
  return {
    run: fields.get("run") ?? null,
    tag: fields.get("tag") ?? null,
    film: fields.get("film") ?? null,
    step: finite(fields.get("step")),
    colour: COLOUR_MODES.find((mode) => mode === fields.get("colour")) ?? null,
    column: fields.get("column") ?? null,
    camera: parseCamera(fields.get("camera")),
    hidden: parseIndices(fields.get("hidden") ?? ""),
    territory: territory === null ? null : Math.min(1, Math.max(0, territory)),
    renderer: RENDERERS.find((name) => name === fields.get("renderer")) ?? "auto",
    selected: parseIndices(fields.get("selected") ?? ""),
    query: fields.get("query") ?? null,
    trails: trails !== null && Number.isInteger(trails) && trails > 0 && trails <= MAX_TRAIL ? trails : null,
    neighbors: NEIGHBOR_LINES.find((name) => name === fields.get("neighbors")) ?? "none",
    beside: parseBeside(fields.get("beside")),
    alignment: ALIGNMENTS.find((name) => name === fields.get("align")) ?? "step",
    measure: SAMPLE_MEASURES.find((name) => name === fields.get("measure")) ?? null,
    trust: TRUST_MARKS.find((mark) => mark === fields.get("trust")) ?? "off",
    without: SWITCHES.filter((name) => fields.get("without")?.split(",").includes(name)),
    colours: parseColours(fields.get("colours") ?? ""),
    loop: parseRange(fields.get("loop") ?? ""),
    bookmarks: parseBookmarks(fields.get("bookmarks") ?? ""),
    smoothing: smoothing === null ? null : Math.min(0.99, Math.max(0, smoothing)),
    log: (fields.get("log") ?? "").split("\n").filter((title) => title !== ""),
  };
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
  const camera = state.camera;
  const fields: [string, string | null][] = [
    ["run", state.run],
    ["tag", state.tag],
    ["film", state.film],
    ["step", state.step === null ? null : String(state.step)],
    ["colour", state.colour],
    ["column", state.column],
    ["camera", camera === null ? null : `${round(camera.u, 4)},${round(camera.v, 4)},${round(camera.zoom, 2)}`],
    ["hidden", state.hidden.length === 0 ? null : formatIndices(state.hidden)],
    ["territory", state.territory === null ? null : round(state.territory, 2)],
    ["renderer", state.renderer === "auto" ? null : state.renderer],
    ["selected", state.selected.length === 0 ? null : formatIndices(state.selected)],
    ["query", state.query],
    ["trails", state.trails === null ? null : String(state.trails)],
    ["neighbors", state.neighbors === "none" ? null : state.neighbors],
    ["beside", state.beside === null ? null : formatBeside(state.beside)],
    ["align", state.beside === null || state.alignment === "step" ? null : state.alignment],
    ["measure", state.measure],
    ["trust", state.trust === "off" ? null : state.trust],
    ["without", state.without.length === 0 ? null : state.without.join(",")],
    ["colours", state.colours.size === 0 ? null : formatColours(state.colours)],
    ["loop", formatRange(state.loop)],
    ["bookmarks", formatBookmarks(state.bookmarks)],
    ["smoothing", state.smoothing === null ? null : round(state.smoothing, 2)],
    ["log", state.log.length === 0 ? null : state.log.join("\n")],
  ];
  const own = fields.flatMap(([key, value]) => (value === null ? [] : [`${PREFIX}${key}=${encodeURIComponent(value)}`]));
  // TensorBoard reads the first token as the tab's name; without one the link would open another tab.
  const [tab = PLUGIN, ...rest] = others;
  return `#${[tab, ...rest, ...own].join("&")}`;
}
