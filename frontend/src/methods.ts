/** Methods and films by the names that people read, which method a fit starts with, and which film is shown once it ends. */
import { formatMoment } from "./format";
import type { FilmEntry, Fit, Method, Probe } from "./wire";

/** The quick linear film that plays until the fit is there; no method to fit by. */
export const PREVIEW_METHOD = "preview";

export const isUnderWay = (fit: Fit | null): boolean => ["queued", "starting", "running"].includes(fit?.state ?? "none");

export function methodLabel(name: string, methods: readonly Method[]): string {
  if (name === PREVIEW_METHOD) return "Preview";
  return methods.find(({ method }) => method === name)?.label ?? name;
}

/** A film by its method; films of one method are told apart by when they were made. */
export function filmName(film: FilmEntry, { films, methods }: Probe): string {
  const twins = films.filter(({ method, beside }) => method === film.method && beside?.film === film.beside?.film);
  const made = film.created_at === null ? film.film.slice(0, 6) : formatMoment(film.created_at);
  const more = (film.live === true ? ", live" : "") + (film.beside == null ? "" : ` beside ${film.beside.run}`);
  const name = methodLabel(film.method, methods) + more + (twins.length < 2 ? "" : ` · ${made}`);
  return film.stale ? `${name} (older data)` : name;
}

/** Whether a method has its film of all that is logged now, in a plane of its own or in that of the film that is named. */
export const isFitted = (name: string, { films, steps }: Probe, beside: string | null = null): boolean =>
  films.some(
    (film) =>
      film.method === name &&
      !film.stale &&
      film.live !== true &&
      film.n_steps === steps.length &&
      (film.beside?.film ?? null) === beside,
  );

/** Whether a fit can go on to place steps as they are logged: only the default method does, and only where there are neither targets nor pairs. */
export const canFollow = (name: string | null, { methods, n_targets, has_pairs }: Probe): boolean =>
  name !== null && name === methods[0]?.method && (n_targets ?? 0) === 0 && has_pairs !== true;

/** The method a fit starts with unless another is chosen: that of the fit that did not end well, else that of the outdated film on
 * screen, else the default. */
export function preselected({ methods, films, fit }: Probe, shown: string | null): string | null {
  const unfinished = ["failed", "interrupted"].includes(fit.state) ? fit.method : null;
  const outdated = films.find(({ film, stale }) => film === shown && stale)?.method;
  const fittable = [unfinished, outdated, methods[0]?.method].map((name) =>
    methods.find(({ method, available }) => available && method === name),
  );
  return fittable.find((found) => found !== undefined)?.method ?? null;
}

/** The film to hold on to once an answer comes: the one that a fit made while it was watched, since somebody asked for it; else the
 * chosen one while it exists. Null follows the server. */
export function filmToHold(chosen: string | null, before: { probe: Probe | null; fit: Fit | null }, now: Probe): string | null {
  const exists = (key: string | null): boolean => now.films.some(({ film }) => film === key);
  const watched = before.probe?.run === now.run && before.probe.tag === now.tag && isUnderWay(before.fit);
  if (watched && now.fit.state === "finished" && exists(now.fit.film)) return now.fit.film === now.film ? null : now.fit.film;
  return exists(chosen) ? chosen : null;
}
