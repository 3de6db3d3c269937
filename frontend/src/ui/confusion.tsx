/** The selection counted by label and prediction. */
import type { JSX } from "preact";
import type { Frame } from "../binary";
import { formatCount } from "../format";
import { confusionOf } from "../sample_rows";
import { selectPositions } from "../selecting";
import * as state from "../state";
import { ClassTable, MOST_CLASSES } from "./class_table";

interface Counted {
  readonly reel: state.Reel;
  readonly positions: Uint32Array;
  readonly frame: Frame;
}

/** The table, or which half of it was not logged; nothing where neither was. */
export function Confusion(counted: Counted): JSX.Element | null {
  const labelled = state.labelled.value;
  const predicted = counted.frame.prediction !== null;
  if (labelled && predicted) return <ConfusionTable {...counted} />;
  if (labelled === predicted) return null;
  return <p class="faint">No {labelled ? "logits" : "labels"} were logged, so nothing is counted by label and prediction.</p>;
}

function ConfusionTable({ reel, positions, frame }: Counted): JSX.Element {
  const names = reel.probe.class_names;
  const classes = state.nClasses.value;
  const found = confusionOf(positions, reel.samples, frame, classes, MOST_CLASSES);
  const narrow = (label: number, prediction: number): void => {
    const none = (kind: number | undefined): number => (kind === undefined || kind < 0 || kind >= classes ? -1 : kind);
    selectPositions(
      positions.filter((sample) => none(reel.samples.label[sample]) === label && none(frame.prediction?.[sample]) === prediction),
    );
  };
  return (
    <ClassTable
      caption="Label by prediction"
      names={names}
      rows={found.labels}
      columns={found.predictions}
      omitted={found.omitted}
      count={found.count}
      share={(label, prediction) => Math.sqrt(found.count(label, prediction) / found.largest)}
      ofRow={(label) => `label ${label}`}
      ofColumn={(prediction) => `predicted ${prediction}`}
      ofCell={(count, label, prediction) => `${formatCount(count)} with label ${label} predicted ${prediction}`}
      take={narrow}
    />
  );
}
