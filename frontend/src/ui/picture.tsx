import type { JSX } from "preact";
import { thumbnailAddressOf } from "../samples";
import type { Reel } from "../state";

/** A sample's picture, within a square of CSS pixels; nothing where there is none. */
export function Picture({ reel, sample, size }: { reel: Reel; sample: number; size: number }): JSX.Element | null {
  if (reel.probe.media.kind !== "image") return null;
  const { url, x, y, width, height, pageWidth } = thumbnailAddressOf(reel, sample);
  const scale = size / Math.max(width, height);
  const style = {
    width: `${width * scale}px`,
    height: `${height * scale}px`,
    backgroundImage: `url("${url}")`,
    backgroundSize: `${pageWidth * scale}px auto`,
    backgroundPosition: `${-x * scale}px ${-y * scale}px`,
  };
  return <i class="row-thumb" style={style} aria-hidden="true" />;
}
