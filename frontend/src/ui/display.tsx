/** The left panel: what colours mean and what is shown. */
import type { JSX } from "preact";
import * as actions from "../actions";
import { SPLIT_SHAPES } from "../engine/scene";
import { formatPercent } from "../format";
import { canBeWrong } from "../legend";
import * as state from "../state";
import { territorySentence } from "../trust";
import type { Switch } from "../url";
import type { Film } from "../wire";
import { ColourChoice } from "./colour_choice";
import { Legend } from "./legend";
import { TrustChoice } from "./trust_choice";

function Splits({ names }: { names: readonly string[] }): JSX.Element | null {
  if (names.length < 2 || state.colour.value === "split") return null; // the legend lists them then
  return (
    <fieldset class="splits">
      <legend>Splits</legend>
      <div class="pairs">
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
      </div>
    </fieldset>
  );
}

function Shown({ name, words, title, disabled }: { name: Switch; words: string; title: string; disabled: boolean }): JSX.Element {
  return (
    <label title={title}>
      <input type="checkbox" checked={state.isSwitchedOn(name)} disabled={disabled} onChange={() => actions.toggleSwitch(name)} />
      {words}
    </label>
  );
}

/** What only classes have to show: their territories, names and mistakes. */
function OfClasses({ source }: Film["territory"]): JSX.Element {
  const hasTerritory = source !== "none";
  const drawn = hasTerritory && state.isSwitchedOn("territory");
  const means = source === "labels" ? "Where samples of each label lie (T)" : "What the model would predict there (T)";
  return (
    <>
      <div class="inline">
        <Shown name="territory" words="Territory" title={means} disabled={!hasTerritory} />
        <input
          type="range"
          aria-label="Territory opacity"
          title={`Opacity ${formatPercent(state.territory.value)}`}
          min={0}
          max={1}
          step={0.05}
          value={state.territory}
          disabled={!drawn}
          aria-valuetext={formatPercent(state.territory.value)}
          onInput={({ currentTarget }) => (state.territory.value = Number(currentTarget.value))}
        />
      </div>
      {source === "labels" && <p class="faint">of the labels: no logits were logged</p>}
      <div class="pairs">
        <Shown name="contour" words="Outline" title="Lines between territories (O)" disabled={!drawn} />
        <Shown name="doubt" words="Doubt" title="Hatching where the territory should not be believed (H)" disabled={!drawn} />
        <Shown name="names" words="Names" title="The classes' names (A)" disabled={state.nClasses.value < 2} />
        <Shown name="wrong" words="Wrong" title="Cores that mark wrong predictions (W)" disabled={!canBeWrong.value} />
      </div>
    </>
  );
}

function Looks({ reel: { film, probe } }: { reel: state.Reel }): JSX.Element {
  return (
    <fieldset class="looks">
      <legend>Show</legend>
      {state.classesOf(probe) > 0 ? (
        <OfClasses {...film.territory} />
      ) : (
        <p class="faint">{territorySentence(film.territory, probe.n_targets ?? 0)}</p>
      )}
      <div class="inline">
        <label for="dot-size">Dot size</label>
        <input
          id="dot-size"
          type="range"
          title={`× ${state.dotScale.value.toFixed(1)}`}
          min={0.4}
          max={3}
          step={0.1}
          value={state.dotScale}
          onInput={({ currentTarget }) => (state.dotScale.value = Number(currentTarget.value))}
        />
      </div>
    </fieldset>
  );
}

export function Display({ reel }: { reel: state.Reel }): JSX.Element {
  return (
    <aside class="panel display" aria-label="Display">
      <ColourChoice />
      <Legend />
      <Splits names={reel.probe.splits} />
      <Looks reel={reel} />
      <TrustChoice />
    </aside>
  );
}
