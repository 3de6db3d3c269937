"""Representations that lie on the subject model's decision boundary.

The lineage (DeepVisualInsight, AAAI 2022, section 3) mixes pairs of inputs and bisects between them with the subject model. A log has
neither the inputs nor the model, so this stands in for it: pairs of representations, bisected with the subject model's head.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from tb_timetravel import compiled
from tb_timetravel.kernels.products import square_distances_to

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK_BYTES = 64 * 2**20
_ROWS_PER_BATCH = 16_384
_STARTS_PER_SAMPLE = 2  # samples that look for a partner, and pairs that are bisected, per boundary sample asked for
_HALVINGS = 20
_DELTA = 0.1


def boundary_samples(
    x: torch.Tensor,
    predictions: torch.Tensor,
    logits_at: Callable[[torch.Tensor], torch.Tensor],
    *,
    n_boundary: int,
    n_neighbors: int = 15,
    seed: int,
) -> torch.Tensor:
    """Find representations where the predicted class changes.

    A sample is paired with those of its nearest neighbours that are predicted otherwise, or, where it has none, with the nearest samples
    of other classes, so that well separated classes give pairs too. Each segment is halved 20 times towards the place where the head's
    top class stops being that of its start. A place counts as boundary when top 1 - top 2 of its logits is below δ = 0.1 of the larger
    margin at the segment's ends. (The lineage divides by top 1 - min at the place itself, which for two classes is 1 everywhere.)

    Parameters
    ----------
    x : (n, n_features) representations of one step.
    predictions : (n,) predicted class of each.
    logits_at : the head, (b, n_features) -> (b, n_classes).
    n_boundary : how many at most. They are shared out evenly among the pairs of classes that were found beside each other.
    n_neighbors : in how wide a neighbourhood a partner is looked for.

    Returns
    -------
    (m, n_features), m <= n_boundary; none where only one class is predicted. Cost grows with n_boundary · n, not n².
    """
    generator = torch.Generator().manual_seed(seed)
    starts = _evenly(predictions, _STARTS_PER_SAMPLE * n_boundary, generator)
    pairs = _pairs(x, predictions, starts, min(n_neighbors, len(x) - 1))
    if len(pairs) == 0:
        return x[:0]
    beside = predictions[pairs].sort(1).values
    kinds = beside[:, 0] * (int(predictions.max()) + 1) + beside[:, 1]
    chosen = _evenly(kinds, _STARTS_PER_SAMPLE * n_boundary, generator)
    parts = [_bisect(x[batch[:, 0]], x[batch[:, 1]], logits_at) for batch in pairs[chosen].split(_ROWS_PER_BATCH)]
    places, is_boundary = (torch.cat([part[i] for part in parts]) for i in (0, 1))
    places, kinds = places[is_boundary], kinds[chosen][is_boundary]
    return places[_evenly(kinds, n_boundary, generator)]


def _evenly(kinds: torch.Tensor, n: int, generator: torch.Generator) -> torch.Tensor:
    """Choose up to n of the members of kinds (m,) at random, as many of each kind as possible; their positions."""
    shuffled = torch.randperm(len(kinds), generator=generator).to(kinds.device)
    by_kind = shuffled[kinds[shuffled].argsort(stable=True)]
    _, counts = kinds.unique(return_counts=True)  # ascending, as by_kind is
    first = counts.cumsum(0) - counts
    turn = torch.arange(len(kinds), device=kinds.device) - first.repeat_interleave(counts)
    return by_kind[turn.argsort(stable=True)[:n]]


def _pairs(x: torch.Tensor, predictions: torch.Tensor, starts: torch.Tensor, k: int) -> torch.Tensor:
    """Pair samples with near ones of other classes, (m, 2), each pair once."""
    centered = x - x.mean(0)
    distances_of = square_distances_to(centered)
    found = []
    for rows in starts.split(max(1, _BLOCK_BYTES // (4 * len(x)))):
        d2 = distances_of(centered[rows])
        d2[torch.arange(len(rows), device=x.device), rows] = math.inf
        reach = compiled.nearest_of(d2, k)[0][:, -1:]
        d2.masked_fill_(predictions[rows, None] == predictions[None], math.inf)
        near, partner = compiled.nearest_of(d2, k)
        within = near <= reach
        wanted = (within | ~within.any(1, keepdim=True)) & near.isfinite()
        found.append(torch.stack([rows[:, None].expand_as(partner)[wanted], partner[wanted]], 1))
    pairs = torch.cat(found)
    key = torch.unique(pairs.amin(1) * len(x) + pairs.amax(1))
    return torch.stack([key // len(x), key % len(x)], 1)


def _bisect(start: torch.Tensor, end: torch.Tensor, logits_at: Callable[[torch.Tensor], torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Find where each segment (b, n_features) leaves the class of its start, and tell for which ones that is a boundary, (b,)."""
    ends = [logits_at(start), logits_at(end)]
    kind = ends[0].argmax(1)
    low, high = torch.zeros_like(start[:, :1]), torch.ones_like(start[:, :1])  # the class is kind at low, another at high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        stays = (logits_at(torch.lerp(start, end, middle)).argmax(1) == kind)[:, None]
        low, high = torch.where(stays, middle, low), torch.where(stays, high, middle)
    places = torch.lerp(start, end, (low + high) / 2.0)
    typical = torch.maximum(_margin(ends[0]), _margin(ends[1]))
    is_boundary: torch.Tensor = (ends[1].argmax(1) != kind) & (_margin(logits_at(places)) < _DELTA * typical)
    return places, is_boundary


def _margin(logits: torch.Tensor) -> torch.Tensor:
    if logits.shape[1] < 2:
        return torch.zeros_like(logits[:, 0])  # one class has no boundary
    top = logits.topk(2, 1).values
    return top[:, 0] - top[:, 1]
