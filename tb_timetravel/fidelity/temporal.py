"""Whether the film moves where the model moved, and rests where it rested."""

from __future__ import annotations

import torch

_STILL_SHARE = 0.1  # the tenth of the samples whose representation moved least counts as resting


def ranks(values: torch.Tensor) -> torch.Tensor:
    """Rank values (n,) from 1; equal values share the mean of their ranks."""
    _, place, counts = values.unique(return_inverse=True, return_counts=True)
    last = counts.cumsum(0).to(torch.float64)
    mean_rank: torch.Tensor = last - (counts - 1) / 2.0
    return mean_rank[place]


def spearman(a: torch.Tensor, b: torch.Tensor) -> float | None:
    """Correlate the ranks of two sequences (n,): in [-1, 1], 0 by chance; None where one of them is constant."""
    centered = [rank - rank.mean() for rank in (ranks(a), ranks(b))]
    norm = float(centered[0].norm() * centered[1].norm())
    return float(centered[0] @ centered[1]) / norm if norm > 0 else None


def temporal_correlation(moved_x: torch.Tensor, moved_z: torch.Tensor) -> float | None:
    """Correlate how far samples move in the representation and in the plane (Vernier et al. 2020, stability, by Spearman's ρ).

    Parameters
    ----------
    moved_x, moved_z : displacements of the same samples, of one step (n,) or of all (n_steps - 1, n).

    Returns
    -------
    In [-1, 1]; 1 is perfect, 0 is chance; None where nothing moves in one of them.
    """
    return spearman(moved_x.flatten(), moved_z.flatten())


def jitter(moved_x: torch.Tensor, before: torch.Tensor, after: torch.Tensor) -> float:
    """Measure how far samples that rested in the model move in the picture.

    The median move of the tenth of the samples whose representation moved least, after the best common rotation and shift is taken away,
    as a share of the picture's radius (root mean square distance from its centre).

    Parameters
    ----------
    moved_x : (n,) displacements in the representation.
    before, after : (n, 2) positions.

    Returns
    -------
    In [0, ∞), 0 is perfect; see `jitter_chance`.
    """
    still = moved_x.argsort()[: max(1, round(_STILL_SHARE * len(moved_x)))]
    aligned = _align(after.double(), before.double())
    moves = (aligned - (before.double() - before.double().mean(0))).norm(dim=1)
    return float(moves[still].median() / radius(before))


def radius(positions: torch.Tensor) -> torch.Tensor:
    """Give the root mean square distance of positions (n, 2) from their centre."""
    square: torch.Tensor = (positions - positions.mean(0)).double().square().sum(1)
    return square.mean().sqrt().clamp_min(1e-12)


def _align(moving: torch.Tensor, fixed: torch.Tensor) -> torch.Tensor:
    """Rotate and shift (n, 2) onto another (orthogonal Procrustes, Schönemann 1966), which is then centred at 0."""
    a, b = moving - moving.mean(0), fixed - fixed.mean(0)
    u, _, v = torch.linalg.svd(a.T @ b)
    aligned: torch.Tensor = a @ u @ v
    return aligned


def jitter_chance(before: torch.Tensor, *, seed: int = 0) -> float:
    """Give the jitter of a picture that puts every sample in another sample's place."""
    generator = torch.Generator().manual_seed(seed)
    shuffled = before[torch.randperm(len(before), generator=generator).to(before.device)]
    return float((shuffled - before).norm(dim=1).median() / radius(before))
