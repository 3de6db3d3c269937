"""By how much each sample's neighbours in the representation of one run differ from those in another's."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight.matching import SEED, draw
from tb_timetravel.insight.measures import blocks
from tb_timetravel.insight.neighborhood import N_NEIGHBORS
from tb_timetravel.store import match_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tb_timetravel.schema import LoggedStep
    from tb_timetravel.store import ProbeReader

_MOST_SAMPLES = 5000
_MOST_WORK = 2**35  # multiplications: one to two seconds of one core
_MOST_NUMBERS = 2**26  # of one step in memory: 256 MiB


@dataclass(frozen=True, eq=False)
class NeighborDifference:
    """By how much neighbours differ.

    Attributes
    ----------
    shares : (n_samples,) of the first run, in [0, 1]: the share of a sample's nearest that are not among its nearest in the second; NaN
        where it was not measured.
    n_matched : samples that both runs have.
    n_used : as many of them were drawn, with ``seed``, measured, and looked for neighbours among.
    """

    shares: NDArray[np.float32]
    n_matched: int
    n_used: int
    seed: int = SEED


def unshared(one: NDArray[Any], other: NDArray[Any], k: int) -> NDArray[np.float32]:
    """Measure which share of each sample's k nearest by Euclidean distance is not shared by two representations, (n, d) and (n, e).

    Parameters
    ----------
    k : fewer where there are fewer others. Of equally near ones at the edge any may count.

    Returns
    -------
    (n,) in [0, 1]; NaN for a sample that is not finite, which is nobody's neighbour either. Where the two are unrelated, 1 - k / (n - 1)
    is to be expected.
    """
    result = np.full(len(one), np.nan, np.float32)
    known = np.flatnonzero(np.isfinite(one).all(1) & np.isfinite(other).all(1))
    k = min(k, len(known) - 1)
    if k < 1:
        return result
    first, second = _Space(one[known]), _Space(other[known])
    for rows in blocks(len(known), len(known)):
        near, near_there = first.nearest(rows, k), second.nearest(rows, k)
        kept = (near[:, :, None] == near_there[:, None, :]).sum((1, 2))
        result[known[rows]] = 1.0 - kept / k
    return result


class _Space:
    """Representations (n, d) in which neighbours are looked for."""

    def __init__(self, representations: NDArray[Any]) -> None:
        x = np.asarray(representations, np.float32)
        self._x = x - x.mean(0, dtype=np.float64).astype(np.float32)  # small numbers, so that differences keep their digits
        self._squares = np.einsum("ij,ij->i", self._x, self._x)

    def nearest(self, rows: slice, k: int) -> NDArray[np.int64]:
        """Find the k nearest others of some rows, in no order, (n_rows, k)."""
        distances = self._squares - 2.0 * (self._x[rows] @ self._x.T)  # up to a constant of the row
        distances[np.arange(len(distances)), np.arange(rows.start, rows.stop)] = np.inf
        return np.argpartition(distances, k - 1, axis=1)[:, :k]


def neighbor_difference(one: ProbeReader, other: ProbeReader, step: int, with_step: int, k: int = N_NEIGHBORS) -> NeighborDifference:
    """Measure by how much neighbours differ between a step of one run and a step of another, among the samples that both have.

    At most 5,000 samples, fewer of many features, so that it takes one to two seconds: 2³⁵ multiplications.

    Raises
    ------
    InvalidData : k is less than 1, or they have fewer than 2 samples in common.
    NotFound : a step is not logged.
    StoreError : a log cannot be read.
    """
    if k < 1:
        raise InvalidData(f"expected k from 1 up, got {k}")
    logged = _find(one, step), _find(other, with_step)
    probes = one.probe(), other.probe()
    widths = [probe.n_features for probe in probes]
    most = min(_MOST_SAMPLES, math.isqrt(_MOST_WORK // max(1, *widths, sum(widths))), _MOST_NUMBERS // max(1, *widths))
    matched = match_samples(one, other)
    drawn = draw(matched, max(2, most), least=2)
    first = one.read(probes[0], logged[0]).representations[drawn.here]
    second = other.read(probes[1], logged[1]).representations[drawn.there]
    shares = np.full(probes[0].n_samples, np.nan, np.float32)
    shares[drawn.here] = unshared(first, second, k)
    return NeighborDifference(shares, n_matched=len(matched), n_used=len(drawn))


def _find(reader: ProbeReader, step: int) -> LoggedStep:
    found = next((known for known in reader.steps() if known.step == step), None)
    if found is None:
        raise NotFound(f"expected a logged step, got {step}, which {reader.directory} has not; choose one that is")
    return found
