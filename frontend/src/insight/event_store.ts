/** The events that were fetched of what was worked out, kept while it is the one that is open. */

import { messageOf } from "../format";
import * as tab from "../lent";
import { fetchEvents } from "./api";
import { decodeEvents, type Events } from "./events";

let open = "";
const known = new Map<string, Events>();
const asked = new Map<string, Promise<Events>>();
const version = tab.signal(0);
export const eventTrouble = tab.signal<string | null>(null);

function load(reel: tab.Reel, insight: string, kind: string): Promise<Events> {
  const key = [reel.place.run, reel.place.tag, insight].join("\n");
  if (key !== open) {
    open = key;
    known.clear();
    asked.clear();
  }
  const under = asked.get(kind);
  if (under !== undefined) return under;
  const made = fetchEvents(reel.place, insight, kind).then((buffer) => decodeEvents(buffer, reel.samples.n));
  asked.set(kind, made);
  made.then(
    (events) => {
      if (key !== open) return;
      known.set(kind, events);
      eventTrouble.value = null;
      version.value++;
    },
    (error: unknown) => {
      if (key !== open) return;
      asked.delete(kind); // a later look tries again
      eventTrouble.value = messageOf(error);
    },
  );
  return made;
}

/** The events of each kind as far as they are here; the rest is fetched. */
export function useEvents(reel: tab.Reel, insight: string, kinds: readonly string[]): readonly (Events | undefined)[] {
  tab.useEffect(() => {
    for (const kind of kinds) load(reel, insight, kind).catch(() => undefined); // told by eventTrouble
  }, [reel, insight, kinds.join()]);
  version.value;
  const isOpen = open === [reel.place.run, reel.place.tag, insight].join("\n");
  return kinds.map((kind) => (isOpen ? known.get(kind) : undefined));
}
