/** By what the dots are coloured. */
import type { JSX } from "preact";
import * as actions from "../actions";
import { sampleMetrics } from "../columns";
import { colourable, colourByColumn, type SampleColumn } from "../sample_columns";
import * as state from "../state";
import { COLOUR_MODES, type ColourMode, SAMPLE_MEASURES } from "../url";

const MODE_NAMES: Readonly<Record<Exclude<ColourMode, "fidelity" | "column">, string>> = {
  label: "Label",
  prediction: "Prediction",
  correctness: "Correctness",
  confidence: "Confidence",
  split: "Split",
  flips: "Flips",
  difference: "Difference",
};
const FIDELITY = "fidelity:";
const COLUMN = "column:";

/** Whether a run without classes will never have what a mode shows. */
const isVain = (mode: ColourMode): boolean =>
  state.nClasses.value === 0 && !["split", "difference", state.colour.value].includes(mode);

function choose(value: string): void {
  if (value.startsWith(COLUMN)) {
    colourByColumn(value.slice(COLUMN.length));
    return;
  }
  const measure = SAMPLE_MEASURES.find((name) => `${FIDELITY}${name}` === value);
  if (measure !== undefined) state.measure.value = measure;
  const mode = measure === undefined ? COLOUR_MODES.find((name) => name === value) : "fidelity";
  if (mode !== undefined) actions.colourBy(mode);
}

function Columns({ title, of }: { title: string; of: readonly SampleColumn[] }): JSX.Element | null {
  if (of.length === 0) return null;
  return (
    <optgroup label={title}>
      {of.map(({ name, source }) => (
        <option key={name} value={`${COLUMN}${name}`}>
          {source?.label ?? name}
        </option>
      ))}
    </optgroup>
  );
}

export function ColourChoice(): JSX.Element {
  const mode = state.colour.value;
  const present =
    mode === "fidelity" ? `${FIDELITY}${state.measure.value}` : mode === "column" ? `${COLUMN}${state.column.value}` : mode;
  return (
    <label class="colour-choice">
      <span>Colour by</span>
      <select value={present} title="Keys 1 to 9" onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {COLOUR_MODES.map((mode) =>
          mode === "fidelity" ||
          mode === "column" ||
          (mode === "difference" && state.beside.value === null) ||
          isVain(mode) ? null : (
            <option key={mode} value={mode} disabled={!actions.isColourable(mode)}>
              {mode === "label" && state.nClasses.value === 0 ? "Nothing" : MODE_NAMES[mode]}
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
        <Columns title="Columns" of={colourable.value.filter(({ source }) => source === undefined)} />
        <Columns title="Insight" of={colourable.value.filter(({ source }) => source !== undefined)} />
      </select>
    </label>
  );
}
