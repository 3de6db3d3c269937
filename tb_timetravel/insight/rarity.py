"""How unusual a sample's way through training is: rarity of its places, velocities and accelerations.

After DeepDebugger (Yang et al., ESEC/FSE 2023), which clusters trajectories of the plane and calls a sample rare when few share its
cluster. Here the plane is that of two principal components, so that no film has to be fitted, and clusters are k-means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.insight.measures import blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_CLUSTERS = 30
_ITERATIONS = 15
_SAMPLE = 10_000  # rows from which principal components and centres are found


def principal_plane(representations: NDArray[Any], *, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Find the middle (d,) of representations (n, d) and their two principal directions (d, 2); zeros where they have fewer."""
    n, d = representations.shape
    rows = np.arange(n) if n <= _SAMPLE else np.sort(np.random.default_rng(seed).choice(n, _SAMPLE, replace=False))
    some = np.asarray(representations[rows], np.float64)
    middle = some.mean(0)
    directions = np.zeros((d, 2), np.float32)
    found = np.linalg.svd(some - middle, full_matrices=False)[2][:2].T
    directions[:, : found.shape[1]] = found
    return middle.astype(np.float32), directions


def rarities(trajectories: NDArray[np.float32], *, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Measure how rare each trajectory's positions, velocities (first differences) and accelerations (second differences) are.

    Parameters
    ----------
    trajectories : (n, n_steps, 2).

    Returns
    -------
    Of each the share of samples outside a sample's cluster, (n,) in [0, 1), higher is rarer; 0 where there are too few steps.
    """
    position, velocity, acceleration = (
        _rarity(np.diff(trajectories, n=order, axis=1).reshape(len(trajectories), -1), seed) for order in range(3)
    )
    return position, velocity, acceleration


def _rarity(features: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    n = len(features)
    if features.shape[1] == 0:
        return np.zeros(n, np.float32)
    cluster = cluster_rows(features, N_CLUSTERS, seed=seed)
    return (1.0 - np.bincount(cluster, minlength=N_CLUSTERS)[cluster] / n).astype(np.float32)


def cluster_rows(features: NDArray[np.float32], n_clusters: int, *, seed: int) -> NDArray[np.int64]:
    """Cluster rows (n, d) by k-means from well spread rows, and give each row's cluster, (n,)."""
    rng = np.random.default_rng(seed)
    n = len(features)
    some = features if n <= _SAMPLE else features[rng.choice(n, _SAMPLE, replace=False)]
    centers = _spread_rows(some, min(n_clusters, len(some)), rng)
    for _ in range(_ITERATIONS):
        cluster = _nearest(some, centers)
        count = np.bincount(cluster, minlength=len(centers))
        sums = np.zeros_like(centers)
        np.add.at(sums, cluster, some)
        centers = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], centers).astype(np.float32)
    return _nearest(features, centers)


def _spread_rows(features: NDArray[np.float32], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw rows, each with a chance that grows with its squared distance to those drawn (k-means++, Arthur and Vassilvitskii 2007)."""
    chosen = [int(rng.integers(len(features)))]
    distance = np.square(features - features[chosen[0]], dtype=np.float64).sum(1)
    while len(chosen) < count:
        total = distance.sum()
        chosen.append(int(rng.choice(len(features), p=distance / total) if total > 0 else rng.integers(len(features))))
        distance = np.minimum(distance, np.square(features - features[chosen[-1]], dtype=np.float64).sum(1))
    return features[chosen].astype(np.float32)


def _nearest(features: NDArray[np.float32], centers: NDArray[np.float32]) -> NDArray[np.int64]:
    squares = np.einsum("ij,ij->i", centers, centers)
    found = np.empty(len(features), np.int64)
    for rows in blocks(len(features), max(len(centers), features.shape[1])):
        found[rows] = (squares - 2.0 * (features[rows] @ centers.T)).argmin(1)
    return found
