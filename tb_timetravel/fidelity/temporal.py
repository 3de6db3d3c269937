"""Whether the film moves where the model moved, and rests where it rested."""

from __future__ import annotations

import math

import torch

_STILL_SHARE = 0.1  # the tenth of the samples whose representation moved least counts as resting


def ranks(values: torch.Tensor) -> torch.Tensor:
    """Rank values (…, n) from 1 along the last axis, in double precision; equal values share the mean of their ranks."""
    ordered, order = values.sort(-1)
    at = torch.arange(values.shape[-1], device=values.device).expand_as(order)
    rises = ordered[..., 1:] != ordered[..., :-1]
    edge = torch.ones_like(order[..., :1], dtype=torch.bool)
    first = torch.where(torch.cat([edge, rises], -1), at, 0).cummax(-1).values  # of the values equal to this one
    last = torch.where(torch.cat([rises, edge], -1), at, values.shape[-1]).flip(-1).cummin(-1).values.flip(-1)
    mean_rank = (first + last).double() / 2.0 + 1.0
    ranked: torch.Tensor = torch.empty_like(mean_rank).scatter_(-1, order, mean_rank)
    return ranked


def _rank_correlation(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Correlate ranks (Spearman's ρ) along the last axis, (…, n) -> (…); NaN where one of them is constant."""
    a, b = (rank - rank.mean(-1, keepdim=True) for rank in (ranks(a), ranks(b)))
    correlation: torch.Tensor = (a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1))
    return correlation


def spearman(a: torch.Tensor, b: torch.Tensor) -> float | None:
    """Correlate the ranks of two sequences (n,): in [-1, 1], 0 by chance; None where one of them is constant."""
    correlation = float(_rank_correlation(a, b))
    return None if math.isnan(correlation) else correlation


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


def temporal_ranking(x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
    """Measure whether the steps that are near to a step in a sample's representation are near to it in the picture.

    Per sample and step e: Spearman's ρ over the other steps t of (‖x_t - x_e‖, ‖z_t - z_e‖) (TimeVis, IJCAI 2022, and DeepDebugger,
    ESEC/FSE 2023, temporal rank correlation). The lineage keeps t = e, which is at distance 0 in both and so raises the score of every
    picture; it is left out here. Equal distances share the mean of their ranks.

    Parameters
    ----------
    x : (n_steps, b, n_features) representations of some samples at all steps.
    z : (n_steps, b, 2) their positions.

    Returns
    -------
    (n_steps, b) in [-1, 1], 1 is perfect, 0 is chance; NaN where a sample keeps one distance to all other steps, or these are fewer
    than 3. Memory grows with b · n_steps².
    """
    if len(x) < 4:
        return torch.full(z.shape[:2], torch.nan, dtype=torch.float64, device=z.device)
    return _rank_correlation(distances_to_other_steps(x), distances_to_other_steps(z)).T


def distances_to_other_steps(points: torch.Tensor) -> torch.Tensor:
    """Measure the distance of each sample at each step to itself at the other steps, (n_steps, b, d) -> (b, n_steps, n_steps - 1)."""
    n = len(points)
    since = (points - points[0]).transpose(0, 1).double()  # a product in single precision would decide between close steps
    product = since @ since.transpose(1, 2)
    squares = product.diagonal(dim1=1, dim2=2)
    distances = squares[:, :, None] + squares[:, None, :] - 2.0 * product
    noise = 1e-12 * squares.amax(1)[:, None, None]
    rounded = torch.where(distances > noise, distances, 0.0).sqrt().float()  # to single, so that equal distances tie in spite of rounding
    off_diagonal: torch.Tensor = rounded.flatten(1)[:, 1:].reshape(-1, n - 1, n + 1)[:, :, :-1]
    return off_diagonal.reshape(-1, n, n - 1)


def jitter(moved_x: torch.Tensor, before: torch.Tensor, after: torch.Tensor) -> float | None:
    """Measure how far samples that rested in the model move in the picture.

    The median move of the tenth of the samples whose representation moved least, after the best common rotation and shift is taken away,
    as a share of the picture's radius (root mean square distance from its centre).

    Parameters
    ----------
    moved_x : (n,) displacements in the representation.
    before, after : (n, 2) positions.

    Returns
    -------
    In [0, ∞), 0 is perfect; see `jitter_chance`. None where all samples are in one place before.
    """
    still = moved_x.argsort()[: max(1, round(_STILL_SHARE * len(moved_x)))]
    aligned = _align(after.double(), before.double())
    moves = (aligned - (before.double() - before.double().mean(0))).norm(dim=1)
    size = radius(before)
    return float(moves[still].median() / size) if size > 0 else None


def radius(positions: torch.Tensor) -> torch.Tensor:
    """Give the root mean square distance of positions (n, 2) from their centre."""
    square: torch.Tensor = (positions - positions.mean(0)).double().square().sum(1)
    return square.mean().sqrt()


def _align(moving: torch.Tensor, fixed: torch.Tensor) -> torch.Tensor:
    """Rotate and shift (n, 2) onto another (orthogonal Procrustes, Schönemann 1966), which is then centred at 0."""
    a, b = moving - moving.mean(0), fixed - fixed.mean(0)
    u, _, v = torch.linalg.svd((a.T @ b).cpu())  # of four numbers, for which a GPU takes longer
    aligned: torch.Tensor = a @ (u @ v).to(a.device)
    return aligned


def jitter_chance(before: torch.Tensor, *, seed: int = 0) -> float | None:
    """Give the jitter of a picture that puts every sample in another sample's place; None where they are all in one place."""
    generator = torch.Generator().manual_seed(seed)
    shuffled = before[torch.randperm(len(before), generator=generator).to(before.device)]
    size = radius(before)
    return float((shuffled - before).norm(dim=1).median() / size) if size > 0 else None
