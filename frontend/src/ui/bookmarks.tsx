/** Bookmarks: ticks on the timeline, and the list where they are named and taken away. */
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import * as actions from "../actions";
import { LONGEST_NAME, renamedBookmark, toggledBookmark } from "../bookmarks";
import * as state from "../state";
import { cursorAt } from "../timeline";
import { Icon } from "./icons";
import { leaveRow } from "./leave";
import { Popover } from "./popover";

const NAME_FROM = 48; // pixels to the next bookmark: below it three letters and an ellipsis say nothing

export function BookmarkTicks({ reel, width }: { reel: state.Reel; width: Signal<number> }): JSX.Element | null {
  const marks = state.bookmarks.value;
  if (marks.length === 0) return null;
  const last = Math.max(1, reel.steps.length - 1);
  const places = marks.map(({ step }) => cursorAt(step, reel.steps) / last);
  return (
    <div class="marks">
      {marks.map(({ step, name }, index) => {
        const at = places[index] ?? 0;
        const room = (places[index + 1] ?? 1) - at;
        const words = name === "" ? `step ${step}` : `step ${step}, ${name}`;
        return (
          <div class="tick" key={step} style={{ "--at": at, "--room": room }}>
            <button type="button" aria-label={`Go to the bookmark at ${words}`} title={words} onClick={() => actions.goTo(step)}>
              <Icon name="bookmark" />
            </button>
            {name !== "" && room * width.value >= NAME_FROM && <span aria-hidden="true">{name}</span>}
          </div>
        );
      })}
    </div>
  );
}

export function BookmarkMenu(): JSX.Element {
  const marks = state.bookmarks.value;
  const here = state.step.value;
  const isHere = marks.some(({ step }) => step === here);
  return (
    <Popover
      className="bookmark-menu"
      title="Bookmarks (M sets one here)"
      label={
        <>
          <Icon name="bookmark" />
          <span class="sr">Bookmarks</span>
          {marks.length > 0 && marks.length}
        </>
      }
    >
      <button type="button" onClick={actions.toggleBookmark}>
        {isHere ? `Remove the bookmark at step ${here}` : `Bookmark step ${here}`} <kbd>M</kbd>
      </button>
      {marks.length > 0 && (
        <ul class="bookmark-list">
          {marks.map(({ step, name }) => (
            <li key={step}>
              <button type="button" class="text-button" onClick={() => actions.goTo(step)}>
                step {step}
              </button>
              <input
                type="text"
                value={name}
                maxLength={LONGEST_NAME}
                placeholder="name"
                aria-label={`Name of the bookmark at step ${step}`}
                onInput={({ currentTarget }) => {
                  state.bookmarks.value = renamedBookmark(state.bookmarks.peek(), step, currentTarget.value);
                }}
              />
              <button
                type="button"
                class="quiet"
                aria-label={`Remove the bookmark at step ${step}`}
                title="Remove the bookmark"
                onClick={(event) => {
                  leaveRow(event);
                  state.bookmarks.value = toggledBookmark(state.bookmarks.peek(), step);
                }}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="faint">
        <kbd>{"{"}</kbd>
        <kbd>{"}"}</kbd> go to the previous or next one. They travel with the link.
      </p>
    </Popover>
  );
}
