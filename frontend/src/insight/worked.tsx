/** What is shown of the insight's job: the offer to start it, how far it is, and what came of it. */
import type { ComponentChildren, JSX } from "preact";
import { asSentence, formatPercent, plural } from "../format";
import * as tab from "../lent";
import type { Insight } from "../wire";

export type Found = Insight & { readonly insight: string };

function Progress({ found }: { found: Insight }): JSX.Element {
  const share = found.fraction ?? 0;
  return (
    <div class="insight-progress">
      <p role="status">
        {found.state === "queued"
          ? "Waits for its turn"
          : found.state === "starting"
            ? "Starting"
            : `Reading the log · ${formatPercent(share)}`}
        <button type="button" onClick={() => void tab.cancelInsight()}>
          Cancel
        </button>
      </p>
      <div
        class="bar"
        role="progressbar"
        aria-label="Working it out"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
      >
        <span style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}

/** Why the last job came to nothing. */
function Ended({ found }: { found: Insight }): JSX.Element | null {
  if (found.state !== "failed" && found.state !== "interrupted") return null;
  return (
    <>
      <p role="alert">
        {asSentence(found.error ?? (found.state === "failed" ? "It ended without a reason." : "Its process ended."))}
      </p>
      <tab.LastWords words={found.last_words ?? []} />
    </>
  );
}

function Offer({ found, verb, children }: { found: Insight; verb: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="insight-offer">
      {children}
      {found.cannot === null ? (
        <button type="button" class="primary" onClick={() => void tab.startInsight()}>
          {verb}
        </button>
      ) : (
        <p>
          Not from here: <tab.Said words={found.cannot} />.{" "}
          {found.command !== null && (
            <>
              In a shell, this does it: <code>{found.command}</code>
            </>
          )}
        </p>
      )}
    </div>
  );
}

/** In one sentence, why what is shown is not of what is in front of a person; null where it is. */
function lacking(found: Insight, reel: tab.Reel): string | null {
  if (found.stale) return `This is of ${plural(found.steps.length, "step")}; the log has changed since.`;
  if (found.film !== reel.film.film) {
    return found.film === null
      ? "Worked out of the log alone, without a film."
      : "What it says of borders and dots is of another film.";
  }
  return null;
}

/** Its children are given what was worked out; before there is any, the offer to. */
export function Worked({
  reel,
  what,
  children,
}: {
  reel: tab.Reel;
  /** A sentence on what would be seen here. */
  what: string;
  children: (found: Found) => ComponentChildren;
}): JSX.Element {
  const found = tab.insight.value;
  const trouble = tab.insightTrouble.value;
  const refused = trouble !== null && (
    <p role="alert" class="query-trouble">
      {asSentence(trouble)}
    </p>
  );
  if (found === null) return <>{refused || <p role="status">Loading</p>}</>;
  if (found.insight === null) {
    return (
      <>
        {refused}
        <Ended found={found} />
        {tab.isWorking(found) ? (
          <Progress found={found} />
        ) : (
          <Offer found={found} verb={found.state === "failed" ? "Try again" : "Work it out"}>
            <p>{what}</p>
          </Offer>
        )}
      </>
    );
  }
  const reason = lacking(found, reel);
  return (
    <>
      {refused}
      <Ended found={found} />
      {tab.isWorking(found) ? (
        <Progress found={found} />
      ) : (
        reason !== null && (
          <Offer found={found} verb="Work it out again">
            <p class="faint">{reason}</p>
          </Offer>
        )
      )}
      {children({ ...found, insight: found.insight })}
    </>
  );
}
