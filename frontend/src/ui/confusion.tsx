/** The selection counted by label and prediction. */
import type { JSX } from "preact";
import type { Frame } from "../binary";
import { colourOfClass } from "../class_colours";
import { formatCount } from "../format";
import { confusionOf } from "../sample_rows";
import { selectPositions } from "../selecting";
import * as state from "../state";
import { Named } from "./named";

const MOST = 10; // classes per side: what fits beside the curves

/** 1,234 in a cell as wide as three digits. */
const short = (count: number): string => (count < 1000 ? String(count) : `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)}k`);

export function ConfusionTable({
  reel,
  positions,
  frame,
}: {
  reel: state.Reel;
  positions: Uint32Array;
  frame: Frame;
}): JSX.Element {
  const names = reel.probe.class_names;
  const classes = state.nClasses.value;
  const found = confusionOf(positions, reel.samples, frame, classes, MOST);
  const narrow = (label: number, prediction: number): void => {
    const none = (kind: number | undefined): number => (kind === undefined || kind < 0 || kind >= classes ? -1 : kind);
    selectPositions(
      positions.filter((sample) => none(reel.samples.label[sample]) === label && none(frame.prediction?.[sample]) === prediction),
    );
  };
  return (
    <table class="confusion">
      <caption>
        Label by prediction
        {found.omitted > 0 && <span class="faint"> · the {MOST} most frequent classes</span>}
      </caption>
      <thead>
        <tr>
          <td />
          {found.predictions.map((kind) => (
            <th key={kind} scope="col" title={`predicted ${state.className(kind, names)}`}>
              <span class="swatch" style={{ "--swatch": colourOfClass(kind) }} />
              <span class="confusion-name">{state.className(kind, names)}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {found.labels.map((label) => (
          <tr key={label}>
            <th scope="row" title={`label ${state.className(label, names)}`}>
              <Named kind={label} names={names} />
            </th>
            {found.predictions.map((prediction) => {
              const count = found.count(label, prediction);
              const words = `${formatCount(count)} with label ${state.className(label, names)} predicted ${state.className(prediction, names)}`;
              return (
                <td key={prediction} class={label === prediction ? "right" : ""}>
                  {count > 0 && (
                    <button
                      type="button"
                      aria-label={`${words}; select only these`}
                      title={words}
                      style={{ "--share": String(Math.sqrt(count / found.largest)) }}
                      onClick={() => narrow(label, prediction)}
                    >
                      {short(count)}
                    </button>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
