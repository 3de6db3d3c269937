/** The way to the same embeddings in TensorBoard's own Embedding Projector, which reads nothing of an address but its tab. */
import type { JSX } from "preact";
import { tensorboardAddress } from "../host";
import * as state from "../state";
import { besideOurs } from "../url";

export function ProjectorLink(): JSX.Element | null {
  const probe = state.probe.value;
  const address = tensorboardAddress();
  if (address === null || probe?.source !== "embeddings") return null;
  return (
    <a
      class="projector-link"
      href={besideOurs(address, "projector")}
      target="_parent"
      title={`Open in Embedding Projector. It opens at its first run and tensor: choose run “${probe.run}” and a tensor of “${probe.tag}” there.`}
      // The address changes as the film plays; the way back should lead to where one left.
      onClick={({ currentTarget }) => {
        currentTarget.href = besideOurs(tensorboardAddress() ?? address, "projector");
      }}
    >
      Projector
    </a>
  );
}
