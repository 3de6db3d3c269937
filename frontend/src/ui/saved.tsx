/** Saving what is selected under a name, and the names that were saved. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { plural } from "../format";
import { remove, restore, save, saved, savedTrouble } from "../saved";
import * as state from "../state";
import { Icon } from "./icons";
import { leaveRow } from "./leave";
import { Popover } from "./popover";

const MOST_LETTERS = 100;

const countOf = (ranges: readonly (readonly number[])[]): number =>
  ranges.reduce((sum, [first = 0, last = -1]) => sum + last - first + 1, 0);

function SaveForm(): JSX.Element {
  const name = useSignal("");
  const typed = name.value.trim();
  const replaces = saved.value?.selections.some((selection) => selection.name === typed) === true;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (typed !== "" && (await save(typed))) name.value = "";
  };
  return (
    <form class="save-form" onSubmit={submit}>
      <input
        type="text"
        aria-label="Name of the selection"
        placeholder="Name"
        maxLength={MOST_LETTERS}
        value={name}
        onInput={({ currentTarget }) => (name.value = currentTarget.value)}
      />
      <button type="submit" disabled={typed === ""}>
        {replaces ? "Replace" : "Save"}
      </button>
    </form>
  );
}

export function Saved(): JSX.Element | null {
  const known = saved.value;
  if (known === null && savedTrouble.value === null) return null;
  const selections = known?.selections ?? [];
  return (
    <Popover
      className="saved"
      title="Selections saved beside the run"
      label={selections.length === 0 ? "Saved" : `Saved (${selections.length})`}
    >
      {known?.cannot_save != null ? (
        <p class="faint">Nothing can be saved here: {known.cannot_save}.</p>
      ) : state.selection.value.count === 0 ? (
        <p class="faint">Select samples to save them beside the run.</p>
      ) : (
        <SaveForm />
      )}
      {savedTrouble.value !== null && (
        <p role="alert" class="query-trouble">
          {savedTrouble}
        </p>
      )}
      {selections.length > 0 && (
        <ul aria-label="Saved selections">
          {selections.map(({ name, ranges }) => (
            <li key={name}>
              <button type="button" class="text-button saved-name" title={`Select ${name}`} onClick={() => restore(ranges)}>
                {name}
              </button>
              <span class="faint">{plural(countOf(ranges), "sample")}</span>
              {known?.cannot_save == null && (
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Delete ${name}`}
                  title="Delete"
                  onClick={(event) => {
                    leaveRow(event);
                    void remove(name);
                  }}
                >
                  <Icon name="close" />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}
