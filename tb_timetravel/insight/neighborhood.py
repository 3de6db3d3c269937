"""Which labels a sample's neighbours in the representation have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.insight.measures import blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_NEIGHBORS = 15
_MOST = 10_000  # samples among which neighbours are looked for; more cost time and change little of what a vote says


def choose_reference(labels: NDArray[np.int32], candidates: NDArray[np.bool_], *, seed: int) -> NDArray[np.int64]:
    """Choose the samples among which neighbours are looked for: all candidates with a label, of many a random ten thousand.

    Parameters
    ----------
    labels : (n,), -1 where there is none.
    candidates : (n,), as a rule the training split.
    """
    rows = np.flatnonzero(candidates & (labels >= 0))
    if len(rows) > _MOST:
        rows = np.sort(np.random.default_rng(seed).choice(rows, _MOST, replace=False))
    return rows


def neighbor_votes(
    representations: NDArray[Any],
    labels: NDArray[np.int32],
    reference: NDArray[np.int64],
    *,
    n_classes: int,
    n_neighbors: int = N_NEIGHBORS,
) -> NDArray[np.float32]:
    """Count the labels among each sample's nearest neighbours by Euclidean distance.

    Parameters
    ----------
    representations : (n, d); read in blocks.
    reference : positions of the samples that can be neighbours, all with a label. A sample is never its own neighbour.
    n_neighbors : fewer where there are fewer to choose from.

    Returns
    -------
    (n, n_classes) shares of the neighbours, each row sums to 1, or is 0 where there is none.
    """
    n, d = representations.shape
    votes = np.zeros((n, n_classes), np.float32)
    at = np.full(n, -1)
    at[reference] = np.arange(len(reference))
    around = np.asarray(representations[reference], np.float32)
    center = around.mean(0) if len(around) else np.zeros(d, np.float32)
    around = around - center  # keeps numbers small, so that differences keep their digits
    squares = np.einsum("ij,ij->i", around, around)
    for rows in blocks(n, max(len(reference), d)):
        block = np.asarray(representations[rows], np.float32) - center
        distances = squares - 2.0 * (block @ around.T)  # up to a constant of the row
        own = np.flatnonzero(at[rows] >= 0)
        distances[own, at[rows][own]] = np.inf
        for size, chosen in _by_number(n_neighbors, len(reference), at[rows] >= 0):
            if size == 0:
                continue
            near = np.argpartition(distances[chosen], size - 1, axis=1)[:, :size]
            found = labels[reference][near]  # (rows, size)
            np.add.at(votes, (np.repeat(np.arange(rows.start, rows.stop)[chosen], size), found.ravel()), 1.0 / size)
    return votes


def _by_number(wanted: int, n_reference: int, is_inside: NDArray[np.bool_]) -> list[tuple[int, NDArray[np.int64]]]:
    """Group rows by how many neighbours they can have: one that is in the reference itself has one less to choose from."""
    inside, outside = np.flatnonzero(is_inside), np.flatnonzero(~is_inside)
    return [(min(wanted, n_reference - 1), inside), (min(wanted, n_reference), outside)]
