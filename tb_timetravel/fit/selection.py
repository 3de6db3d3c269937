"""Which samples stand for all: enough to cover the representations, and how many dimensions these really have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit.graph import nearest_neighbors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tb_timetravel.fit.dynamics import Dynamics


def intrinsic_dimension(x: torch.Tensor, *, seed: int = 0) -> float:
    """Estimate the dimension of a cloud from each row's two nearest others (Facco et al. 2017, TwoNN).

    The slope through the origin of -log(1 - F) over log(r2 / r1), F the empirical distribution of the ratio.

    Parameters
    ----------
    x : (n, n_features).

    Returns
    -------
    The dimension; 1.0 where there are too few distinct rows to tell.
    """
    if len(x) < 3:
        return 1.0
    index, _ = nearest_neighbors(x, 2, seed=seed)
    distance = (x[index] - x[:, None]).double().norm(dim=2).sort(1).values  # the search rounds where rows nearly coincide
    distance = distance[distance[:, 0] > 0]
    log_ratio = (distance[:, 1] / distance[:, 0]).log().sort().values[:-1]  # the last would have F = 1
    if len(log_ratio) == 0 or float(log_ratio[-1]) <= 0.0:
        return 1.0
    rank = torch.arange(1, len(log_ratio) + 1, dtype=torch.float64, device=x.device)
    wanted = -torch.log1p(-rank / (len(log_ratio) + 1))
    return float((log_ratio * wanted).sum() / log_ratio.square().sum())


def cover(x: torch.Tensor, chosen: torch.Tensor, *, radius: float = 0.0, n_more: int | None = None) -> tuple[torch.Tensor, float]:
    """Add the row farthest from all chosen ones until every row has a chosen one near (Sener and Savarese 2018, k-centre greedy).

    Parameters
    ----------
    x : (n, n_features).
    chosen : (m,) rows that are chosen already, at least one.
    radius : ends as soon as no row is farther than this.
    n_more : ends after so many.

    Returns
    -------
    The chosen rows, (m',), those given first; and the greatest distance of any row from its nearest chosen one.
    """
    apart = torch.full((len(x),), torch.inf, device=x.device)
    for row in chosen.split(256):
        apart = torch.minimum(apart, torch.cdist(x, x[row], compute_mode="donot_use_mm_for_euclid_dist").amin(1))
    # One block for all differences, and no tensor kept of each turn: blocks that come and go between small ones that stay leave holes that
    # none of the next fits in (22 GB at 10,000 rows x 512).
    away, added = torch.empty_like(x), list[int]()
    limit = len(x) - len(chosen) if n_more is None else min(n_more, len(x) - len(chosen))
    farthest, row = apart.max(0)
    while len(added) < limit and float(farthest) > radius:
        added.append(int(row))
        apart = torch.minimum(apart, torch.sub(x, x[row], out=away).norm(dim=1))
        farthest, row = apart.max(0)
    return torch.cat([chosen, torch.tensor(added, dtype=chosen.dtype, device=chosen.device)]), float(farthest)


@dataclass(frozen=True, kw_only=True)
class SelectionConfig:
    """How many samples stand for all at a step."""

    n_initial: int = 300  # drawn at random
    n_probe: int = 100  # added to them to see how far they then are from the rest: the yardstick for the radius
    radius: float = 0.7  # of the yardstick, at the last step
    cover_power: float = 1.0  # how the radius follows a step's yardstick; beta of the paper
    dimension_power: float = 1.0  # and its intrinsic dimension; alpha


def select_over_time(
    dynamics: Dynamics,
    steps: Sequence[int],
    config: SelectionConfig,
    *,
    seed: int,
    chosen: torch.Tensor | None = None,
    report: Callable[[float], None] = lambda _: None,
) -> list[torch.Tensor]:
    """Choose samples that cover the representations of every step, from the last step to the first (Yang et al. 2022, TimeVis).

    Each step adds to what the step after it chose, until no sample is farther from a chosen one than
    radius · c0 · (c / c0)^cover_power · (d / d0)^dimension_power. c is how far the farthest sample is after `n_initial` random and
    `n_probe` greedy choices, d the intrinsic dimension, 0 the last step; distances are shares of the greatest norm. The lineage gives
    the radius as an absolute number, which suits one data set.

    Parameters
    ----------
    steps : which steps, in order.
    chosen : samples that are chosen already, among ``dynamics.laid_out``.
    report : called with the share of steps done.

    Returns
    -------
    Per step the chosen samples, (n_t,); each step's list begins with that of the step after it.
    """
    laid_out = torch.from_numpy(dynamics.laid_out).to(dynamics.device)
    order = torch.randperm(len(laid_out), generator=torch.Generator().manual_seed(seed)).to(dynamics.device)
    initial = order[: config.n_initial]
    if chosen is None:
        positions = initial
    else:
        position = torch.zeros(dynamics.n_samples, dtype=torch.int64, device=dynamics.device)
        position[laid_out] = torch.arange(len(laid_out), device=dynamics.device)
        positions = position[chosen]
    reference: tuple[float, float] | None = None
    lists: list[torch.Tensor] = []
    for t in reversed(steps):
        x = dynamics.representations(t)[laid_out]
        x = x / x.norm(dim=1).max().clamp_min(1e-12)
        apart, dimension = cover(x, initial, n_more=config.n_probe)[1], intrinsic_dimension(x, seed=seed)
        apart0, dimension0 = reference = reference or (apart, dimension)
        radius = config.radius * apart0 * (dimension / dimension0) ** config.dimension_power
        if apart0 > 0:
            radius *= (apart / apart0) ** config.cover_power
        positions = cover(x, positions, radius=radius)[0]
        lists.append(laid_out[positions])
        report(len(lists) / len(steps))
    return lists[::-1]
