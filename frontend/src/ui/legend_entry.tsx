import type { JSX } from "preact";
import { isolated, toggled } from "../actions";
import { giveColour } from "../class_colours";
import { formatCount } from "../format";
import { counts, hidden, hide, type LegendEntry } from "../legend";
import * as state from "../state";

/** The colour of an entry in the shape of its dots; of a class, a button that gives it another. */
function Swatch({ entry, tabIndex }: { entry: LegendEntry; tabIndex: 0 | -1 }): JSX.Element {
  const style = { "--swatch": entry.colour };
  if (!entry.recolourable) return <span class={`swatch ${entry.shape}`} style={style} />;
  return (
    <label class="swatch-button" title={`Colour of ${entry.name}`}>
      <span class={`swatch ${entry.shape}`} style={style} />
      <input
        type="color"
        tabIndex={tabIndex}
        aria-label={`Colour of ${entry.name}`}
        value={entry.colour}
        onInput={({ currentTarget }) => giveColour(entry.key, currentTarget.value)}
      />
    </label>
  );
}

/** One key of the legend: hidden by a click, isolated by Alt and a click, by a double click or by its own button. */
export function Entry({ entry, nKeys, tabIndex }: { entry: LegendEntry; nKeys: number; tabIndex: 0 | -1 }): JSX.Element {
  const { key, name } = entry;
  const shown = !hidden.value.has(key);
  const isolate = (): void => hide(isolated(hidden.value, key, nKeys));
  const given = entry.recolourable && state.givenColours.value.has(key);
  return (
    <li class={shown ? "" : "is-hidden"} data-key={key}>
      <Swatch entry={entry} tabIndex={tabIndex} />
      <button
        type="button"
        class="legend-entry"
        tabIndex={tabIndex}
        aria-pressed={shown}
        title={`${name}: click hides, Alt and click isolates`}
        onClick={(event) => {
          if (event.altKey) isolate();
          // A double click is two clicks first: they cancel out.
          else if (event.detail === 2) hide(isolated(toggled(hidden.value, key), key, nKeys));
          else hide(toggled(hidden.value, key));
        }}
      >
        <span class="legend-name">{name}</span>
        <span class="legend-count">{formatCount(counts.value[key] ?? 0)}</span>
      </button>
      {given && (
        <button
          type="button"
          class="legend-more"
          tabIndex={tabIndex}
          aria-label={`Own colour of ${name} away`}
          title="The palette's colour again"
          onClick={() => giveColour(key, null)}
        >
          ↺
        </button>
      )}
      <button
        type="button"
        class="legend-more"
        tabIndex={tabIndex}
        aria-label={`Only ${name}`}
        title={`Only ${name}`}
        onClick={isolate}
      >
        only
      </button>
    </li>
  );
}
