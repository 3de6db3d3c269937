/** Where a fit is started: the method, what it costs, the button, and the same as a command. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId } from "preact/hooks";
import * as actions from "../actions";
import { formatDuration } from "../format";
import { canFollow, isFitted, methodLabel, preselected } from "../methods";
import * as state from "../state";
import type { BesideOffer, Method, Probe } from "../wire";
import { Copyable } from "./copy";
import { type BesideChoice, BesideField, besideOptions, useBeside } from "./fit_beside";
import { Popover } from "./popover";
import { Said } from "./said";

interface Choice {
  readonly chosen: string | null;
  readonly choose: (method: string) => void;
  /** Whether the fit then follows the training. */
  readonly follow: Signal<boolean>;
  readonly beside: BesideChoice;
}

function useChoice(probe: Probe): Choice {
  const byHand = useSignal<string | null>(null);
  const follow = useSignal(false);
  const beside = useBeside(probe);
  useEffect(() => {
    byHand.value = null;
  }, [probe.run, probe.tag]);
  const chosen = byHand.value ?? preselected(probe, state.reel.value?.film.film ?? null);
  return { chosen, choose: (method) => (byHand.value = method), follow, beside };
}

/** Only the default method lays a film beside another. */
const canLayBeside = ({ chosen }: Choice, { methods }: Probe): boolean => chosen === methods[0]?.method;
const besideOf = (choice: Choice, probe: Probe): BesideOffer | null =>
  canLayBeside(choice, probe) ? choice.beside.chosen : null;
const mayFollow = (choice: Choice, probe: Probe): boolean => canFollow(choice.chosen, probe) && besideOf(choice, probe) === null;
const follows = (choice: Choice, probe: Probe): boolean => choice.follow.value && mayFollow(choice, probe);

function cost({ method, available, needs, estimate_s: seconds }: Method, probe: Probe): string {
  if (!available) return `needs ${needs}`;
  if (isFitted(method, probe)) return "fitted";
  return seconds === null ? "" : `about ${formatDuration(seconds)}`;
}

