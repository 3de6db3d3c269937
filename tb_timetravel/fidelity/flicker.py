"""Whether territories change where no sample changed its prediction."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F

_N_NEAREST = 5


@dataclass(frozen=True)
class Flicker:
    """Share of the cells at rest that change class, in [0, 1], 0 is perfect; and what it is by chance. None where no cell rests."""

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
    g = len(classes[0])
    both = [_cells(at, extent, g) for at in positions]
    changed, everyone = (torch.stack([_summed(cells[which], g) for cells in both]) for which in (flipped, torch.ones_like(flipped)))
    rests = (_n_within(changed, _reach(everyone, min(_N_NEAREST, len(flipped)))) == 0).all(0)
    before, after = (kinds[rests].long() for kinds in classes)
    if len(before) == 0:
        return Flicker(None, None)
    size = int(max(before.max(), after.max())) + 1
    dealt = [torch.bincount(kinds, minlength=size).double() / len(kinds) for kinds in (before, after)]
    return Flicker(float((before != after).double().mean()), float(1.0 - dealt[0] @ dealt[1]))


def _cells(positions: torch.Tensor, extent: tuple[float, float, float, float], g: int) -> torch.Tensor:
    """Find the cell of each position, (n,), numbered along the rows from y_min up; what lies outside goes to the edge."""
    low = positions.new_tensor([extent[0], extent[2]])
    size = positions.new_tensor([extent[1] - extent[0], extent[3] - extent[2]])
    column, row = ((positions - low) / size * g).long().clamp(0, g - 1).unbind(1)
    return row * g + column


def _summed(cells: torch.Tensor, g: int) -> torch.Tensor:
    """Count the samples below and left of every corner of the grid, (g + 1, g + 1)."""
    counts = torch.bincount(cells, minlength=g * g).view(g, g)
    return F.pad(counts.cumsum(0).cumsum(1).int(), (1, 0, 1, 0))


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
