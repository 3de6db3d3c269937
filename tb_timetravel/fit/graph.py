"""Which samples attract each other: nearest neighbours in the representation, and how strongly.

Neighbours are exact, found in blocks on the device, while the distance blocks are affordable; NN-descent beyond that. A sample is never
its own neighbour.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import torch

_BLOCK_BYTES = {"cpu": 64 * 2**20, "cuda": 2 * 2**30}
_EXACT_LIMIT = {"cpu": 30_000, "cuda": 500_000}  # samples; n² distances take longer than NN-descent beyond


@dataclass(frozen=True, eq=False)
class Edges:
    """A symmetric weighted graph of one step, both directions of every edge, sorted by source.

    source, target : (n_edges,) int64; weight : (n_edges,) float32, of mean 1 per sample in total.
    """

    source: torch.Tensor
    target: torch.Tensor
    weight: torch.Tensor


def nearest_neighbors(x: torch.Tensor, n_neighbors: int, *, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Find each sample's nearest others by Euclidean distance.

    Parameters
    ----------
    x : (n, d) float32.
    n_neighbors : at most n - 1.

    Returns
    -------
    Indices (n, n_neighbors) int64 and distances (n, n_neighbors), nearest first.
    """
    if len(x) > _EXACT_LIMIT[x.device.type]:
        return approximate_neighbors(x, n_neighbors, seed=seed)
    rows = max(1, _BLOCK_BYTES[x.device.type] // (4 * len(x)))
    centered = x - x.mean(0)  # keeps the squares small, so that their difference keeps its digits
    squares = (centered * centered).sum(1)
    index, distance = [], []
    for start in range(0, len(x), rows):
        block = centered[start : start + rows]
        d2 = (
            torch.addmm(squares[None], block, centered.T, alpha=-2.0) + squares[start : start + rows, None]
        )  # (rows, d), (d, n) -> (rows, n)
        d2[torch.arange(len(block), device=x.device), torch.arange(start, start + len(block), device=x.device)] = math.inf
        near, at = d2.topk(n_neighbors, largest=False)
        index.append(at)
        distance.append(near.clamp_min(0.0).sqrt())
    return torch.cat(index), torch.cat(distance)


def approximate_neighbors(x: torch.Tensor, n_neighbors: int, *, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Find neighbours by NN-descent (pynndescent), self removed; same result as `nearest_neighbors` but for a few."""
    from pynndescent import NNDescent  # compiles for seconds at import: only where it is needed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba's, about itself
        found, distance = NNDescent(x.cpu().numpy(), n_neighbors=n_neighbors + 1, random_state=seed).neighbor_graph
    is_self = found == np.arange(len(x))[:, None]
    is_self[~is_self.any(1), -1] = True  # duplicates can push a sample out of its own list: drop the farthest instead
    keep = ~is_self
    shape = (len(x), n_neighbors)
    index = torch.from_numpy(found[keep].reshape(shape).astype(np.int64)).to(x.device)
    return index, torch.from_numpy(distance[keep].reshape(shape).astype(np.float32)).to(x.device)


def affinities(distances: torch.Tensor, perplexity: float, *, n_bisections: int = 50) -> torch.Tensor:
    """Turn neighbour distances into probabilities of a given perplexity.

    p_ij ∝ exp(-(d_ij² - d_i1²) / s_i), with s_i found by bisection for all rows at once so that the entropy of row i is log(perplexity)
    (van der Maaten and Hinton 2008, equation 1).

    Parameters
    ----------
    distances : (n, k), nearest first.
    perplexity : effective number of neighbours, below k.

    Returns
    -------
    (n, k); rows sum to 1.
    """
    d2 = distances.square() - distances[:, :1].square()
    scale = d2.mean(1, keepdim=True).clamp_min(torch.finfo(d2.dtype).tiny)
    low, high = torch.full_like(scale, -12.0), torch.full_like(scale, 12.0)  # log2 of s_i in units of the row's mean
    for _ in range(n_bisections):
        middle = (low + high) / 2
        p = torch.softmax(-d2 / (scale * torch.exp2(middle)), 1)
        too_flat = -(p * p.clamp_min(1e-30).log()).sum(1, keepdim=True) > math.log(perplexity)
        low, high = torch.where(too_flat, low, middle), torch.where(too_flat, middle, high)
    return torch.softmax(-d2 / (scale * torch.exp2((low + high) / 2)), 1)


def symmetric_edges(index: torch.Tensor, weight: torch.Tensor) -> Edges:
    """Join directed neighbour lists to one symmetric graph: w_ij = (p_ij + p_ji) / mean row sum.

    Parameters
    ----------
    index, weight : (n, k) neighbours and their weights.
    """
    n, k = index.shape
    rows = torch.arange(n, device=index.device).repeat_interleave(k)
    both = torch.cat([rows * n + index.reshape(-1), index.reshape(-1) * n + rows])
    key, place = torch.unique(both, return_inverse=True)  # sorted, so edges come in the order of their source
    total = torch.zeros(len(key), dtype=weight.dtype, device=weight.device).index_add_(0, place, weight.reshape(-1).repeat(2))
    return Edges(source=key // n, target=key % n, weight=total * (n / total.sum()))


def step_graph(
    x: torch.Tensor, predictions: torch.Tensor | None, *, n_neighbors: int, perplexity: float, across: float, seed: int
) -> Edges:
    """Build the graph of one step.

    Parameters
    ----------
    x : (n, d) representations.
    predictions : (n,) predicted classes; an edge between two of them is weighted by `across`, so that territories stay whole.
    """
    k = min(n_neighbors, len(x) - 1)
    index, distance = nearest_neighbors(x, k, seed=seed)
    weight = affinities(distance, min(perplexity, max(1.0, 0.5 * k)))
    if predictions is not None:
        weight = torch.where(predictions[index] == predictions[:, None], weight, weight * across)
    return symmetric_edges(index, weight)
