/**
 * What a link carries, in TensorBoard's own hash: `#timetravel&p.timetravel.run=digits&p.timetravel.step=12`. Other plugins' keys and the
 * leading plugin name stay as they are.
 */
import { type Bookmark, formatBookmarks, parseBookmarks } from "./bookmarks";
import type { Camera } from "./camera";
import { formatRange, type LoopRange, parseRange } from "./loop";
import { ranges } from "./ranges";

export const COLOUR_MODES = ["label", "prediction", "correctness", "confidence"] as const;
export type ColourMode = (typeof COLOUR_MODES)[number];
export const RENDERERS = ["auto", "webgl", "cpu"] as const;
export type RendererChoice = (typeof RENDERERS)[number];

/** null: not in the link, the default holds. */
export interface LinkState {
  readonly run: string | null;
  readonly tag: string | null;
  readonly film: string | null;
  readonly step: number | null;
  readonly colour: ColourMode | null;
  readonly camera: Camera | null;
  readonly hidden: readonly number[];
  /** Opacity of the territory, 0..1. */
  readonly territory: number | null;
  /** `cpu` draws without WebGL, for support; `webgl` insists on it even where it is emulated. */
  readonly renderer: RendererChoice;
  readonly loop: LoopRange | null;
  readonly bookmarks: readonly Bookmark[];
  /** Weight of the past in curves, 0 to 0.99. */
  readonly smoothing: number | null;
  /** Titles of charts on a logarithmic axis. */
  readonly log: readonly string[];
}

const PREFIX = "p.timetravel.";
const PLUGIN = "timetravel";

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
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    if (first === undefined) return [];
    return Array.from({ length: Math.max(0, Number(last) - Number(first) + 1) }, (_, offset) => Number(first) + offset);
  });
}

function decodeComponent(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw; // a lone % typed by hand
  }
}

export function readLink(hash: string): LinkState {
  const fields = new Map<string, string>();
  for (const token of hash.replace(/^#/, "").split("&")) {
    const equals = token.indexOf("=");
    if (equals < 0 || !token.startsWith(PREFIX)) continue;
    fields.set(token.slice(PREFIX.length, equals), decodeComponent(token.slice(equals + 1)));
  }
  const territory = finite(fields.get("territory"));
  const smoothing = finite(fields.get("smoothing"));
  return {
    run: fields.get("run") ?? null,
    tag: fields.get("tag") ?? null,
    film: fields.get("film") ?? null,
    step: finite(fields.get("step")),
    colour: COLOUR_MODES.find((mode) => mode === fields.get("colour")) ?? null,
    camera: parseCamera(fields.get("camera")),
    hidden: parseIndices(fields.get("hidden") ?? ""),
    territory: territory === null ? null : Math.min(1, Math.max(0, territory)),
    renderer: RENDERERS.find((name) => name === fields.get("renderer")) ?? "auto",
    loop: parseRange(fields.get("loop") ?? ""),
    bookmarks: parseBookmarks(fields.get("bookmarks") ?? ""),
    smoothing: smoothing === null ? null : Math.min(0.99, Math.max(0, smoothing)),
    log: (fields.get("log") ?? "").split("\n").filter((title) => title !== ""),
  };
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
    ["camera", camera === null ? null : `${round(camera.u, 4)},${round(camera.v, 4)},${round(camera.zoom, 2)}`],
    ["hidden", state.hidden.length === 0 ? null : formatIndices(state.hidden)],
    ["territory", state.territory === null ? null : round(state.territory, 2)],
    ["renderer", state.renderer === "auto" ? null : state.renderer],
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
