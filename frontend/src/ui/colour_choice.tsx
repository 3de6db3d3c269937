/** By what the dots are coloured. */
import type { JSX } from "preact";
import * as actions from "../actions";
import { sampleMetrics } from "../columns";
import * as state from "../state";
import { COLOUR_MODES, type ColourMode, SAMPLE_MEASURES } from "../url";

const MODE_NAMES: Readonly<Record<Exclude<ColourMode, "fidelity">, string>> = {
  label: "Label",
  prediction: "Prediction",
  correctness: "Correctness",
  confidence: "Confidence",
  split: "Split",
  flips: "Flips",
  difference: "Difference",
};
const FIDELITY = "fidelity:";

function choose(value: string): void {
  const measure = SAMPLE_MEASURES.find((name) => `${FIDELITY}${name}` === value);
  if (measure !== undefined) state.measure.value = measure;
  const mode = measure === undefined ? COLOUR_MODES.find((name) => name === value) : "fidelity";
  if (mode !== undefined) actions.colourBy(mode);
}

export function ColourChoice(): JSX.Element {
  const present = state.colour.value === "fidelity" ? `${FIDELITY}${state.measure.value}` : state.colour.value;
  return (
    <label class="colour-choice">
      <span>Colour by</span>
      <select value={present} title="Keys 1 to 8" onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {COLOUR_MODES.map((mode) =>
          mode === "fidelity" || (mode === "difference" && state.beside.value === null) ? null : (
            <option key={mode} value={mode} disabled={!actions.isColourable(mode)}>
              {MODE_NAMES[mode]}
            </option>
          ),
        )}
        {sampleMetrics.value.length > 0 && (
          <optgroup label="Fidelity of each dot">
            {sampleMetrics.value.map(({ metric, label }) => (
              <option key={metric} value={`${FIDELITY}${metric}`}>
                {label}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  );
}
