/** The samples nearest to one in the plane, at a real step. Pure. */

/** The k nearest, nearest first; of equally near ones the earlier. Positions as in a frame; `aspect` is extent width over height. */
export function nearestInPlane(xy: Uint16Array, sample: number, k: number, aspect: number): number[] {
  const [x, y] = [xy[2 * sample] ?? 0, xy[2 * sample + 1] ?? 0];
  const found: number[] = [];
  const distances: number[] = [];
  for (let other = 0; other < xy.length / 2; other++) {
    if (other === sample) continue;
    const dx = ((xy[2 * other] ?? 0) - x) * aspect;
    const dy = (xy[2 * other + 1] ?? 0) - y;
    const distance = dx * dx + dy * dy;
    if (found.length === k && distance >= (distances[k - 1] ?? 0)) continue;
    let at = found.length;
    while (at > 0 && (distances[at - 1] ?? 0) > distance) at--;
    found.splice(at, 0, other);
    distances.splice(at, 0, distance);
    if (found.length > k) {
      found.pop();
      distances.pop();
    }
  }
  return found;
}
