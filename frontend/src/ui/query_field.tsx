/** The search field: a query as it is typed, what could come next, and how many samples it matches. */
import { effect, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { formatCount, formatPercent } from "../format";
import { type Answer, answerTo, vocabulary } from "../query/ask";
import { columnKey, complete, isUnfinished, quotedName } from "../query/complete";
import { Matcher, type Vocabulary } from "../query/evaluate";
import { parseQuery } from "../query/parse";
import * as state from "../state";
import { Popover } from "./popover";

const HELPED = 8; // columns with an example
const ASK_DELAY_MS = 150; // a hand at work is not interrupted by its own half-typed words

const EXAMPLES: readonly (readonly [query: string, means: string])[] = [
  ["wrong conf>0.9", "wrong and sure of it, at this step"],
  ["conf<0.6", "unsure"],
  ["flipped", "predicted otherwise at the step before"],
  ["-split:train (wrong or conf<0.6)", "not of train, and wrong or unsure"],
  ["id:1,2,10..19", "these ids"],
  ["wrong step:10..20", "wrong at some step from 10 to 20"],
  ["-(wrong step:..10)", "never wrong up to step 10"],
];

/** Whether what a query asks for was logged here. */
function canBeAsked(query: string, vocabulary: Vocabulary): boolean {
  try {
    new Matcher(parseQuery(query), vocabulary);
    return true;
  } catch {
    return false;
  }
}

function Help({ onPick }: { onPick: (query: string) => void }): JSX.Element {
  const names = vocabulary.value;
  const first = names.classes[0];
  const own: (readonly [string, string])[] = [
    ...(first === undefined
      ? []
      : ([
          [`label:${quotedName(first)} -pred:${quotedName(first)}`, "of a class and not predicted so"],
          [`label:${quotedName(first)}`, "of a class"],
        ] as const)),
    ...EXAMPLES,
    ['text:"not bad"', "these words in the text"],
  ];
  const shown = [
    ...own.filter(([query]) => canBeAsked(query, names)),
    ...names.columns.slice(0, HELPED).flatMap((column): (readonly [string, string])[] => {
      const example = names.tools?.exampleOf(column, columnKey(column.name), quotedName);
      return example === undefined ? [] : [example];
    }),
  ];
  return (
    <Popover
      className="query-help"
      label={
        <span title="How to write a query">
          ?<span class="sr"> How to write a query</span>
        </span>
      }
    >
      <p>
        Terms side by side must all hold; <code>or</code> means either, <code>-</code> or <code>not</code> the opposite.
        Predictions are those of the step under the cursor, unless <code>step:</code> says at some step of a range.
      </p>
      <ul>
        {shown.map(([query, means]) => (
          <li key={query}>
            <button type="button" class="text-button" onClick={() => onPick(query)}>
              <code>{query}</code>
            </button>
            <span class="faint">{means}</span>
          </li>
        ))}
      </ul>
      {names.columns.length > 0 && (
        <p class="faint">
          Names of columns stand in quotes where they have spaces or signs in them, or are called as a word of this list.
          {names.columns.length > HELPED &&
            ` Others: ${names.columns
              .slice(HELPED)
              .map(({ name }) => name)
              .join(", ")}.`}
        </p>
      )}
    </Popover>
  );
}

function wordsFor(answer: Answer, isFollowed: boolean): string {
  switch (answer.kind) {
    case "none":
    case "trouble":
      return "";
    case "reading":
      return `reading ${formatPercent(answer.fraction)}`;
    case "found":
      if (isFollowed) return `${formatCount(answer.selection.count)} selected, follows the film`;
      return answer.selection.count === 0 ? "no sample matches" : `${formatCount(answer.selection.count)} match, Enter selects`;
  }
}

/** The short form, inside the field. */
function countOf(answer: Answer): string {
  if (answer.kind === "found") return formatCount(answer.selection.count);
  return answer.kind === "reading" ? "…" : "";
}

export function QueryField(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const text = useSignal(state.followedQuery.peek() ?? "");
  const asked = useSignal<string | null>(null);
  const caret = useSignal(0);
  const open = useSignal(false);
  const active = useSignal(-1);
  /** Enter was pressed on what cannot be asked: why stays to be read until it is edited. */
  const refused = useSignal(false);
  const options = useComputed(() => complete(text.value, caret.value, vocabulary.value));
  const question = useMemo(() => answerTo(asked), []);
  useEffect(() => question.stop, []);

  // At once, not with the next frame as a component's effects: what was typed until then would be lost.
  useEffect(
    () =>
      effect(() => {
        if (state.followedQuery.value !== null) text.value = state.followedQuery.value;
      }),
    [],
  );
  useSignalEffect(() => {
    const typed = text.value;
    const timer = setTimeout(() => (asked.value = typed), ASK_DELAY_MS);
    return () => clearTimeout(timer);
  });

  const edit = (query: string, at: number): void => {
    text.value = query;
    caret.value = at;
    active.value = -1;
    open.value = true;
    refused.value = false;
  };
  const follow = (): void => {
    asked.value = text.value;
    refused.value = question.answer.peek().kind === "trouble";
    open.value = refused.value;
    if (refused.value) return; // what is selected stays
    state.selected.value = null;
    state.followedQuery.value = text.value.trim() === "" ? null : text.value;
  };
  const accept = (index: number): void => {
    const { from, options: offered } = options.value;
    const option = offered[index];
    const element = input.current;
    if (option === undefined || element === null) return;
    const query = text.value.slice(0, from) + option.insert + text.value.slice(caret.value);
    edit(query, from + option.insert.length);
    element.value = query;
    element.setSelectionRange(caret.value, caret.value);
    element.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { options: offered } = options.value;
    const shown = open.value && offered.length > 0;
    const moves: Record<string, (() => void) | undefined> = {
      ArrowDown: () => {
        open.value = true;
        active.value = ((active.value + 2) % (offered.length + 1)) - 1;
      },
      ArrowUp: () => {
        open.value = true;
        active.value = ((active.value + offered.length + 1) % (offered.length + 1)) - 1;
      },
      Enter: () => (shown && active.value >= 0 ? accept(active.value) : follow()),
      Tab: shown && active.value >= 0 ? () => accept(active.value) : undefined,
      Escape: () => {
        if (open.value) open.value = false;
        else input.current?.blur();
      },
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };

  const answer = question.answer.value;
  const isFollowed = state.followedQuery.value !== null && state.followedQuery.value === text.value;
  const { options: offered } = options.value;
  const shown = open.value && (offered.length > 0 || text.value !== "");
  const isEmpty = text.value.trim() === "";
  const isTyping = open.value && !refused.value;
  const said = answer.kind === "trouble" && !isEmpty && asked.value === text.value ? answer : null;
  const awaited =
    isTyping && said?.error !== undefined && isUnfinished(said.error, caret.value, options.value) ? said.error : null;
  const trouble = said !== null && awaited === null ? said.sentence : null;
  return (
    <search class={`query${trouble === null ? "" : " trouble"}${isFollowed ? " followed" : ""}`}>
      <input
        ref={input}
        type="search"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={`Find samples: ${["wrong conf>0.9", "conf<0.6"].find((query) => canBeAsked(query, vocabulary.value)) ?? "id:1,2,10..19"}`}
        title={trouble ?? "Find samples (/)"}
        aria-label="Find samples"
        aria-autocomplete="list"
        aria-expanded={shown && offered.length > 0}
        aria-controls="query-options"
        aria-activedescendant={active.value >= 0 && shown ? `query-option-${active.value}` : undefined}
        aria-describedby="query-words"
        aria-invalid={trouble !== null}
        value={text}
        onInput={({ currentTarget }) => edit(currentTarget.value, currentTarget.selectionStart ?? 0)}
        onSelect={({ currentTarget }) => (caret.value = currentTarget.selectionStart ?? 0)}
        onFocus={() => (open.value = true)}
        onBlur={() => (open.value = false)}
        onKeyDown={onKeyDown}
      />
      <span class="query-count" aria-hidden="true">
        {trouble !== null ? "!" : isEmpty ? "" : countOf(answer)}
      </span>
      <div class="query-list" hidden={!shown}>
        {/* No stop of the Tab key, which a list that scrolls would be: it is gone when the field is left. */}
        <div id="query-options" class="query-options" role="listbox" aria-label="What could come next" tabIndex={-1}>
          {offered.map((option, index) => (
            <div
              key={option.label}
              id={`query-option-${index}`}
              role="option"
              aria-selected={index === active.value}
              // Before the field loses the focus, which would close the list.
              onPointerDown={(event) => {
                event.preventDefault();
                accept(index);
              }}
            >
              <code>{option.label}</code>
              <span class="faint">{option.detail}</span>
            </div>
          ))}
        </div>
        <p id="query-words" role="status" class={trouble === null ? "faint" : "query-trouble"}>
          {trouble ??
            (isEmpty
              ? ""
              : awaited !== null && offered.length === 0
                ? `Next: ${awaited.expected}`
                : wordsFor(answer, isFollowed))}
        </p>
      </div>
      <Help
        onPick={(query) => {
          edit(query, query.length);
          input.current?.focus();
        }}
      />
    </search>
  );
}
