"""What the Time-Travelling Visualizer measures of a sample's way through the steps besides `temporal_ranking`.

Of each sample and step, all compare the distances to the sample at the other steps, in the representation and in the picture. The
original counts the step itself, at distance 0 in both, which raises the score of every picture; it is left out here.
"""

from __future__ import annotations

import itertools

import torch

from tb_timetravel.fidelity.temporal import distances_to_other_steps, ranks, temporal_ranking

_LEAST_STEPS = 4  # of two other steps, every order is perfect or its reverse


def nearest_steps_kept(x: torch.Tensor, z: torch.Tensor, *, n_nearest: int) -> torch.Tensor:
    """Find how many of a sample's nearest steps are nearest in the picture too (TimeVis, IJCAI 2022, temporal neighbours).

    Parameters
    ----------
    x, z : (n_steps, b, n_features), (n_steps, b, 2) of some samples at all steps.
    n_nearest : k.

    Returns
    -------
    (n_steps, b) shares in [0, 1]; 1 is perfect, k / (n_steps - 1) is chance. NaN where there are no more than k other steps, of which every
    picture keeps all. Of equally near steps the earlier counts.
    """
    n = len(x)
    if n - 1 <= n_nearest:
        return torch.full(z.shape[:2], torch.nan)
    near_x, near_z = (_nearest(points, n_nearest) for points in (x, z))
    return (near_x[..., :, None] == near_z[..., None, :]).sum((-2, -1)).float().T / n_nearest


def _nearest(points: torch.Tensor, k: int) -> torch.Tensor:
    return distances_to_other_steps(points).sort(dim=-1, stable=True).indices[..., :k]  # (b, n_steps, k)


def weighted_ranking(x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
    """Correlate the ranks of the other steps, each weighted by 1 / its rank in the representation: what is near counts most.

    The weighted Pearson correlation of ranks, as the Time-Travelling Visualizer means it; its code takes sorting orders for ranks.

    Returns
    -------
    (n_steps, b) in [-1, 1], 1 is perfect, 0 is chance; NaN where a sample keeps one distance to all other steps, or these are fewer than 3.
    """
    if len(x) < _LEAST_STEPS:
        return torch.full(z.shape[:2], torch.nan, dtype=torch.float64)
    of_x, of_z = (ranks(distances_to_other_steps(points)) for points in (x, z))
    weight = 1.0 / of_x
    weight = weight / weight.sum(-1, keepdim=True)
    of_x, of_z = (rank - (weight * rank).sum(-1, keepdim=True) for rank in (of_x, of_z))
    spread = (weight * of_x.square()).sum(-1).sqrt() * (weight * of_z.square()).sum(-1).sqrt()
    correlation: torch.Tensor = (weight * of_x * of_z).sum(-1) / spread
    return correlation.T


def stage_ranking(x: torch.Tensor, z: torch.Tensor, *, n_stages: int = 3) -> torch.Tensor:
    """Measure temporal ranking within each stage of the training: as `temporal_ranking`, but for the other steps of a step's stage alone.

    Parameters
    ----------
    n_stages : into how many parts of equal length, to within a step, the steps are divided.
    """
    n = len(x)
    ends = [round(stage * n / n_stages) for stage in range(n_stages + 1)]
    return torch.cat([temporal_ranking(x[low:high], z[low:high]) for low, high in itertools.pairwise(ends)])


def stillness(kept: torch.Tensor, moved: torch.Tensor) -> torch.Tensor:
    """Correlate, over the moves of a sample, how many neighbours it keeps in the representation with how far it moves in the picture.

    Parameters
    ----------
    kept : (n_steps - 1, b) share of the nearest neighbours at a step that still are at the next.
    moved : (n_steps - 1, b) displacements in the picture.

    Returns
    -------
    (b,) Pearson's correlation in [-1, 1]; -1 is best, as who keeps their neighbours should rest; 0 is chance. NaN where one of them is
    constant, or there are fewer than 3 moves.
    """
    if len(kept) < _LEAST_STEPS - 1:
        return torch.full(kept.shape[1:], torch.nan, dtype=torch.float64)
    a, b = (values.double() - values.double().mean(0) for values in (kept, moved))
    correlation: torch.Tensor = (a * b).sum(0) / (a.norm(dim=0) * b.norm(dim=0))
    return correlation
