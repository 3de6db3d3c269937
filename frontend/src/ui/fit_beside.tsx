/** In whose plane a fit lays its film: its own, or that of another run's film. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import * as api from "../api";
import { plural } from "../format";
import * as state from "../state";
import type { BesideOffer, Probe } from "../wire";
import { useAsync } from "./use_async";

export interface BesideChoice {
  readonly offers: readonly BesideOffer[];
  readonly chosen: BesideOffer | null;
  readonly choose: (offer: BesideOffer | null) => void;
}

const keyOf = ({ run, tag }: { readonly run: string; readonly tag: string }): string => JSON.stringify([run, tag]);

/** Other runs are asked for shared samples only where there is one with a film. */
export function useBeside(probe: Probe): BesideChoice {
  const byHand = useSignal<readonly [of: string, other: string] | null>(null);
  const own = keyOf(probe);
  const others = (state.listing.value?.runs ?? [])
    .flatMap(({ run, tags }) => tags.map((tag) => ({ ...tag, run })))
    .filter((tag) => tag.state === "fitted" && keyOf(tag) !== own)
    .map(keyOf)
    .join();
  const look = (): Promise<BesideOffer[]> => (others === "" ? Promise.resolve([]) : api.fetchBesides(probe));
  const offers = useAsync(look, [own, probe.samples, others]) ?? [];
  const [of, other] = byHand.value ?? [];
  const chosen = (of === own && offers.find((offer) => keyOf(offer) === other)) || null;
  return { offers, chosen, choose: (offer) => (byHand.value = offer === null ? null : [own, keyOf(offer)]) };
}

export function BesideField({ choice: { offers, chosen, choose } }: { choice: BesideChoice }): JSX.Element | null {
  if (offers.length === 0) return null;
  return (
    <label
      class="and-follow"
      title="Draw each sample towards its place in the other run's film, so that both can be looked at in one plane; that costs a few neighbors"
    >
      in the plane of
      <select
        value={chosen === null ? "" : keyOf(chosen)}
        onChange={({ currentTarget }) => choose(offers.find((offer) => keyOf(offer) === currentTarget.value) ?? null)}
      >
        <option value="">its own</option>
        {offers.map((offer) => (
          <option key={keyOf(offer)} value={keyOf(offer)} title={`${plural(offer.n_matched, "sample")} in common`}>
            {offer.tag === "probe" ? offer.run : `${offer.run} · ${offer.tag}`}
          </option>
        ))}
      </select>
    </label>
  );
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);

/** What a command gets behind it to do the same. */
export const besideOptions = (chosen: BesideOffer, { tag }: Probe): string =>
  ` ${quoted(`--beside=${chosen.run}`)}${chosen.tag === tag ? "" : ` ${quoted(`--beside-tag=${chosen.tag}`)}`}`;
