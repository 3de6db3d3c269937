/** The left panel: what colours mean and what is shown. */
import type { JSX } from "preact";
import * as actions from "../actions";
import { SPLIT_SHAPES } from "../engine/scene";
import { formatPercent } from "../format";
import * as state from "../state";
import { COLOUR_MODES, type ColourMode } from "../url";
import { Legend } from "./legend";

const MODE_NAMES: Readonly<Record<ColourMode, string>> = {
  label: "Label",
  prediction: "Prediction",
  correctness: "Correctness",
  confidence: "Confidence",
};

function ColourModes(): JSX.Element {
  return (
    <fieldset class="modes">
      <legend>Colour by</legend>
      {COLOUR_MODES.map((mode, index) => (
        <label key={mode} title={`Colour by ${mode} (${index + 1})`}>
          <input
            type="radio"
            name="colour"
            checked={state.colour.value === mode}
            disabled={!actions.isColourable(mode)}
            onChange={() => actions.colourBy(mode)}
          />
          <span>{MODE_NAMES[mode]}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Splits({ names }: { names: readonly string[] }): JSX.Element | null {
  if (names.length < 2) return null;
  return (
    <fieldset class="splits">
      <legend>Splits</legend>
      {names.map((name, split) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={!state.hiddenSplits.value.has(split)}
            onChange={() => (state.hiddenSplits.value = actions.toggled(state.hiddenSplits.value, split))}
          />
          <span class={`split-shape ${SPLIT_SHAPES[split % SPLIT_SHAPES.length]}`} aria-hidden="true" />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

function Looks({ hasTerritory }: { hasTerritory: boolean }): JSX.Element {
  return (
    <fieldset class="looks">
      <legend>Show</legend>
      <label class="inline">
        <input type="checkbox" checked={state.territoryShown} disabled={!hasTerritory} onChange={actions.toggleTerritory} />
        Territory
        <output>{formatPercent(state.territory.value)}</output>
      </label>
      <input
        type="range"
        aria-label="Territory opacity"
        min={0}
        max={1}
        step={0.05}
        value={state.territory}
        disabled={!hasTerritory || !state.territoryShown.value}
        aria-valuetext={formatPercent(state.territory.value)}
        onInput={({ currentTarget }) => (state.territory.value = Number(currentTarget.value))}
      />
      <label class="inline" for="dot-size">
        Dot size
        <output>× {state.dotScale.value.toFixed(1)}</output>
      </label>
      <input
        id="dot-size"
        type="range"
        min={0.4}
        max={3}
        step={0.1}
        value={state.dotScale}
        onInput={({ currentTarget }) => (state.dotScale.value = Number(currentTarget.value))}
      />
    </fieldset>
  );
}

export function Display({ reel }: { reel: state.Reel }): JSX.Element {
  return (
    <aside class="panel display" aria-label="Display">
      <ColourModes />
      <Legend />
      <Splits names={reel.probe.splits} />
      <Looks hasTerritory={reel.film.territory.source !== "none"} />
    </aside>
  );
}
