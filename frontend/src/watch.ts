/** Asks the server what there is, as often as it can change: every second while a fit runs, else every few. Rests while the tab is hidden. */
import { batch, effect } from "@preact/signals";
import * as api from "./api";
import { messageOf } from "./format";
import { isHidden } from "./host";
import { askedPlace } from "./link";
import { filmToHold, isUnderWay } from "./methods";
import * as state from "./state";
import type { Listing, Probe } from "./wire";

const FITTING_MS = 1000;
const CALM_MS = 5000;
const LISTING_MS = 15_000;
const UNREACHABLE_MS = 2000;

/** The place to show: the present one while it exists, else the link's, else the first run that has a film. */
export function choosePlace(
  listing: Listing,
  present: api.Place | null,
  asked: { run: string | null; tag: string | null },
): api.Place | null {
  const places = listing.runs.flatMap(({ run, tags }) => tags.map(({ tag, state }) => ({ run, tag, state })));
  const same = (wanted: { run: string | null; tag: string | null }): api.Place | undefined =>
    places.find(({ run, tag }) => run === wanted.run && (wanted.tag === null || tag === wanted.tag));
  const found =
    (present === null ? undefined : same(present)) ?? same(asked) ?? places.find(({ state }) => state === "fitted") ?? places[0];
  return found === undefined ? null : { run: found.run, tag: found.tag };
}

const samePlace = (a: api.Place | null, b: api.Place | null): boolean => a?.run === b?.run && a?.tag === b?.tag;

export class Watch {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = new AbortController();
  #listedAt = 0;
  readonly #stops: (() => void)[];

  constructor() {
    let wasHidden = isHidden();
    const onResize = (): void => {
      if (wasHidden && !isHidden()) this.refresh();
      wasHidden = isHidden();
    };
    window.addEventListener("resize", onResize);
    this.#stops = [
      () => window.removeEventListener("resize", onResize),
      effect(() => {
        state.place.value;
        state.reloads.value;
        this.refresh();
      }),
    ];
  }

  /** Ask now. */
  refresh(): void {
    this.#listedAt = 0;
    this.#round.abort();
    this.#round = new AbortController();
    clearTimeout(this.#timer);
    // Later, so that a signal written by the answer never starts a round inside a round.
    this.#timer = setTimeout(() => void this.#ask(this.#round.signal), 0);
  }

  destroy(): void {
    for (const stop of this.#stops) stop();
    this.#round.abort();
    clearTimeout(this.#timer);
  }

  async #ask(signal: AbortSignal): Promise<void> {
    let pause = CALM_MS;
    try {
      if (!isHidden()) await this.#look(signal);
      if (signal.aborted) return;
      state.unreachable.value = null;
      if (isUnderWay(state.fit.peek())) pause = FITTING_MS;
    } catch (error) {
      if (signal.aborted) return;
      this.#listedAt = 0; // the run may be gone: look at the listing first
      state.unreachable.value = messageOf(error);
      pause = UNREACHABLE_MS;
    }
    this.#timer = setTimeout(() => void this.#ask(signal), pause);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    if (state.place.peek() === null || now - this.#listedAt > LISTING_MS) {
      const listing = await api.fetchListing(signal);
      if (signal.aborted) return;
      this.#listedAt = now;
      const next = choosePlace(listing, state.place.peek(), askedPlace());
      state.listing.value = listing;
      if (!samePlace(next, state.place.peek())) {
        state.place.value = next;
        return; // the change starts a round of its own
      }
    }
    const place = state.place.peek();
    if (place === null) return;
    if (isUnderWay(state.fit.peek()) && state.probe.peek()?.run === place.run && (await this.#followFit(place, signal))) return;
    const probe = await api.fetchProbe(place, signal);
    if (!signal.aborted) this.#take(probe);
  }

  /** True while the probe need not be asked again: the fit goes on and has no new film. */
  async #followFit(place: api.Place, signal: AbortSignal): Promise<boolean> {
    const fit = await api.fetchFit(place, signal);
    if (signal.aborted) return true;
    const known = state.probe.peek()?.films.map(({ film }) => film) ?? [];
    const previewIsNew = fit.preview !== null && !known.includes(fit.preview);
    const hasGrown = fit.n_followed !== state.fit.peek()?.n_followed;
    if (!isUnderWay(fit)) return false; // its end is told together with its film
    state.fit.value = fit;
    return !previewIsNew && !hasGrown;
  }

  #take(probe: Probe): void {
    batch(() => {
      const before = state.probe.peek();
      state.chosenFilm.value = filmToHold(state.chosenFilm.peek(), { probe: before, fit: state.fit.peek() }, probe);
      if (JSON.stringify(before) !== JSON.stringify(probe)) state.probe.value = probe;
      state.fit.value = probe.fit;
    });
  }
}
