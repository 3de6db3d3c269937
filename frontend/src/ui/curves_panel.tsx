import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import {
  choose,
  curvesTrouble,
  fidelityCharts,
  isChosen,
  isMetricChosen,
  metrics,
  scalarCharts,
  tags,
  tagsKnown,
} from "../curves";
import { keyOf } from "../series";
import * as state from "../state";
import { ChartView } from "./chart";
import { Comparison } from "./comparison";
import { Fidelity } from "./fidelity";
import { Icon } from "./icons";
import { Popover } from "./popover";
import { SelectionPanel } from "./selection_panel";

const SEARCH_FROM = 13;

interface Choice {
  readonly key: string;
  readonly name: string;
  readonly chosen: boolean;
}

function Choices({ title, choices }: { title: string; choices: readonly Choice[] }): JSX.Element | null {
  if (choices.length === 0) return null;
  return (
    <fieldset>
      <legend>{title}</legend>
      {choices.map(({ key, name, chosen }) => (
        <label key={key}>
          <input type="checkbox" checked={chosen} onChange={({ currentTarget }) => choose(key, currentTarget.checked)} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Chooser({ run }: { run: string }): JSX.Element {
  const query = useSignal("");
  const wanted = query.value.trim().toLowerCase();
  const scalars = tags.value
    .map((tag) => ({ key: keyOf(tag), name: tag.run === run ? tag.name : `${tag.name} (${tag.run})`, chosen: isChosen(tag) }))
    .filter(({ name }) => name.toLowerCase().includes(wanted));
  const scored = (state.reel.value?.film.score_metrics ?? []).length > 0;
  const fidelity = metrics.value.map(({ metric, label }) => ({ key: metric, name: label, chosen: isMetricChosen(metric) }));
  return (
    <Popover
      className="chooser"
      onOpen={(box) => box.lastElementChild?.scrollIntoView({ block: "nearest" })}
      label={
        <>
          <Icon name="tune" /> Choose<span class="sr"> curves</span>
        </>
      }
    >
      {tags.value.length >= SEARCH_FROM && (
        <input
          type="search"
          placeholder="Search scalars"
          aria-label="Search scalars"
          value={query}
          onInput={({ currentTarget }) => (query.value = currentTarget.value)}
        />
      )}
      <Choices title="Scalars" choices={scalars} />
      <Choices title={scored ? "Model and fidelity" : "Fidelity"} choices={fidelity} />
    </Popover>
  );
}

function Smoothing(): JSX.Element {
  return (
    <label class="smoothing" title="Exponential moving average, as in TensorBoard; what was logged stays visible behind it">
      Smoothing
      <input
        type="range"
        min={0}
        max={0.99}
        step={0.01}
        value={state.smoothing}
        onInput={({ currentTarget }) => (state.smoothing.value = Number(currentTarget.value))}
      />
      <output>{state.smoothing.value.toFixed(2)}</output>
    </label>
  );
}

/** What is selected, and the curves. */
export function Overview({ reel }: { reel: state.Reel }): JSX.Element {
  const { steps } = reel;
  return (
    <>
      <SelectionPanel reel={reel} />
      <Comparison reel={reel} />
      <header class="panel-head">
        <h2>Curves</h2>
        <Chooser run={reel.place.run} />
      </header>
      {curvesTrouble.value !== null && (
        <p class="faint" role="status">
          {curvesTrouble}
        </p>
      )}
      {tagsKnown.value && tags.value.length === 0 && <p class="faint">No scalars were logged beside this run.</p>}
      {(scalarCharts.value.length > 0 || fidelityCharts.value.length > 0) && <Smoothing />}
      {scalarCharts.value.map((chart) => (
        <ChartView key={chart.title} chart={chart} steps={steps} />
      ))}
      <Fidelity reel={reel} />
      {fidelityCharts.value.map((chart) => (
        <ChartView key={chart.title} chart={chart} steps={steps} />
      ))}
    </>
  );
}
