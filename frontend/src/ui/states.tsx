/** What the tab says while there is no film to show. Each state names the next thing to do. */

import type { ComponentChildren, JSX } from "preact";
import { asSentence, formatCount } from "../format";
import * as state from "../state";
import type { Fit, Probe } from "../wire";
import { Copyable } from "./copy";
import { FitOffer } from "./fit_offer";
import { FitProgress } from "./fit_progress";
import { LastWords } from "./last_words";
import { Said } from "./said";
import { Reasons } from "./unreadable";

const SNIPPET = `from torch.utils.tensorboard import SummaryWriter
from tb_timetravel import TimeTravel

writer = SummaryWriter("runs/mine")
film = TimeTravel(writer, model, head=model.fc, data=probe_loader, class_names=names)  # once
film.log(epoch)  # after each epoch`;

function Card({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="centre">
      <section class="card">
        <h2>{title}</h2>
        {children}
      </section>
    </div>
  );
}

function Nothing(): JSX.Element {
  const unplayable = (state.listing.value?.unreadable ?? []).length > 0;
  return (
    <Card title="Nothing to show yet">
      <p>
        Log what your model makes of a fixed set of samples after each epoch, and it plays here as a film. Embeddings that{" "}
        <code>add_embedding</code> logs for several steps play too.
      </p>
      <Copyable words={SNIPPET} label="the lines to add to your training" />
      {unplayable && (
        <>
          <p>What is logged here cannot be played:</p>
          <Reasons />
        </>
      )}
      <p class="faint">This page looks for new runs every few seconds.</p>
    </Card>
  );
}

function Facts({ probe }: { probe: Probe }): JSX.Element {
  const facts: (readonly [string, number])[] = [
    ["samples", probe.n_samples],
    ["features", probe.n_features],
    ...(probe.n_classes === 0 ? [] : [["classes", probe.n_classes] as const]),
    ["steps", probe.steps.length],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dd>{formatCount(value)}</dd>
          <dt>{name}</dt>
        </div>
      ))}
    </dl>
  );
}

function Ended({ probe, fit }: { probe: Probe; fit: Fit }): JSX.Element {
  const titles: Partial<Record<Fit["state"], string>> = { failed: "The fit failed", cancelled: "The fit was cancelled" };
  return (
    <Card title={titles[fit.state] ?? "The fit was interrupted"}>
      <EndedWords fit={fit} />
      <Facts probe={probe} />
      <FitOffer probe={probe} verb={VERBS[fit.state] ?? "Fit"} />
    </Card>
  );
}

export const VERBS: Partial<Record<Fit["state"], string>> = { failed: "Retry", interrupted: "Resume", cancelled: "Fit" };

export function EndedWords({ fit }: { fit: Fit }): JSX.Element {
  return (
    <>
      {fit.state === "failed" && (
        <p role="alert">
          <Said words={asSentence(fit.error ?? "It ended without a reason.")} />
        </p>
      )}
      {fit.state === "interrupted" && <p>{fit.error ?? "Its process ended. A new fit goes on at the first unfinished stage."}</p>}
      <LastWords words={fit.last_words ?? []} />
    </>
  );
}

/** The centre of the tab while no film is open. */
export function NoFilm(): JSX.Element {
  const probe = state.probe.value;
  const fit = state.fit.value;
  const phase = state.phase.value;
  if (phase === "empty") return <Nothing />;
  if (probe === null || fit === null || phase === "loading" || probe.film !== null) {
    return (
      <div class="centre">
        <p role="status">{state.unreachable.value === null ? "Loading" : "Waiting for TensorBoard"}</p>
      </div>
    );
  }
  if (phase === "fitting") {
    return (
      <Card title={`Fitting ${probe.run}`}>
        <FitProgress fit={fit} compact={false} />
        <Facts probe={probe} />
      </Card>
    );
  }
  if (phase === "failed" || phase === "cancelled" || phase === "interrupted") return <Ended probe={probe} fit={fit} />;
  if (probe.steps.length === 0) {
    return (
      <Card title="No steps yet">
        <p>The samples are here; the first step appears when the training logs it.</p>
        <Facts probe={probe} />
      </Card>
    );
  }
  return (
    <Card title="Logged, not fitted yet">
      <p>A fit lays all steps out in one plane, so that this run plays as a film.</p>
      <Facts probe={probe} />
      <FitOffer probe={probe} verb="Fit" />
    </Card>
  );
}
