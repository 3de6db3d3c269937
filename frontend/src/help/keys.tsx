/** What keys and gestures do: the help sheet's words, a file of its own in the bundle, loaded when it is first opened. */
import type { JSX } from "preact";
import * as tab from "../lent";
import css from "./help.css";

tab.adopt(css);

/** As `keyboard.ts` binds them. */
const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["Space", "play or pause"],
  ["← →", "previous or next step (with Shift: ten)"],
  ["Home End", "first or last step"],
  [", .", "slower or faster"],
  ["L", "loop"],
  ["[ ]", "loop from here, loop to here"],
  ["\\", "loop the whole film"],
  ["M", "bookmark at this step, on or off"],
  ["{ }", "previous or next bookmark"],
  ["1 … 8", "colour by label, prediction, correctness, confidence, split, flips, fidelity, difference between two films"],
  ["9", "colour by a column of the samples; again: by the next"],
  ["T", "territory on or off"],
  ["O", "outline of territories on or off"],
  ["H", "hatching of doubtful territory on or off"],
  ["A", "class names on or off"],
  ["W", "marks of wrong predictions on or off"],
  ["D", "fidelity of dots: off, fade, ring"],
  ["F", "fit the whole picture"],
  ["+ = -", "zoom in or out"],
  ["Ctrl+←→↑↓", "move over the picture"],
  ["V B Q", "move the picture, select with a box, select with a lasso"],
  ["X", "select what is in view (with Shift: add it)"],
  ["R", "trails of what is selected"],
  ["N", "lines to the nearest neighbors of the sample in focus: in the representation, in the plane, both"],
  ["C", "another film beside, or one alone"],
  ["S F", "in the list of suspicious samples: suspicious, fine"],
  ["↑ ↓", "from row to row of the legend, of the table of fidelity and of lists (Home, End: the first or last)"],
  ["/", "find samples by a query"],
  ["E", "export a picture or a film"],
  ["Esc", "close what lies on top, else clear the selection"],
  ["?", "this help"],
];

export function Keys(): JSX.Element {
  return (
    <>
      <dl>
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt>Picture</dt>
          <dd>wheel zooms at the pointer, drag pans, hover shows a sample, click keeps it</dd>
        </div>
        <div>
          <dt>Select</dt>
          <dd>
            click selects a sample, Shift-drag those in a box, Alt+Shift-drag those in a lasso; Ctrl or ⌘ adds, Alt takes away (on
            a click, or with the box and lasso tools)
          </dd>
        </div>
        <div>
          <dt>Curves</dt>
          <dd>press or drag to go to a step</dd>
        </div>
        <div>
          <dt>Timeline</dt>
          <dd>hover looks at a step, A and B are dragged to loop a part</dd>
        </div>
        <div>
          <dt>Legend</dt>
          <dd>click hides a class, Alt and click isolates it, its swatch gives it another colour</dd>
        </div>
      </dl>
      <p class="faint">
        Between two steps dots move in straight lines; every number comes from the nearest real step. Dots of later splits are
        diamonds and squares; of more than twenty classes, shape and colour together name the class.
      </p>
    </>
  );
}
