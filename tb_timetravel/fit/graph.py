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

from tb_timetravel import compiled, kernels
from tb_timetravel.kernels.products import square_distances_to, tile_side, tiles_among

_BLOCK_BYTES = {"cpu": 64 * 2**20, "cuda": 2 * 2**30}
_SPARE = 8  # neighbours beyond those asked for, that a GPU finds by products and ranks by differences
_RANKED_AT_ONCE = 4096
_MOST_IN_REGISTERS = 256  # neighbours of a sample, whose weights a kernel finds
_EXACT_LIMIT = {"cpu": 30_000, "cuda": 500_000}  # samples; n² distances take longer than NN-descent beyond
_EXACT_PAIRS = {"cpu": 2 * 10**9, "cuda": 25 * 10**10}  # the same, where the neighbours of some are sought among others
_SEARCH_NEIGHBORS, _SEARCH_EPSILON = 15, 0.2  # of NN-descent's index; of 120 neighbours among 100,000 drifting samples .986 are right


@dataclass(frozen=True, eq=False)
class Edges:
    """A symmetric weighted graph of one step, both directions of every edge, sorted by source.

    starts : (n + 1,) int32, where the edges of each sample begin; the last is n_edges.
    source, target : (n_edges,) int32; weight : (n_edges,) float32, of mean 1 per sample in total.
    """

    starts: torch.Tensor
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
    return _search_within(x, n_neighbors) if x.device.type == "cpu" else _search(x, x, n_neighbors, own=True)


