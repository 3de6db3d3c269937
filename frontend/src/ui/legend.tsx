import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { formatCount, formatEnd } from "../format";
import { counts, doubtWords, entries, hidden, hide, type Scale, scale, trustWords, wrongWords } from "../legend";
import { NONE_COLOUR, viridisGradient } from "../palette";
import * as state from "../state";
import { leaveTo } from "./leave";
import { Entry } from "./legend_entry";
import { walk } from "./list_keys";

const SEARCH_FROM = 13;

function Ramp({ title, low, high, open, openLow, words, partial }: Scale): JSX.Element {
  return (
    <div class="ramp">
      <div
        class="ramp-bar"
        style={{ background: viridisGradient }}
        role="img"
        aria-label={`${title}, ${formatEnd(low)} to ${formatEnd(high)}`}
      />
      <span>{openLow ? `${formatEnd(low)} or less` : formatEnd(low)}</span>
      <span>{high % 2 === 0 || !open ? formatEnd((low + high) / 2) : ""}</span>
      <span>{open ? `${formatEnd(high)} or more` : formatEnd(high)}</span>
      <p class="ramp-words">{words}</p>
      {partial && (
        <p class="key-line">
          <span class="swatch circle" style={{ "--swatch": NONE_COLOUR }} aria-hidden="true" />
          {state.colour.value === "column" ? "no value" : "not measured"}
        </p>
      )}
    </div>
  );
}

function WrongKey(): JSX.Element | null {
  if (wrongWords.value === null) return null;
  return (
    <p class="key-line">
      <span class="wrong-swatch" aria-hidden="true" />
      {wrongWords}
    </p>
  );
}

function TrustKey(): JSX.Element | null {
  const found = trustWords.value;
  if (found === null) return null;
  return (
    <p class="key-line" title={found.title}>
      <span class={`trust-swatch ${found.mark}`} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {found.words}
    </p>
  );
}

function DoubtKey(): JSX.Element | null {
  if (doubtWords.value === null) return null;
  return (
    <p
      class="key-line"
      title="No sample near that held this part of the picture, or the samples there are predicted as another class than it shows. Do not read decisions from it."
    >
      <span class="doubt-swatch" aria-hidden="true" />
      {doubtWords}
    </p>
  );
}

export function Legend(): JSX.Element {
  const query = useSignal("");
  const current = useSignal(0);
  const all = entries.value.filter(({ key, optional }) => !optional || (counts.value[key] ?? 0) > 0);
  const wanted = query.value.trim().toLowerCase();
  const things = state.colour.value === "column" ? "values" : "classes";
  const searchable = all.length >= SEARCH_FROM;
  const found = searchable ? all.filter(({ name }) => name.toLowerCase().includes(wanted)) : all;
  const stop = found.some(({ key }) => key === current.value) ? current.value : found[0]?.key;
  return (
    <section class="legend" aria-label="Legend">
      {scale.value !== null && <Ramp {...scale.value} />}
      {searchable && (
        <input
          type="search"
          placeholder={`Search ${formatCount(all.length)} ${things}`}
          aria-label={`Search ${things}`}
          value={query}
          onInput={({ currentTarget }) => (query.value = currentTarget.value)}
        />
      )}
      <ul
        class="legend-list"
        onKeyDown={(event) => walk(event, event.currentTarget, "li", ".legend-entry")}
        onFocusCapture={({ target }) => {
          const row = target instanceof Element ? target.closest<HTMLElement>("li") : null;
          if (row !== null) current.value = Number(row.dataset.key);
        }}
      >
        {found.map((entry) => (
          <Entry key={entry.key} entry={entry} nKeys={entries.value.length} tabIndex={entry.key === stop ? 0 : -1} />
        ))}
      </ul>
      {found.length === 0 && searchable && <p class="faint">None has that name.</p>}
      {hidden.value.size > 0 && scale.value === null && (
        <button
          type="button"
          class="text-button"
          onClick={(event) => {
            leaveTo(event, event.currentTarget.parentElement?.querySelector('.legend-entry[tabindex="0"]'));
            hide(new Set());
          }}
        >
          Show all
        </button>
      )}
      <WrongKey />
      <TrustKey />
      <DoubtKey />
    </section>
  );
}
