"""Fuzzy complexes: which rows should lie together, as edges with a membership between 0 and 1.

Rows are the samples of a step, then its boundary samples; or those of many steps, one after the other. Memberships are UMAP's (McInnes,
Healy and Melville 2018, section 3.1): 1 for the nearest neighbour, then falling so that a row's memberships add up to log2 of the number
of its neighbours, itself included.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit.graph import nearest_neighbors, neighbors_among

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCK_BYTES = {"cpu": 64 * 2**20, "cuda": 2 * 2**30}
_LEAST_SCALE = 1e-3  # of the mean distance: sigma no smaller, or duplicates would cut a row off


@dataclass(frozen=True, eq=False)
class Complex:
    """Edges between rows.

    source, target : (n_edges,) int64; weight : (n_edges,) float32, memberships in (0, 1].
    """

    source: torch.Tensor
    target: torch.Tensor
    weight: torch.Tensor

    def shifted(self, by: int) -> Complex:
        """Give the same edges between rows that lie further down."""
        return Complex(self.source + by, self.target + by, self.weight)


def join(parts: Sequence[Complex]) -> Complex:
    """Lay complexes over the same rows on top of each other."""
    source, target, weight = (torch.cat([getattr(part, name) for part in parts]) for name in ("source", "target", "weight"))
    return Complex(source, target, weight)


def smooth_knn(distance: torch.Tensor, *, n_bisections: int = 50) -> tuple[torch.Tensor, torch.Tensor]:
    """Find where each row's memberships begin to fall and how fast, so that they add up to log2(k + 1).

    Parameters
    ----------
    distance : (n, k) to a row's nearest others.

    Returns
    -------
    rho (n,), the least distance that is not 0, and sigma (n,), found by bisection for all rows at once.
    """
    k = distance.shape[1]
    rho = torch.where(distance > 0, distance, torch.inf).amin(1)
    rho = torch.where(rho.isfinite(), rho, torch.zeros_like(rho))
    row_mean = distance.sum(1) / (k + 1)  # UMAP counts the row itself, at distance 0
    floor = _LEAST_SCALE * torch.where(rho > 0, row_mean, row_mean.mean())
    beyond = (distance - rho[:, None]).clamp_min(0.0)
    unit = beyond.mean(1).clamp_min(torch.finfo(distance.dtype).tiny)
    low, high = torch.full_like(unit, -20.0), torch.full_like(unit, 20.0)  # log2 of sigma in units of the row's mean
    wanted = math.log2(k + 1)
    for _ in range(n_bisections):
        middle = (low + high) / 2.0
        too_wide = torch.exp(-beyond / (unit * torch.exp2(middle))[:, None]).sum(1) > wanted
        low, high = torch.where(too_wide, low, middle), torch.where(too_wide, middle, high)
    return rho, torch.maximum(unit * torch.exp2((low + high) / 2.0), floor)


def membership(distance: torch.Tensor, rho: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    """Turn distances (n, k) into memberships: exp(-max(0, d - rho) / sigma)."""
    return torch.exp(-(distance - rho[:, None]).clamp_min(0.0) / sigma.clamp_min(torch.finfo(sigma.dtype).tiny)[:, None])


def fuzzy_union(source: torch.Tensor, target: torch.Tensor, weight: torch.Tensor) -> Complex:
    """Make directed edges symmetric: a + b - a·b of the two directions. The result is sorted by source, then target."""
    n = int(torch.maximum(source.max(), target.max())) + 1 if len(source) else 1
    key, place = torch.unique(torch.cat([source * n + target, target * n + source]), return_inverse=True)
    there, back = (
        torch.zeros(len(key), dtype=weight.dtype, device=weight.device).scatter_reduce_(0, p, weight, "amax") for p in place.chunk(2)
    )
    return Complex(key // n, key % n, there + back - there * back)


def prune(edges: Complex, weakest: float) -> Complex:
    """Drop edges of less than a share of the greatest membership: they would hardly be drawn."""
    if len(edges.weight) == 0:
        return edges
    kept = edges.weight >= weakest * edges.weight.max()
    return Complex(edges.source[kept], edges.target[kept], edges.weight[kept])


@dataclass(frozen=True, eq=False)
class Neighborhood:
    """Nearest others of each row, and what `smooth_knn` makes of them.

    index, distance : (n, k); rho, sigma : (n,).
    """

    index: torch.Tensor
    distance: torch.Tensor
    rho: torch.Tensor
    sigma: torch.Tensor


def neighborhood(x: torch.Tensor, n_neighbors: int, *, seed: int) -> Neighborhood:
    """Find the nearest others of the rows of x (n, n_features), n at least 2.

    Parameters
    ----------
    n_neighbors : the row itself among them, as UMAP counts.
    """
    index, distance = nearest_neighbors(x, min(n_neighbors, len(x)) - 1, seed=seed)
    return Neighborhood(index, distance, *smooth_knn(distance))


def spatial_complex(near: Neighborhood) -> Complex:
    """Join each row to its nearest others."""
    rows = torch.arange(len(near.index), device=near.index.device).repeat_interleave(near.index.shape[1])
    weight = membership(near.distance, near.rho, near.sigma)
    return fuzzy_union(rows, near.index.reshape(-1), weight.reshape(-1))


def boundary_wise_complex(x: torch.Tensor, boundary: torch.Tensor, n_neighbors: int) -> Complex:
    """Join each sample to its nearest boundary samples, and each of those to its nearest samples (Yang et al. 2022, DeepVisualInsight).

    Parameters
    ----------
    x, boundary : (n, n_features) and (m, n_features); their rows are numbered on, boundary samples from n. No edge where m is 0.
    n_neighbors : the row itself among them, as UMAP counts.
    """
    n, m = len(x), len(boundary)
    if m == 0:
        nothing = torch.empty(0, dtype=torch.int64, device=x.device)
        return Complex(nothing, nothing, nothing.float())
    sources, targets, weights = [], [], []
    for start, rows, other_start, others in ((0, x, n, boundary), (n, boundary, 0, x)):
        index, distance = neighbors_among(rows, others, min(n_neighbors - 1, len(others)))
        weights.append(membership(distance, *smooth_knn(distance)).reshape(-1))
        sources.append(torch.arange(start, start + len(rows), device=x.device).repeat_interleave(index.shape[1]))
        targets.append(index.reshape(-1) + other_start)
    return fuzzy_union(torch.cat(sources), torch.cat(targets), torch.cat(weights))


def nearest_steps(distance: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the steps at which the same sample is nearest, (…, n_steps) -> indices and distances (…, k); inf is no step."""
    near, index = distance.topk(k, largest=False)
    return index, near


