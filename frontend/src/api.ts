/** The only module that knows URLs, but for the routes of what is loaded on demand. Addresses are relative: path prefixes, proxies and notebooks need nothing special. */
import { type Column, decodeColumn, decodeFrame, decodeSamples, type Frame, type Samples, type Territory } from "./binary";
import type { Decoded, Decoder } from "./decode";
import * as wire from "./wire";

type Query = Record<string, string | number>;

/** An answer that says no, with the server's own sentence. */
export class ServerRefusal extends Error {
  override name = "ServerRefusal";
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** No answer at all: TensorBoard stopped, or the network is away. */
export class Unreachable extends Error {
  override name = "Unreachable";
}

// The entry page's base is data/plugin/timetravel/, with or without a prefix in front.
function address(route: string, query: Query = {}): string {
  const parameters = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
  const suffix = parameters.toString();
  return new URL(suffix === "" ? route : `${route}?${suffix}`, document.baseURI).href;
}

async function request(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new Unreachable("TensorBoard does not answer.");
  }
  if (response.ok) return response;
  throw new ServerRefusal(await refusalSentence(response), response.status);
}

async function refusalSentence(response: Response): Promise<string> {
  try {
    return wire.failure(await response.json(), "error").error;
  } catch {
    return `The server answered ${response.status} ${response.statusText}.`;
  }
}

export async function getJson<T>(decoder: Decoder<T>, route: string, query: Query, signal?: AbortSignal): Promise<T> {
  const response = await request(address(route, query), signal === undefined ? {} : { signal });
  return decoder(await response.json(), route);
}

export async function getBytes(route: string, query: Query, signal?: AbortSignal): Promise<ArrayBuffer> {
  const response = await request(address(route, query), signal === undefined ? {} : { signal });
  return response.arrayBuffer();
}

export async function post<T>(decoder: Decoder<T>, route: string, body: Readonly<Record<string, unknown>>): Promise<T> {
  const response = await request(address(route), {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Time-Travel": "1" },
    body: JSON.stringify(body),
  });
  return decoder(await response.json(), route);
}

/** A probe set: one tag of one run. */
export interface Place {
  readonly run: string;
  readonly tag: string;
}

export const fetchListing = (signal?: AbortSignal): Promise<wire.Listing> => getJson(wire.listing, "runs", {}, signal);

export const fetchProbe = ({ run, tag }: Place, signal?: AbortSignal): Promise<wire.Probe> =>
  getJson(wire.probe, "run", { run, tag }, signal);

export const fetchFit = ({ run, tag }: Place, signal?: AbortSignal): Promise<wire.Fit> =>
  getJson(wire.fit, "fit", { run, tag }, signal);

export const startFit = async ({ run, tag }: Place, method: string, follow: boolean, beside: Place | null): Promise<wire.Fit> =>
  (await post(wire.fitStarted, "fit", { run, tag, method, follow, ...(beside === null ? {} : { beside }) })).fit;

/** The films in whose plane a fit can lay its own. */
export const fetchBesides = async ({ run, tag }: Place): Promise<wire.BesideOffer[]> =>
  (await getJson(wire.besides, "beside", { run, tag })).beside;

export const cancelFit = async ({ run, tag }: Place): Promise<wire.Fit> =>
  (await post(wire.fitAnswer, "fit/cancel", { run, tag })).fit;

export const fetchFilm = ({ run, tag }: Place, film: string, signal?: AbortSignal): Promise<wire.Film> =>
  getJson(wire.film, "film", { run, tag, film }, signal);

export const fetchFrame = async (
  { run, tag }: Place,
  film: string,
  { step, frame }: wire.FilmStep,
  signal?: AbortSignal,
): Promise<Frame> => decodeFrame(await getBytes("frame", { run, tag, film, step, v: frame }, signal));

export const fetchColumn = async (
  { run, tag }: Place,
  film: string,
  { step, frame }: wire.FilmStep,
  column: string,
  signal?: AbortSignal,
): Promise<Column> => decodeColumn(await getBytes("sample_values", { run, tag, film, step, column, v: frame }, signal));

/** A value that the film tells of each sample at a step: bytes that `column_tools` decodes. */
export const fetchStepValues = (
  { run, tag }: Place,
  film: string,
  { step, frame }: wire.FilmStep,
  value: string,
): Promise<ArrayBuffer> => getBytes("sample_values", { run, tag, film, step, column: value, v: frame });

