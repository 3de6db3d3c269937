/** Lines above a film: what runs, what failed, what is out of date. */
import type { ComponentChildren, JSX } from "preact";
import { plural } from "../format";
import * as state from "../state";
import type { Probe } from "../wire";
import { FitLine } from "./fit_offer";
import { FitProgress } from "./fit_progress";
import { EndedWords, VERBS } from "./states";

function Notice({ children, alert = false }: { children: ComponentChildren; alert?: boolean }): JSX.Element {
  return (
    <div class={alert ? "notice alert" : "notice"} role={alert ? "alert" : undefined}>
      {children}
    </div>
  );
}

/** How a film that is open relates to the present data and to a fit that may run. */
function FilmNotice({ reel, probe }: { reel: state.Reel; probe: Probe }): JSX.Element | null {
  const phase = state.phase.value;
  const fit = state.fit.value;
  const entry = probe.films.find(({ film }) => film === reel.film.film);
  if (phase === "fitting" && fit !== null) {
    return (
      <Notice>
        <FitProgress fit={fit} compact />
      </Notice>
    );
  }
  if ((phase === "failed" || phase === "cancelled" || phase === "interrupted") && fit !== null) {
    const words = {
      failed: "The last fit failed.",
      cancelled: "The last fit was cancelled.",
      interrupted: "The last fit was interrupted.",
    };
    return (
      <Notice>
        <strong>{words[phase]}</strong>
        <EndedWords fit={fit} />
        <FitLine verb={VERBS[phase] ?? "Fit"} probe={probe} />
      </Notice>
    );
  }
  if (entry?.stale === true) {
    const added = probe.steps.length - entry.n_steps;
    return (
      <Notice>
        <strong>{added > 0 ? `${plural(added, "new step")} logged since this fit.` : "The data changed since this fit."}</strong>
        <FitLine verb="Refit" probe={probe} />
      </Notice>
    );
  }
  if (entry?.live === true) {
    return (
      <Notice>
        <strong>Placed step by step.</strong> <span>A fit of all steps at once is more faithful.</span>
        <FitLine verb="Refit" probe={probe} />
      </Notice>
    );
  }
  if (phase === "logged") {
    return (
      <Notice>
        <strong>This is a preview.</strong>
        <FitLine verb="Fit" probe={probe} />
      </Notice>
    );
  }
  return null;
}

export function Notices(): JSX.Element {
  const { value: probe } = state.probe;
  const { value: reel } = state.reel;
  const current = probe !== null && reel !== null && probe.run === reel.place.run && probe.tag === reel.place.tag;
  return (
    <div class="notices">
      {state.unreachable.value !== null && (
        <Notice alert>
          <strong>{state.unreachable}</strong> <span>Trying again every few seconds.</span>
          <button type="button" onClick={() => state.reloads.value++}>
            Retry now
          </button>
        </Notice>
      )}
      {state.refusal.value !== null && (
        <Notice alert>
          <strong>{state.refusal}</strong>
          <button type="button" onClick={() => (state.refusal.value = null)}>
            Dismiss
          </button>
        </Notice>
      )}
      {current && <FilmNotice reel={reel} probe={probe} />}
    </div>
  );
}
