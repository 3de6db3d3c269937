/**
 * What the tab lends to the parts that are loaded on demand, each a file of its own in the bundle: one copy of the state, and of what all are made
 * with. `build.mjs` turns their imports of this module, and of Preact, into imports of `app.js`, which exports all that is named here.
 */
export {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  useComputed,
  useSignal,
  useSignalEffect,
} from "@preact/signals";
export { useEffect, useMemo, useRef, useState } from "preact/hooks";
export { Fragment, jsx, jsxs } from "preact/jsx-runtime";
export { goTo, goToRun } from "./actions";
export { getBytes, getJson, post } from "./api";
export { aligned, besideFrame, besideInstant, matching, nameOf } from "./beside";
export { breathe } from "./breathe";
export { classColours, colourOfClass } from "./class_colours";
export { columnsOf } from "./columns";
export { difference, differences } from "./difference_at";
export { download } from "./download";
export { boundsOf, inBox, inRaster, rasterise } from "./engine/lasso";
export { paintLines, paintPairs } from "./engine/lines";
export { NameLayout } from "./engine/name_layout";
export { namesBySize, placeNames } from "./engine/name_places";
export { openRenderer } from "./engine/open";
export { isShown } from "./engine/pick";
export { recast } from "./engine/recast";
export { keyIn, SPLIT_SHAPES } from "./engine/scene";
export { TrailPainter } from "./engine/trails";
export { cancelInsight, insight, insightTrouble, isWorking, startInsight } from "./insight_job";
export { Lazy } from "./lazy";
export {
  counts as legendCounts,
  doubtWords,
  entries as legendEntries,
  hidden as legendHidden,
  scale as legendScale,
  trustWords,
  wrongWords,
} from "./legend";
export { selectionIsTooLong } from "./link";
export { nearestAt } from "./neighbors";
export { drawn, drawnBeside } from "./painter";
export { sizeFactor } from "./picture";
export { columnKey } from "./query/complete";
export { ranges } from "./ranges";
export { colourByColumn, columns, partners, workedOutColumn } from "./sample_columns";
export { fullName, shortName, splitOf } from "./sample_name";
export { Recent, textOf } from "./samples";
export { click, focus, joined, select, selectPositions, trailed } from "./selecting";
export { combined, type How, howOfClick, positionsOf, type Selection } from "./selection";
export { standAt } from "./stand_at";
export {
  beside,
  className,
  colour,
  cursor,
  held,
  hiddenSplits,
  hovered,
  isSwitchedOn,
  listing,
  loopRange,
  loopSpan,
  nClasses,
  nearest,
  nearestFrame,
  neighborLines,
  panel,
  place,
  type Reel,
  reel,
  rendererKind,
  SPEEDS,
  selected,
  selection,
  speed,
  step,
  trailLength,
  trailsShown,
} from "./state";
export { adopt } from "./style/adopt";
export { ClassTable, MOST_CLASSES } from "./ui/class_table";
export { copy } from "./ui/copy";
export { LastWords } from "./ui/last_words";
export { movesFrom, obey, reveal } from "./ui/list_keys";
export { Named } from "./ui/named";
export { Picture } from "./ui/picture";
export { RowList } from "./ui/row_list";
export { Said } from "./ui/said";
export { useAsync } from "./ui/use_async";
export { useSettled } from "./ui/use_settled";
export { Virtual } from "./ui/virtual";