/** The columns of the samples, and the values of one by its place: bytes that `column_tools` decodes. */
export const fetchColumns = async ({ run, tag }: Place, version: string): Promise<wire.ColumnInfo[]> =>
  (await getJson(wire.columns, "columns", { run, tag, v: version })).columns;

export const fetchColumnValues = ({ run, tag }: Place, version: string, column: number): Promise<ArrayBuffer> =>
  getBytes("column_values", { run, tag, column, v: version });

export const fetchInsight = ({ run, tag }: Place, film: string, signal?: AbortSignal): Promise<wire.Insight> =>
  getJson(wire.insight, "insight", { run, tag, film }, signal);

export const startInsight = async ({ run, tag }: Place, film: string): Promise<wire.Insight> =>
  (await post(wire.insightAnswer, "insight", { run, tag, film })).insight;

export const cancelInsight = async ({ run, tag }: Place): Promise<wire.Insight> =>
  (await post(wire.insightAnswer, "insight/cancel", { run, tag })).insight;

/** A value per sample of what was worked out under a key, as `fetchColumnValues`. */
export const fetchInsightValues = ({ run, tag }: Place, insight: string, column: string): Promise<ArrayBuffer> =>
  getBytes("insight_values", { run, tag, insight, column });

/** A window of a step's territory, in fractions of the extent, on a grid of its own. */
export async function fetchTerritoryPart(
  { run, tag }: Place,
  { film, extent }: wire.Film,
  { step, frame }: wire.FilmStep,
  window: { readonly left: number; readonly right: number; readonly bottom: number; readonly top: number },
  resolution: number,
  signal?: AbortSignal,
): Promise<Territory | null> {
  const [xMin = 0, xMax = 1, yMin = 0, yMax = 1] = extent;
  const corners = {
    x_min: xMin + (xMax - xMin) * window.left,
    x_max: xMin + (xMax - xMin) * window.right,
    y_min: yMin + (yMax - yMin) * window.bottom,
    y_max: yMin + (yMax - yMin) * window.top,
  };
  return decodeFrame(await getBytes("territory_part", { run, tag, film, step, v: frame, resolution, ...corners }, signal))
    .territory;
}

export const fetchSamples = async ({ run, tag }: Place, version: string, signal?: AbortSignal): Promise<Samples> =>
  decodeSamples(await getBytes("samples", { run, tag, v: version }, signal));

export const thumbnailsAddress = ({ run, tag }: Place, version: string, page: number): string =>
  address("thumbnails", { run, tag, page, v: version });

export const fetchTexts = async ({ run, tag }: Place, version: string, page: number, signal?: AbortSignal): Promise<string[]> =>
  (await getJson(wire.texts, "texts", { run, tag, page, v: version }, signal)).texts;

export const fetchHistory = ({ run, tag }: Place, film: string, sample: number, signal?: AbortSignal): Promise<wire.History> =>
  getJson(wire.history, "history", { run, tag, film, sample }, signal);

/** The k nearest to each sample in the representation of a step, as positions, nearest first. */
export const fetchNeighbors = async (
  { run, tag }: Place,
  step: number,
  samples: readonly number[],
  k: number,
): Promise<number[][]> =>
  (await getJson(wire.neighbors, "neighbors", { run, tag, step, samples: samples.join(","), k })).neighbors;

export const fetchSelections = ({ run, tag }: Place): Promise<wire.SavedSelections> =>
  getJson(wire.savedSelections, "selections", { run, tag });

export const saveSelection = (
  { run, tag }: Place,
  { name, ranges }: Pick<wire.SavedSelection, "name" | "ranges">,
  replace: boolean,
): Promise<wire.SavedSelections> => post(wire.savedSelections, "selections", { run, tag, name, ranges, replace });

export const deleteSelection = ({ run, tag }: Place, name: string): Promise<Decoded<typeof wire.selectionDeleted>> =>
  post(wire.selectionDeleted, "selections/delete", { run, tag, name });

export const fetchScalarTags = async (run: string, signal?: AbortSignal): Promise<wire.ScalarTag[]> =>
  (await getJson(wire.scalarTags, "scalar_tags", { run }, signal)).scalars;

export const fetchScalars = (run: string, tag: string, signal?: AbortSignal): Promise<wire.Scalars> =>
  getJson(wire.scalars, "scalars", { run, tag }, signal);