def temporal_complex(x: Sequence[torch.Tensor], near: Sequence[Neighborhood], n_neighbors: int) -> Complex:
    """Join each sample at each step to itself at the steps where its representation is nearest (Yang et al. 2022, TimeVis).

    Parameters
    ----------
    x : per step (n_t, n_features); row i is the same sample in all steps that have that many. Rows are numbered on from step to step.
    near : per step, over the same rows; memberships fall off in time as they do in space.
    n_neighbors : the sample at its own step among them.
    """
    n_steps, lengths = len(x), [len(rows) for rows in x]
    first = torch.tensor([0, *accumulate(lengths)][:-1], device=x[0].device)
    k = min(n_neighbors, n_steps) - 1
    n_features, chunk = x[0].shape[1], max(1, _BLOCK_BYTES[x[0].device.type] // (4 * n_steps * (n_steps + x[0].shape[1])))
    sources, targets, weights = [first[:0]], [first[:0]], [x[0][:0, 0]]
    for start in range(0, max(lengths) if k else 0, chunk):
        stop = min(start + chunk, max(lengths))
        rows, rho, sigma = x[0].new_zeros(stop - start, n_steps, n_features), *x[0].new_ones(2, stop - start, n_steps)
        present = torch.zeros(stop - start, n_steps, dtype=torch.bool, device=x[0].device)
        for t in range(n_steps):
            here = slice(start, min(stop, lengths[t]))
            count = max(0, min(stop, lengths[t]) - start)
            rows[:count, t], present[:count, t] = x[t][here], True
            rho[:count, t], sigma[:count, t] = near[t].rho[here], near[t].sigma[here]
        distance = torch.cdist(rows, rows).masked_fill_(~present[:, None], torch.inf)  # (chunk, n_steps, n_steps)
        distance.diagonal(dim1=1, dim2=2).fill_(torch.inf)
        step, apart = nearest_steps(distance, k)
        weight = membership(apart.reshape(-1, k), rho.reshape(-1), sigma.reshape(-1)).reshape(apart.shape)
        exists = present[..., None] & apart.isfinite()
        sample = torch.arange(start, stop, device=first.device)[:, None, None]
        sources.append((first[None, :, None] + sample).expand_as(step)[exists])
        targets.append((first[step] + sample)[exists])
        weights.append(weight[exists])
    return fuzzy_union(torch.cat(sources), torch.cat(targets), torch.cat(weights))


def average_ranks(values: torch.Tensor) -> torch.Tensor:
    """Rank values (m,) from 1 up to m; equal ones share the mean of their ranks."""
    _, place, counts = values.unique(return_inverse=True, return_counts=True)  # ascending
    last = counts.cumsum(0)
    ranks: torch.Tensor = last - (counts - 1) / 2.0
    return ranks[place]


def prediction_aware(edges: Complex, logits: torch.Tensor) -> Complex:
    """Weigh a complex anew by how alike the predictions at the two ends of an edge are (TrustVis).

    With r the rank of the membership as a share of the number of edges and s the cosine of the logits: 1 where r = 1, r·(1 + s) where
    s < 0, r + (1 - r)·r·s otherwise.

    Parameters
    ----------
    logits : (n_rows, n_classes).
    """
    r, s = average_ranks(edges.weight) / max(1, len(edges.weight)), likeness(edges, logits)
    weight = torch.where(s < 0, r * (1.0 + s), r + (1.0 - r) * r * s)
    return replace(edges, weight=torch.where(r == 1.0, torch.ones_like(weight), weight))


def likeness(edges: Complex, logits: torch.Tensor) -> torch.Tensor:
    """Cosine of the logits (n_rows, n_classes) at the two ends of each edge, (n_edges,)."""
    return torch.cosine_similarity(logits[edges.source], logits[edges.target])
