/** Where the comparison of two films goes; what it is made of is fetched when there are two. */
import type { JSX } from "preact";
import * as state from "../state";
import { Loaded, partFrom } from "./part";

const panel = partFrom(() => import("../compare/panel"));

export function Comparison({ reel }: { reel: state.Reel }): JSX.Element | null {
  if (state.beside.value === null) return null;
  return <Loaded part={panel}>{({ ComparePanel }) => <ComparePanel reel={reel} />}</Loaded>;
}
