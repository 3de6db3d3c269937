/** The events that were fetched of what was worked out, kept while it is the one that is open. */

import { messageOf } from "../format";
import * as tab from "../lent";
import { fetchEvents } from "./api";
import { decodeEvents, type Events } from "./events";

export const eventTrouble = tab.signal<string | null>(null);

interface Shelf {
  readonly of: string;
  readonly events: tab.Lazy<string, Events>;
}
let open: Shelf | null = null;

/** By kind. */
function eventsOf({ place, samples }: tab.Reel, insight: string): tab.Lazy<string, Events> {
  const of = [place.run, place.tag, insight].join("\n");
  const tell = (trouble: string | null): void => {
    if (open?.of === of) eventTrouble.value = trouble;
  };
  const load = async (kind: string): Promise<Events> => {
    try {
      const events = decodeEvents(await fetchEvents(place, insight, kind), samples.n);
      tell(null);
      return events;
    } catch (error) {
      tell(messageOf(error));
      throw error;
    }
  };
  if (open?.of !== of) open = { of, events: new tab.Lazy(load) };
  return open.events;
}

/** The events of each kind as far as they are here; the rest is fetched. */
export function useEvents(reel: tab.Reel, insight: string, kinds: readonly string[]): readonly (Events | undefined)[] {
  const events = eventsOf(reel, insight);
  return kinds.map((kind) => events.look(kind) ?? undefined);
}
