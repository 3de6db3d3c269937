"""Whether territories change where no sample changed its prediction."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F

_N_NEAREST = 5
_FEWEST = 1e-3  # of the cells: a share of fewer says nothing, one cell would count as much as all those of another step


@dataclass(frozen=True)
class Flicker:
    """Share of the cells at rest that change class, in [0, 1], 0 is perfect; and what it is by chance; None where hardly a cell rests."""

    share: float | None
    chance: float | None


def territory_flicker(
    classes: tuple[torch.Tensor, torch.Tensor],
    positions: tuple[torch.Tensor, torch.Tensor],
    flipped: torch.Tensor,
    extent: tuple[float, float, float, float],
) -> Flicker:
    """Measure how much of the territory changes from one step to the next without a reason among the samples.

    A cell rests when none of its nearest samples changed its prediction, neither of those that are nearest before nor of those that are
    after. The nearest are those in the smallest square of cells around it that holds at least 5 (all, where there are fewer): counted in
    summed-area tables (Crow 1984), so that time does not grow with cells · samples. Chance is the share of change expected if the
    classes of the resting cells were dealt to them anew at both steps.

    Parameters
    ----------
    classes : (g, g) class of every cell, before and after; row 0 is y_min.
    positions : (n, 2) of the same samples, before and after.
    flipped : (n,) whether the prediction changed in between.
    extent : x_min, x_max, y_min, y_max of the grid.
    """
    (flicker,) = territory_flickers(torch.stack(classes), torch.stack(positions), flipped[None], extent)
    return flicker


def territory_flickers(
    classes: torch.Tensor, positions: torch.Tensor, flipped: torch.Tensor, extent: tuple[float, float, float, float]
) -> list[Flicker]:
    """Measure `territory_flicker` from each step to the next at once: what is nearest at a step is found once, and kernels are few.

    Parameters
    ----------
    classes, positions : (n_steps, g, g) and (n_steps, n, 2).
    flipped : (n_steps - 1, n).

    Returns
    -------
    n_steps - 1 of them, None where less than a thousandth of the cells rests. Memory grows with n_steps · g².
    """
    cells, g = _cells(positions, extent, classes.shape[1]), classes.shape[1]
    reach = _reach(_summed(cells, torch.ones_like(cells, dtype=torch.bool), g), min(_N_NEAREST, cells.shape[1]))
    rests = _n_within(_summed(cells[:-1], flipped, g), reach[:-1]) == 0
    rests &= _n_within(_summed(cells[1:], flipped, g), reach[1:]) == 0
    n_resting, size = rests.sum((1, 2)).double(), int(classes.max()) + 1
    changed = ((classes[1:] != classes[:-1]) & rests).sum((1, 2)) / n_resting
    pair = torch.arange(len(rests), device=classes.device)[:, None, None].expand_as(rests)[rests]
    before, after = (
        torch.bincount(pair * size + kinds[rests], minlength=len(rests) * size).view(-1, size) for kinds in (classes[:-1], classes[1:])
    )
    by_chance = 1.0 - (before.double() * after).sum(1) / n_resting.square()
    both = zip(n_resting.tolist(), torch.stack([changed, by_chance], 1).tolist(), strict=True)
    return [Flicker(share, chance) if n >= _FEWEST * g * g else Flicker(None, None) for n, (share, chance) in both]


def _cells(positions: torch.Tensor, extent: tuple[float, float, float, float], g: int) -> torch.Tensor:
    """Find the cell of each position, (n_steps, n), numbered along the rows from y_min up; what lies outside goes to the edge."""
    low = positions.new_tensor([extent[0], extent[2]])
    size = positions.new_tensor([extent[1] - extent[0], extent[3] - extent[2]])
    column, row = ((positions - low) / size * g).long().clamp(0, g - 1).unbind(2)
    return row * g + column


def _summed(cells: torch.Tensor, which: torch.Tensor, g: int) -> torch.Tensor:
    """Count which samples (m, n) are below and left of every corner of the grid, (m, g + 1, g + 1)."""
    first = torch.arange(len(cells), device=cells.device)[:, None] * g * g
    counts = torch.bincount((first + cells)[which], minlength=len(cells) * g * g).view(-1, g, g)
    return F.pad(counts.cumsum(1).cumsum(2).int(), (1, 0, 1, 0))


def _n_within(summed: torch.Tensor, reach: torch.Tensor) -> torch.Tensor:
    """Count the samples in the square of cells at most `reach` (m, g, g) rows and columns away, (m, g, g); summed (m, g + 1, g + 1)."""
    g = reach.shape[1]
    first = (torch.arange(len(reach), dtype=torch.int32, device=reach.device) * (g + 1) ** 2)[:, None, None]
    at = torch.arange(g, dtype=torch.int32, device=reach.device)
    bottom, top = first + (at[:, None] - reach).clamp_min(0) * (g + 1), first + (at[:, None] + reach + 1).clamp_max(g) * (g + 1)
    left, right = (at - reach).clamp_min(0), (at + reach + 1).clamp_max(g)

    def below_left(corner: torch.Tensor) -> torch.Tensor:
        return summed.flatten().index_select(0, corner.flatten())  # with int32 ten times as fast as summed[row, column] with int64

    within: torch.Tensor = below_left(top + right) - below_left(bottom + right) - below_left(top + left) + below_left(bottom + left)
    return within.view(reach.shape)


def _reach(summed: torch.Tensor, n_wanted: int) -> torch.Tensor:
    """Find the smallest reach whose square holds at least so many samples, (m, g, g), by bisection."""
    m, g = len(summed), summed.shape[1] - 1
    low, high = (torch.full((m, g, g), at, dtype=torch.int32, device=summed.device) for at in (0, g - 1))
    for _ in range((g - 1).bit_length()):
        middle = (low + high) // 2
        enough = _n_within(summed, middle) >= n_wanted
        low, high = torch.where(enough, low, middle + 1), torch.where(enough, middle, high)
    return high
