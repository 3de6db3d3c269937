/** Saving what is selected under a name, and the names that were saved. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { asSentence, plural } from "../format";
import { bringBack, deleted, isSaved, type Row, remove, restore, rowsOf, save, saved, savedTrouble } from "../saved";
import * as state from "../state";
import { Icon } from "./icons";
import { byKeyboard } from "./leave";
import { Popover } from "./popover";
import { Said } from "./said";

const MOST_LETTERS = 100;

const countOf = (ranges: readonly (readonly number[])[]): number =>
  ranges.reduce((sum, [first = 0, last = -1]) => sum + last - first + 1, 0);

function SaveForm(): JSX.Element {
  const name = useSignal("");
  const typed = name.value.trim();
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
        {isSaved(typed) ? "Replace" : "Save"}
      </button>
    </form>
  );
}

/** A saved selection, or one that was deleted: the same button takes it away and brings it back, and so keeps the keyboard's focus. */
function Line({ row, canChange }: { row: Row; canChange: boolean }): JSX.Element {
  const { name, ranges, isDeleted } = row;
  return (
    <li class={isDeleted ? "is-deleted" : ""}>
      <button type="button" class="text-button saved-name" title={`Select ${name}`} onClick={() => restore(ranges)}>
        {name}
      </button>
      <span class="faint">{isDeleted ? "deleted" : plural(countOf(ranges), "sample")}</span>
      {canChange && (
        <button
          type="button"
          class="quiet"
          aria-label={isDeleted ? `Undo deleting ${name}` : `Delete ${name}`}
          title={isDeleted ? "Save it again" : "Delete"}
          onClick={(event) => {
            if (!byKeyboard(event)) event.currentTarget.blur();
            void (isDeleted ? bringBack(row) : remove(name));
          }}
        >
          {isDeleted ? "Undo" : <Icon name="close" />}
        </button>
      )}
    </li>
  );
}

export function Saved(): JSX.Element | null {
  const known = saved.value;
  if (known === null && savedTrouble.value === null) return null;
  const selections = known?.selections ?? [];
  const gone = deleted.value;
  const rows = rowsOf(selections, gone);
  return (
    <Popover
      className="saved"
      title="Selections saved beside the run"
      label={selections.length === 0 ? "Saved" : `Saved (${selections.length})`}
      onOpen={(box) => box.querySelector("input")?.focus()}
    >
      {known?.cannot_save != null ? (
        <p class="faint">
          Nothing can be saved here: <Said words={known.cannot_save} />.
        </p>
      ) : state.selection.value.count === 0 ? (
        <p class="faint">Select samples to save them beside the run.</p>
      ) : (
        <SaveForm />
      )}
      {savedTrouble.value !== null && (
        <p role="alert" class="query-trouble">
          {asSentence(savedTrouble.value)}
        </p>
      )}
      {rows.length > 0 && (
        <ul aria-label="Saved selections">
          {rows.map((row) => (
            // Who deleted one may see it beside another of its name, which somebody saved since.
            <Line key={row.isDeleted && isSaved(row.name) ? "" : row.name} row={row} canChange={known?.cannot_save == null} />
          ))}
        </ul>
      )}
      <p role="status" class="sr">
        {gone !== null && `${gone.name} is deleted; it can be brought back.`}
      </p>
    </Popover>
  );
}
