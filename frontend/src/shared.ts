/**
 * What parts that are loaded on demand have from the app, so that there is one state and one Preact: build.mjs takes their imports of these modules
 * from app.js. A name that is missing here fails when the part is loaded, so a test in a browser opens each of them.
 */
export { batch, computed, signal, useSignal } from "@preact/signals";
export { Fragment } from "preact";
export { useEffect, useMemo, useRef } from "preact/hooks";
export { jsx, jsxs } from "preact/jsx-runtime";
export { goTo } from "./actions";
export { getBytes, getJson } from "./api";
export { besideFrame, besideInstant, matching } from "./beside";
export { colourOfClass } from "./class_colours";
export { difference } from "./difference_at";
export { formatCount, formatPercent, formatValue, messageOf, plural } from "./format";
export { viridis, viridisGradient } from "./palette";
export { Recent, thumbnailAddressOf } from "./samples";
export { click, focus, selectPositions } from "./selecting";
export { beside, className, held, nearestFrame, step } from "./state";
export { Named } from "./ui/named";
export { RowList } from "./ui/row_list";
export { useSettled } from "./ui/use_settled";