function Methods({ probe, choice }: { probe: Probe; choice: Choice }): JSX.Element {
  const id = useId();
  return (
    <fieldset class="methods">
      <legend>Method</legend>
      {probe.methods.map((method) => (
        <label key={method.method}>
          <input
            type="radio"
            name={id}
            checked={method.method === choice.chosen}
            disabled={!method.available}
            aria-labelledby={`${id}-${method.method}`}
            aria-describedby={`${id}-${method.method}-more`}
            onChange={() => choice.choose(method.method)}
          />
          <span id={`${id}-${method.method}`} class="method-name">
            {method.label}
          </span>
          <span id={`${id}-${method.method}-more`} class="method-more">
            <span class="method-cost">{cost(method, probe)}</span>
            <span class="method-summary">{method.summary}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Enter on a method starts its fit, as in every form. */
function Form({ probe, choice, children }: { probe: Probe; choice: Choice; children: ComponentChildren }): JSX.Element {
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    const other = besideOf(choice, probe);
    const beside = other && { run: other.run, tag: other.tag, film: other.film };
    if (choice.chosen !== null) void actions.startFit(choice.chosen, follows(choice, probe), beside);
  };
  return (
    <form class="fit-offer" onSubmit={onSubmit}>
      {children}
    </form>
  );
}

/** The button, where to change the method unless it is seen anyway, and what it costs. */
function Start({ probe, choice, verb, menu }: { probe: Probe; choice: Choice; verb: string; menu?: JSX.Element }): JSX.Element {
  const method = probe.methods.find(({ method }) => method === choice.chosen);
  return (
    <>
      <button type="submit" class="primary" disabled={method === undefined}>
        {verb}
      </button>
      {menu}
      {method !== undefined && (
        <span class="faint">
          {isFitted(method.method, probe, besideOf(choice, probe)?.film)
            ? follows(choice, probe)
              ? "fitted already"
              : "fitted already; its film opens"
            : cost(method, probe)}
        </span>
      )}
      {canLayBeside(choice, probe) && <BesideField choice={choice.beside} />}
      {mayFollow(choice, probe) && (
        <label class="and-follow" title="Then place each new step within seconds of its logging; earlier ones stay as they are">
          <input type="checkbox" checked={choice.follow.value} onChange={() => (choice.follow.value = !choice.follow.value)} />
          and follow
        </label>
      )}
    </>
  );
}

/** Null where this TensorBoard starts fits of this probe set. */
function refusal(probe: Probe): string | null {
  const listing = state.listing.value;
  if (listing?.can_fit === true && probe.cannot_fit === null) return null;
  const reason = listing?.can_fit === true ? probe.cannot_fit : listing?.cannot_fit;
  return `No fit from here: ${reason ?? "TensorBoard did not say why"}.`;
}

/** Null where no shell can do it either. */
function commandFor(probe: Probe, choice: Choice): string | null {
  const { command } = probe;
  if (command === null || choice.chosen === null) return command;
  if (choice.chosen !== probe.methods[0]?.method) return `${command} --method ${choice.chosen}`;
  const beside = besideOf(choice, probe);
  if (beside !== null) return command + besideOptions(beside, probe);
  return follows(choice, probe) ? `${command} --follow` : command;
}

function Shell({ probe, choice, lead }: { probe: Probe; choice: Choice; lead?: ComponentChildren }): JSX.Element | null {
  const command = commandFor(probe, choice);
  if (command === null) return null;
  return (
    <>
      {lead}
      <Copyable words={command} label="the command that fits" />
    </>
  );
}

/** On the card of a run without a film. */
export function FitOffer({ probe, verb }: { probe: Probe; verb: string }): JSX.Element {
  const choice = useChoice(probe);
  const reason = refusal(probe);
  return (
    <Form probe={probe} choice={choice}>
      <details class="methods-fold">
        <summary>
          Method: <strong>{methodLabel(choice.chosen ?? "none", probe.methods)}</strong>
        </summary>
        <Methods probe={probe} choice={choice} />
      </details>
      {reason === null ? (
        <p class="offer">
          <Start probe={probe} choice={choice} verb={verb} />
        </p>
      ) : (
        <p>
          <Said words={reason} />
        </p>
      )}
      <Shell
        probe={probe}
        choice={choice}
        lead={reason === null ? <p class="faint">The same in a shell:</p> : <p>In a shell, this does:</p>}
      />
    </Form>
  );
}

/** In a line above a film. */
export function FitLine({ probe, verb }: { probe: Probe; verb: string }): JSX.Element {
  const choice = useChoice(probe);
  const reason = refusal(probe);
  if (reason !== null) {
    const command = commandFor(probe, choice);
    return (
      <span class="faint">
        <Said words={reason} /> {command !== null && <code>{command}</code>}
      </span>
    );
  }
  const menu = (
    <Popover
      className="method-menu"
      label={
        <>
          by {methodLabel(choice.chosen ?? "none", probe.methods)} <span aria-hidden="true">▾</span>
        </>
      }
    >
      <Methods probe={probe} choice={choice} />
    </Popover>
  );
  return (
    <Form probe={probe} choice={choice}>
      <Start probe={probe} choice={choice} verb={verb} menu={menu} />
    </Form>
  );
}

/** Beside the films of a run that is fitted: another method, to compare. */
export function FitMenu({ probe }: { probe: Probe }): JSX.Element {
  const choice = useChoice(probe);
  const reason = refusal(probe);
  return (
    <Popover className="method-menu" title="Fit by another method, or again" label="Fit…">
      <Form probe={probe} choice={choice}>
        <Methods probe={probe} choice={choice} />
        {reason === null ? (
          <p class="offer">
            <Start probe={probe} choice={choice} verb="Fit" />
          </p>
        ) : (
          <>
            <p>
              <Said words={reason} />
            </p>
            <Shell probe={probe} choice={choice} lead={<p>In a shell, this does:</p>} />
          </>
        )}
      </Form>
    </Popover>
  );
}
