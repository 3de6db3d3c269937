/** The tools of the pointer, and the shape that is drawn with them. */
import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { aspectOf, project } from "../camera";
import { boundsOf } from "../engine/lasso";
import type { Size } from "../painter";
import { choose } from "../selecting";
import { TOOLS, type Tool } from "../selection";
import * as state from "../state";
import { Icon } from "./icons";

const WORDS: Readonly<Record<Tool, { readonly name: string; readonly title: string }>> = {
  pan: { name: "Move", title: "Move the picture; click selects a sample (V)" },
  box: { name: "Box", title: "Select with a box (B, or Shift-drag); Ctrl or ⌘ adds, Alt takes away" },
  lasso: { name: "Lasso", title: "Select with a lasso (Q, or Alt+Shift-drag); Ctrl or ⌘ adds, Alt takes away" },
};

export function Tools(): JSX.Element {
  return (
    <div class="tools" role="toolbar" aria-label="Pointer">
      {TOOLS.map((tool) => (
        <button
          key={tool}
          type="button"
          class="quiet"
          aria-label={WORDS[tool].name}
          title={WORDS[tool].title}
          aria-pressed={state.tool.value === tool}
          onClick={() => choose(tool)}
        >
          <Icon name={tool} />
        </button>
      ))}
    </div>
  );
}

export function OutlineView({ reel, size }: { reel: state.Reel; size: ReadonlySignal<Size> }): JSX.Element | null {
  const outline = state.outline.value;
  if (outline === null) return null;
  const { width, height } = size.value;
  const { scaleX, scaleY, offsetX, offsetY } = project(state.camera.value, { width, height, aspect: aspectOf(reel.film.extent) });
  const { left, right, bottom, top } = boundsOf(outline.points);
  const corners = outline.tool === "box" ? [left, bottom, right, bottom, right, top, left, top] : outline.points;
  const points = corners.map((value, at) => (at % 2 === 0 ? offsetX + value * scaleX : offsetY + value * scaleY).toFixed(1));
  return (
    <svg class="outline" width={width} height={height} aria-hidden="true">
      <polygon points={points.join(" ")} />
    </svg>
  );
}
