/** Where a box stands that tells of a dot. Pure; CSS pixels from the top left of the stage. */

const GAP = 14; // from the dot
const EDGE = 4;
const CORNER = 12; // from the edges of the stage, as the hint
const CLEAR = 40; // around a dot, where its lines begin

interface Extents {
  readonly width: number;
  readonly height: number;
}

const clamp = (value: number, most: number): number => Math.round(Math.max(EDGE, Math.min(value, most - EDGE)));

/** On a side of the dot that has room, above or below it where neither has: it never covers the dot while the stage is large enough. */
export function besideDot(x: number, y: number, box: Extents, stage: Extents): { left: number; top: number } {
  const fitsRight = x + GAP + box.width <= stage.width;
  const fitsLeft = x - GAP - box.width >= 0;
  if (fitsRight || fitsLeft) {
    return {
      left: clamp(fitsRight ? x + GAP : x - GAP - box.width, stage.width - box.width),
      top: clamp(y - box.height / 2, stage.height - box.height),
    };
  }
  const fitsBelow = y + GAP + box.height <= stage.height;
  return {
    left: clamp(x - box.width / 2, stage.width - box.width),
    top: clamp(fitsBelow ? y + GAP : y - GAP - box.height, stage.height - box.height),
  };
}

/** In a lower corner, so that what is drawn around the dot is seen: the right one, unless the dot lies there; the hint has the left one. */
export function apartFromDot(x: number, y: number, box: Extents, stage: Extents): { left: number; top: number } {
  const right = stage.width - CORNER - box.width;
  const covered = x >= right - CLEAR && y >= stage.height - CORNER - box.height - CLEAR;
  return {
    left: clamp(covered ? CORNER : right, stage.width - box.width),
    top: clamp(stage.height - box.height - CORNER, stage.height - box.height),
  };
}
