/** Which sample is asked about by lists that lead to others: the one in focus, until another is chosen elsewhere. */
import type { ComponentChildren, JSX } from "preact";
import { formatPercent, messageOf } from "../format";
import * as tab from "../lent";
import { useEffect, useState } from "../lent";
import { ClassOf, labelOf, marks, Words } from "./shared";

/** A sample that was flown to from a list here: in focus, but not asked about. */
let followed: number | null = null;

export const subject = tab.signal<number | null>(null);

tab.effect(() => {
  const focus = tab.selected.value;
  if (focus !== null && focus === followed) return;
  followed = null;
  subject.value = focus;
});

/** Fly to a sample of a list; the list stays what it is. */
export function follow(sample: number): void {
  followed = sample;
  tab.focus(sample);
}

function ask(sample: number): void {
  followed = null;
  subject.value = sample;
}

/** A signal's value once it has rested: what is asked of the server by it is costly. */
export function useRested<T>(source: tab.ReadonlySignal<T>, ms: number): T {
  const [value, setValue] = useState({ of: source.peek() });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = source.subscribe((next) => {
      clearTimeout(timer);
      timer = setTimeout(() => setValue((before) => (before.of === next ? before : { of: next })), ms);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [source]);
  return value.of;
}

export interface Asked<T> {
  /** The last answer, which may be of the question before while `busy`. */
  readonly value: T | null;
  readonly trouble: string | null;
  readonly busy: boolean;
}

const answers = new tab.Recent<unknown>(100);

/** An answer of the server to a question, which `key` says in full; null asks nothing. */
export function useAnswer<T>(key: string | null, request: () => Promise<T>): Asked<T> {
  const [asked, setAsked] = useState<Asked<T> & { readonly key: string | null }>({
    key: null,
    value: null,
    trouble: null,
    busy: false,
  });
  useEffect(() => {
    if (key === null) return undefined;
    let stale = false;
    setAsked((before) => ({ ...before, busy: true }));
    (answers.get(key, request) as Promise<T>).then(
      (value) => {
        if (!stale) setAsked({ key, value, trouble: null, busy: false });
      },
      (error: unknown) => {
        if (!stale) setAsked({ key, value: null, trouble: messageOf(error), busy: false });
      },
    );
    return () => {
      stale = true;
    };
  }, [key]);
  return key === null ? { value: null, trouble: null, busy: false } : asked;
}

interface Listed {
  reel: tab.Reel;
  sample: number;
  /** Where it is in the first film, below 0 where that has it not; the sample itself, if not given. */
  here?: number;
  children: ComponentChildren;
}

/** A sample as a list names it; a press flies there. */
export function Card({ reel, sample, here = sample, children }: Listed): JSX.Element {
  const is = here >= 0;
  return (
    <li>
      <button
        type="button"
        class="insight-card"
        disabled={!is}
        title={is ? `${tab.fullName(reel, sample)}: click puts it in focus` : "The first run has not this sample"}
        aria-pressed={is && here === tab.selected.value}
        onClick={() => follow(here)}
        {...(is ? marks(here) : {})}
      >
        <tab.Picture reel={reel} sample={sample} size={32} />
        <span class="insight-card-words">
          <span class="insight-card-line">
            <ClassOf reel={reel} kind={labelOf(reel, sample)} />
          </span>
          <span class="insight-card-name faint">{tab.fullName(reel, sample)}</span>
          <Words reel={reel} sample={sample} />
        </span>
        <span class="insight-card-value">{children}</span>
      </button>
    </li>
  );
}

/** The sample that is asked about, and the way to ask about the one in focus. */
export function Subject({ reel, sample }: { reel: tab.Reel; sample: number }): JSX.Element {
  const focus = tab.selected.value;
  const frame = tab.nearestFrame.value;
  const prediction = frame?.prediction?.[sample];
  const confidence = frame?.confidence?.[sample];
  return (
    <div class="insight-subject">
      <tab.Picture reel={reel} sample={sample} size={48} />
      <div>
        <strong>{tab.fullName(reel, sample)}</strong>
        <p class="insight-card-line">
          <span class="faint">label</span> <ClassOf reel={reel} kind={labelOf(reel, sample)} />
          {prediction !== undefined && (
            <>
              <span class="faint">predicted</span> <ClassOf reel={reel} kind={prediction} />
              {confidence !== undefined && <span class="faint">{formatPercent(confidence / 255)}</span>}
            </>
          )}
        </p>
        <Words reel={reel} sample={sample} />
      </div>
      {focus !== null && focus !== sample && (
        <button type="button" onClick={() => ask(focus)}>
          Ask about {tab.shortName(reel, focus)}
        </button>
      )}
    </div>
  );
}
