import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { isolated, toggled } from "../actions";
import { formatCount } from "../format";
import { counts, entries, hidden, hide, type LegendEntry } from "../legend";
import { viridisGradient } from "../palette";
import * as state from "../state";

const SEARCH_FROM = 13;

function Entry({ entry, nKeys }: { entry: LegendEntry; nKeys: number }): JSX.Element {
  const shown = !hidden.value.has(entry.key);
  return (
    <li>
      <button
        type="button"
        class="legend-entry"
        aria-pressed={shown}
        title={`${entry.name}: click hides, double click isolates`}
        onClick={(event) => {
          // A double click is two clicks first: they cancel out.
          hide(
            event.detail === 2 ? isolated(toggled(hidden.value, entry.key), entry.key, nKeys) : toggled(hidden.value, entry.key),
          );
        }}
      >
        <span class="swatch" style={{ "--swatch": entry.colour }} />
        <span class="legend-name">{entry.name}</span>
        <span class="legend-count">{formatCount(counts.value[entry.key] ?? 0)}</span>
      </button>
    </li>
  );
}

function Ramp(): JSX.Element {
  return (
    <div class="ramp">
      <div style={{ background: viridisGradient }} />
      <span>0</span>
      <span>0.5</span>
      <span>1</span>
    </div>
  );
}

/** How wrong predictions look: by shape, so that no one needs to tell hues apart. */
function WrongKey(): JSX.Element | null {
  const words: Record<typeof state.colour.value, string> = {
    label: "wrong: core is the prediction",
    prediction: "wrong: core is the label",
    correctness: "wrong: hollow core",
    confidence: "wrong: hollow core",
  };
  if (state.nearestFrame.value?.prediction === null) return null;
  return (
    <p class="wrong-key">
      <span class="wrong-swatch" aria-hidden="true" />
      {words[state.colour.value]}
    </p>
  );
}

export function Legend(): JSX.Element {
  const query = useSignal("");
  const all = entries.value.filter(({ key, optional }) => !optional || (counts.value[key] ?? 0) > 0);
  const wanted = query.value.trim().toLowerCase();
  const found = all.filter(({ name }) => name.toLowerCase().includes(wanted));
  const searchable = all.length >= SEARCH_FROM;
  return (
    <section class="legend" aria-label="Legend">
      {state.colour.value === "confidence" ? <Ramp /> : null}
      {searchable && (
        <input
          type="search"
          placeholder={`Search ${formatCount(all.length)} classes`}
          aria-label="Search classes"
          value={query}
          onInput={({ currentTarget }) => (query.value = currentTarget.value)}
        />
      )}
      <ul class="legend-list">
        {found.map((entry) => (
          <Entry key={entry.key} entry={entry} nKeys={entries.value.length} />
        ))}
      </ul>
      {found.length === 0 && searchable && <p class="faint">No class has that name.</p>}
      {hidden.value.size > 0 && state.colour.value !== "confidence" && (
        <button type="button" class="text-button" onClick={() => hide(new Set())}>
          Show all
        </button>
      )}
      <WrongKey />
    </section>
  );
}
