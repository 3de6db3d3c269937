import type { JSX } from "preact";
import * as actions from "../actions";
import { formatDuration, formatPercent, plural } from "../format";
import { methodLabel } from "../methods";
import * as state from "../state";
import type { Fit } from "../wire";

function Bar({ label, fraction }: { label: string; fraction: number }): JSX.Element {
  return (
    <div
      class="bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(fraction * 100)}
    >
      <span style={{ width: `${fraction * 100}%` }} />
    </div>
  );
}

function Stages({ fit }: { fit: Fit }): JSX.Element | null {
  if (fit.stages === null || fit.stages.length === 0) return null;
  return (
    <ol class="stages">
      {fit.stages.map(({ stage, fraction }) => (
        <li key={stage} class={fraction >= 1 ? "done" : stage === fit.stage ? "current" : ""}>
          <span>{stage}</span>
          <Bar label={stage} fraction={fraction} />
          <span class="stage-percent">{fraction >= 1 ? "✓" : fraction > 0 ? formatPercent(fraction) : "–"}</span>
        </li>
      ))}
    </ol>
  );
}

/** While a training is followed there is no end to be far from. */
function Following({ nSteps }: { nSteps: number }): JSX.Element {
  return (
    <div class="fit-progress compact">
      <div class="fit-line">
        <strong>Following the training · {plural(nSteps, "step")} placed</strong>
        <button type="button" onClick={() => void actions.cancelFit()}>
          Stop
        </button>
      </div>
    </div>
  );
}

/** How far the fit is, what is left, and the way out. */
export function FitProgress({ fit, compact }: { fit: Fit; compact: boolean }): JSX.Element {
  const fraction = fit.fraction ?? 0;
  const left = fit.eta_s === null ? "" : ` · about ${formatDuration(fit.eta_s)} left`;
  const by = fit.method === null ? "" : ` by ${methodLabel(fit.method, state.probe.value?.methods ?? [])}`;
  if (fit.n_followed !== null) return <Following nSteps={fit.n_followed} />;
  const place = fit.position === 1 ? "next" : `number ${fit.position}`;
  const words =
    fit.state === "queued"
      ? `Waiting to fit${by} · ${place} in line`
      : fit.state === "starting"
        ? `Starting the fit${by}`
        : `Fitting${by} · ${fit.stage ?? ""} · ${formatPercent(fraction)}${left}`;
  const origin = fit.origin === "shell" ? " · started from a shell" : "";
  return (
    <div class={compact ? "fit-progress compact" : "fit-progress"}>
      <div class="fit-line">
        <strong>
          {words}
          {origin}
        </strong>
        {compact && state.isPreview.value && <span class="faint">A preview plays meanwhile.</span>}
        <button type="button" onClick={() => void actions.cancelFit()}>
          Cancel
        </button>
      </div>
      <Bar label="The whole fit" fraction={fraction} />
      {compact ? (
        <details>
          <summary>Stages</summary>
          <Stages fit={fit} />
        </details>
      ) : (
        <Stages fit={fit} />
      )}
    </div>
  );
}
