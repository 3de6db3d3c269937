/**
 * What the tab lends to the parts that are loaded on demand, each a file of its own in the bundle: one copy of the state, and of what all are made
 * with. `build.mjs` turns their imports of this module, and of Preact, into imports of `app.js`, which exports all that is named here.
 */
export { batch, computed, effect, type ReadonlySignal, signal, useSignal, useSignalEffect } from "@preact/signals";
export { useEffect, useMemo, useRef, useState } from "preact/hooks";
export { Fragment, jsx, jsxs } from "preact/jsx-runtime";
export { goTo } from "./actions";
export { getBytes, getJson, post } from "./api";
export { besideFrame, besideInstant, matching } from "./beside";
export { colourOfClass } from "./class_colours";
export { difference } from "./difference_at";
export { download } from "./download";
export { boundsOf, inBox, inRaster, rasterise } from "./engine/lasso";
export { isShown } from "./engine/pick";
export { keyIn } from "./engine/scene";
export { cancelInsight, insight, insightTrouble, isWorking, startInsight } from "./insight_job";
export { drawn } from "./painter";
export { columnKey } from "./query/complete";
export { ranges } from "./ranges";
export { colourByColumn, columns, workedOutColumn } from "./sample_columns";
export { Recent, textOf, thumbnailAddressOf } from "./samples";
export { click, focus, select, selectPositions } from "./selecting";
export { combined, type How, howOfClick, positionsOf, type Selection } from "./selection";
export {
  beside,
  className,
  cursor,
  held,
  hovered,
  nClasses,
  nearest,
  nearestFrame,
  panel,
  type Reel,
  selected,
  selection,
  step,
} from "./state";
export { Named } from "./ui/named";
export { RowList } from "./ui/row_list";
export { useAsync } from "./ui/use_async";
export { useSettled } from "./ui/use_settled";
export { Virtual } from "./ui/virtual";
