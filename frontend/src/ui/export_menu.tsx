/** Pictures, films and links to take away: the button, and where what makes them goes once it is loaded. */
import type { JSX } from "preact";
import { formatPercent } from "../format";
import * as state from "../state";
import { Icon } from "./icons";
import { Loaded, partFrom } from "./part";
import { Popover } from "./popover";

const exporting = partFrom(() => import("../export/panel"));

export function ExportMenu({ reel }: { reel: state.Reel }): JSX.Element {
  const progress = exporting.module.value?.progress() ?? null;
  return (
    <Popover
      className="export-menu"
      title="Take a picture, a film or a link away (E)"
      open={state.exportOpen}
      label={
        <>
          <Icon name="share" />
          Export{progress !== null && ` ${formatPercent(progress)}`}
        </>
      }
    >
      {state.exportOpen.value && <Loaded part={exporting}>{({ ExportPanel }) => <ExportPanel reel={reel} />}</Loaded>}
    </Popover>
  );
}
