/** The bar on top: where we are, and in what state it is. */
import type { JSX } from "preact";
import { goToRun } from "../actions";
import { plural } from "../format";
import { filmName } from "../methods";
import * as state from "../state";
import { BesideChoice } from "./beside";
import { DrawerToggle } from "./drawer_toggle";
import { ExportMenu } from "./export_menu";
import { FitMenu } from "./fit_offer";
import { ProjectorLink } from "./projector_link";
import { QueryField } from "./query_field";
import { Unreadable } from "./unreadable";

function Choose({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly { value: string; name: string }[];
  onChange: (value: string) => void;
}): JSX.Element {
  return (
    <label class="choose">
      <span>{label}</span>
      <select
        value={value}
        title={`${label}: ${options.find((option) => option.value === value)?.name ?? value}`}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Places(): JSX.Element | null {
  const runs = state.listing.value?.runs ?? [];
  const place = state.place.value;
  if (place === null) return null;
  const tags = runs.find(({ run }) => run === place.run)?.tags ?? [];
  // The same step of both can be compared; whoever stood at the end sees the other's end.
  const go = (run: string, tag: string): void =>
    goToRun({ run, tag }, state.cursor.peek() < state.count.peek() - 1 ? state.step.peek() : null);
  return (
    <>
      <Choose
        label="Run"
        value={place.run}
        options={runs.map(({ run }) => ({ value: run, name: run }))}
        onChange={(run) => go(run, runs.find((entry) => entry.run === run)?.tags[0]?.tag ?? place.tag)}
      />
      {tags.length > 1 && (
        <Choose
          label="Tag"
          value={place.tag}
          options={tags.map(({ tag }) => ({ value: tag, name: tag }))}
          onChange={(tag) => go(place.run, tag)}
        />
      )}
    </>
  );
}

function Films(): JSX.Element | null {
  const probe = state.probe.value;
  const reel = state.reel.value;
  if (probe === null || reel === null) return null;
  return (
    <>
      {probe.films.length > 1 && (
        <Choose
          label="Film"
          value={reel.film.film}
          options={probe.films.map((film) => ({ value: film.film, name: filmName(film, probe) }))}
          onChange={(film) => {
            state.chosenFilm.value = film;
          }}
        />
      )}
      <BesideChoice reel={reel} />
      {state.phase.value === "fitted" && <FitMenu probe={probe} />}
    </>
  );
}

function Summary(): JSX.Element | null {
  const probe = state.probe.value;
  const reel = state.reel.value;
  if (probe === null) return null;
  const steps = reel?.steps.length ?? probe.steps.length;
  const words = [
    plural(probe.n_samples, "sample"),
    plural(steps, "step"),
    ...(probe.n_classes === 0 ? [] : [plural(probe.n_classes, "class")]),
  ].join(" · ");
  return (
    <span class="summary" title={words}>
      {words}
    </span>
  );
}

export function Header(): JSX.Element {
  return (
    <header class="top">
      <h1 class="sr">Time Travel</h1>
      <Places />
      <Films />
      <ProjectorLink />
      <Summary />
      <span class="spacer" />
      {state.reel.value !== null && <QueryField />}
      <Unreadable />
      {state.rendererKind.value === "cpu" && state.reel.value !== null && (
        <span class="badge" title="There is no graphics processor here (or the link asks for it): pictures are drawn by the CPU.">
          CPU
        </span>
      )}
      {state.reel.value !== null && <DrawerToggle>Curves</DrawerToggle>}
      {state.reel.value !== null && <ExportMenu reel={state.reel.value} />}
      <button
        type="button"
        class="quiet"
        aria-label="Keyboard help"
        title="Keyboard help (?)"
        onClick={() => (state.helpOpen.value = true)}
      >
        ?
      </button>
    </header>
  );
}
