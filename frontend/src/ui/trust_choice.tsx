/** Whether dots say how far to trust them, by which measure. */
import type { JSX } from "preact";
import { measure, sampleMetrics } from "../columns";
import * as state from "../state";
import { SAMPLE_MEASURES, TRUST_MARKS } from "../url";

const MARK_NAMES = { off: "Off", fade: "Fade", ring: "Ring" } as const;

export function TrustChoice(): JSX.Element | null {
  if (sampleMetrics.value.length === 0) return null;
  return (
    <fieldset class="trust-choice" title="How dots say how far to trust them (D)">
      <legend>Trust in each dot</legend>
      <select
        aria-label="Measure of trust"
        value={measure.value ?? ""}
        onChange={({ currentTarget }) => {
          state.measure.value = SAMPLE_MEASURES.find((name) => name === currentTarget.value) ?? state.measure.peek();
        }}
      >
        {sampleMetrics.value.map(({ metric, label }) => (
          <option key={metric} value={metric}>
            {label}
          </option>
        ))}
      </select>
      <div class="segments">
        {TRUST_MARKS.map((mark) => (
          <label key={mark}>
            <input type="radio" name="trust" checked={state.trust.value === mark} onChange={() => (state.trust.value = mark)} />
            <span>{MARK_NAMES[mark]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