def neighbors_among(query: torch.Tensor, base: torch.Tensor, n_neighbors: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the nearest of other samples: for each row of query (m, d) those of base (n, d); as `nearest_neighbors` otherwise."""
    if len(query) * len(base) > _EXACT_PAIRS[base.device.type]:
        return approximate_neighbors_among(query, base, n_neighbors)
    return _search(query, base, n_neighbors, own=False)


def _search(query: torch.Tensor, base: torch.Tensor, k: int, *, own: bool) -> tuple[torch.Tensor, torch.Tensor]:
    n_rows = max(1, _BLOCK_BYTES[base.device.type] // (4 * len(base)))
    n_found = min(k + _SPARE, len(base) - own) if base.device.type == "cuda" else k
    center = base.mean(0)
    centered = base - center
    distances_of = square_distances_to(centered)
    index, distance = [], []
    for start in range(0, len(query), n_rows):
        block = query[start : start + n_rows] - center
        d2 = distances_of(block)
        if own:
            at = torch.arange(len(block), device=base.device)
            d2[at, at + start] = math.inf
        near, found = compiled.nearest_of(d2, n_found)
        if n_found > k:
            near, found = _nearest_among(block, centered, found, k)
        else:
            near = near + block.square().sum(1, keepdim=True)
        index.append(found)
        distance.append(near.clamp_min(0.0).sqrt())
    return torch.cat(index), torch.cat(distance)


def _nearest_among(x: torch.Tensor, base: torch.Tensor, candidates: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the k nearest among candidates (b, m) in the base by differences: square distances and indices, (b, k) each."""
    distances = torch.cat([
        (base[found] - points[:, None]).square().sum(2)
        for points, found in zip(x.split(_RANKED_AT_ONCE), candidates.split(_RANKED_AT_ONCE), strict=True)
    ])  # fmt: skip
    near, at = distances.topk(k, largest=False)
    return near, candidates.gather(1, at)


def _search_within(x: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Do as `_search` among the samples themselves, on a CPU, with half of its products."""
    near, index = torch.full((len(x), k), math.inf), torch.zeros(len(x), k, dtype=torch.int64)
    for first_row, first_column, d2 in tiles_among(x - x.mean(0), tile_side()):
        rows = slice(first_row, first_row + len(d2))
        compiled.look_for_nearer(d2, first_column, near[rows], index[rows])
    return index, near.clamp_min(0.0).sqrt()


def approximate_neighbors(x: torch.Tensor, n_neighbors: int, *, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Find neighbours by NN-descent (pynndescent), self removed; same result as `nearest_neighbors` but for a few."""
    from pynndescent import NNDescent  # compiles for seconds at import: only where it is needed

    with compiled.as_many_threads_as_torch(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba's, about itself
        found, distance = NNDescent(x.cpu().numpy(), n_neighbors=n_neighbors + 1, random_state=seed).neighbor_graph
    is_self = found == np.arange(len(x))[:, None]
    is_self[~is_self.any(1), -1] = True  # duplicates can push a sample out of its own list: drop the farthest instead
    keep = ~is_self
    shape = (len(x), n_neighbors)
    index = torch.from_numpy(found[keep].reshape(shape).astype(np.int64)).to(x.device)
    return index, torch.from_numpy(distance[keep].reshape(shape).astype(np.float32)).to(x.device)


def approximate_neighbors_among(query: torch.Tensor, base: torch.Tensor, n_neighbors: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the nearest of other samples by NN-descent; same result as `neighbors_among` but for a few."""
    from pynndescent import NNDescent

    with compiled.as_many_threads_as_torch(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = NNDescent(base.cpu().numpy(), n_neighbors=_SEARCH_NEIGHBORS, random_state=0)
        found, near = search.query(query.cpu().numpy(), k=n_neighbors, epsilon=_SEARCH_EPSILON)
    index, distance = torch.from_numpy(found.astype(np.int64)).to(base.device), torch.from_numpy(near).to(base.device)
    lost = torch.nonzero((index < 0).any(1))[:, 0]  # the search came to too few
    if len(lost) > 0:
        index[lost], distance[lost] = _search(query[lost], base, n_neighbors, own=False)
    return index, distance


def affinities(distances: torch.Tensor, perplexity: float, *, n_bisections: int = 26) -> torch.Tensor:
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
    if kernels.serve(distances.device) and distances.shape[1] <= _MOST_IN_REGISTERS and len(distances) > 0:
        from tb_timetravel.kernels.affinities import affinities as in_one_launch

        return in_one_launch(distances, perplexity, n_bisections)
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
    source = key // n
    starts = torch.searchsorted(source, torch.arange(n + 1, device=index.device), out_int32=True)
    return Edges(starts=starts, source=source.int(), target=(key % n).int(), weight=total * (n / total.sum()))


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
    weight = affinities(distance, _attainable(perplexity, k))
    if predictions is not None:
        weight = torch.where(predictions[index] == predictions[:, None], weight, weight * across)
    return symmetric_edges(index, weight)


def neighbors_outside(
    x: torch.Tensor, predictions: torch.Tensor | None, inside: torch.Tensor, outside: torch.Tensor, *,
    n_neighbors: int, perplexity: float, across: float,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """Tie samples to a graph that they are no part of.

    Parameters
    ----------
    x, predictions : (n, d) and (n,) of all samples.
    inside, outside : positions of the samples of the graph, and of those that look for neighbours among them.

    Returns
    -------
    Index into `inside` and weight, both (n_outside, k); rows of the weight sum to 1.
    """
    index, weight = weights_among(x[outside], x[inside], n_neighbors=n_neighbors, perplexity=perplexity)
    if predictions is not None:
        weight = torch.where(predictions[inside][index] == predictions[outside][:, None], weight, weight * across)
    return index, weight / weight.sum(1, keepdim=True)


def weights_among(query: torch.Tensor, base: torch.Tensor, *, n_neighbors: int, perplexity: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Find for each row of query (m, d) its nearest in base (n, d), and weights of them: index and weight (m, k), rows of sum 1."""
    k = min(n_neighbors, len(base))
    index, distance = neighbors_among(query, base, k)
    return index, affinities(distance, _attainable(perplexity, k))


def _attainable(perplexity: float, k: int) -> float:
    """Keep a perplexity below the number of neighbours, which it would need infinitely flat weights to reach."""
    return min(perplexity, max(1.0, 0.7 * k))
