/** Two films compared: loaded when there are two. */
import type { JSX } from "preact";
import * as tab from "../lent";
import { AgreementTable } from "./agreement_table";
import style from "./compare.css";
import { Differences } from "./differences";
import { SimilarityMap } from "./similarity_map";

tab.adopt(style);

export function ComparePanel({ reel }: { reel: tab.Reel }): JSX.Element | null {
  const beside = tab.beside.value;
  if (beside === null) return null;
  return (
    <section class="compare" aria-label="Two films compared">
      <AgreementTable reel={reel} beside={beside} />
      <SimilarityMap reel={reel} beside={beside} />
      <Differences reel={reel} beside={beside} />
    </section>
  );
}
