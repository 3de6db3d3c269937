"""Where the samples of one more step settle, with the steps before it frozen.

The forces are those of ``layout``: neighbours inside the step, and the ties in time, of which only the new step gives way. They begin at
the step before, so a film that grows keeps its plane.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit.descent import minimise
from tb_timetravel.fit.forces import attraction_force, attraction_to, mean_kernel, repulsion_force, repulsion_from
from tb_timetravel.fit.layout import REFERENCES_AT_ONCE, LayoutConfig, draw_negatives, in_turn
from tb_timetravel.fit.motion import add_ranking_force

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.fit.graph import Edges
    from tb_timetravel.fit.motion import Motion


# Times as strong as in a fit of all steps: only the new step gives way, and its one place has to suit all that are frozen.
_RANKING, _RANKING_OTHERS = 2.0, 3.0  # samples beside a layout have less to lose
_MATCH_OTHERS = 2.0  # of 31 steps of digits .90 instead of .82 of temporal correlation, and as many neighbours


@dataclass(frozen=True, eq=False)
class Ties:
    """What ties some samples at a new step to where they were.

    Attributes
    ----------
    before : (n_past, n, 2) where they were, the last of them directly before the new step.
    motion : of these samples over those steps and the new one, which is the last.
    log_ratio : mean of ``log |move in the plane| - log |move in the representation|`` over the film so far; None while nothing has moved.
    """

    before: torch.Tensor
    motion: Motion
    log_ratio: float | None


def lay_out_next(graph: Edges, ties: Ties, config: LayoutConfig, report: Callable[[float], None]) -> torch.Tensor:
    """Settle the samples of a graph, (n, 2).

    Raises
    ------
    FitError : the layout diverged.
    """
    n, generator = ties.before.shape[1], torch.Generator().manual_seed(config.seed)

    def inside(y: torch.Tensor, attraction: float) -> torch.Tensor:
        negatives = draw_negatives(n, config.n_negatives, generator).to(y.device)
        return attraction * attraction_force(y, graph) + repulsion_force(y, negatives)

    return _settle(ties.before[-1], inside, ties, config, config.n_iterations, _RANKING, generator, report)


def lay_out_next_others(
    layout: torch.Tensor, index: torch.Tensor, weight: torch.Tensor, ties: Ties, config: LayoutConfig, report: Callable[[float], None]
) -> torch.Tensor:
    """Settle samples against the finished layout (n, 2) of the new step, which they do not change, (m, 2).

    Parameters
    ----------
    index, weight : (m, k) neighbours in the layout; rows of the weight sum to 1.

    Raises
    ------
    FitError : the layout diverged.
    """
    generator, normaliser = torch.Generator().manual_seed(config.seed), mean_kernel(layout)
    start = (layout[index] * weight[..., None]).sum(1)

    def inside(y: torch.Tensor, _: float) -> torch.Tensor:
        other = layout[draw_negatives(len(layout), config.n_negatives, generator).to(y.device)]
        return attraction_to(y, layout, index, weight) + repulsion_from(y, other, normaliser)

    config = replace(config, match=_MATCH_OTHERS * config.match)
    return _settle(start, inside, ties, config, config.n_iterations_others, _RANKING_OTHERS, generator, report)


def _settle(
    start: torch.Tensor, inside: Callable[[torch.Tensor, float], torch.Tensor], ties: Ties, config: LayoutConfig, n_iterations: int,
    more_ranking: float, generator: torch.Generator, report: Callable[[float], None],
) -> torch.Tensor:  # fmt: skip
    path, ranking = torch.cat([ties.before, start[None]]), more_ranking * config.ranking
    earlier = in_turn(len(ties.motion.references) - 1, generator)  # the new step is the last reference

    def force(y: torch.Tensor, done: float) -> torch.Tensor:
        exaggerates = done < config.exaggerated
        result = inside(y[0], config.exaggeration if exaggerates else 1.0)
        result += _pull(y[0], ties, config)
        if not exaggerates and ties.motion.references and ranking > 0:
            path[-1] = y[0]
            result += _ranking(path, ties.motion, earlier_ones=list(islice(earlier, REFERENCES_AT_ONCE - 1)), ranking=ranking)
        return result[None]

    return minimise(start[None], force, config.descent(n_iterations), report, lambda done: done)[0]


def _pull(y: torch.Tensor, ties: Ties, config: LayoutConfig) -> torch.Tensor:
    """Compute what `motion.coupling_force` does to the later of two steps, (n, 2); path lengths are in proportion to those of the film."""
    step, moved = y - ties.before[-1], ties.motion.moved[-1].clamp_min(1e-6 * float(ties.motion.typical))
    stiffness = (moved / ties.motion.typical).pow(-2.0).clamp_max(config.stiffness_limit)
    square = step.square().sum(1) + 1e-6
    log_ratio = 0.5 * square.log() - moved.log()
    excess = log_ratio - (log_ratio.mean() if ties.log_ratio is None else ties.log_ratio)
    return -(2.0 * config.spring * stiffness + 2.0 * config.match * excess / square)[:, None] * step


def _ranking(path: torch.Tensor, motion: Motion, *, earlier_ones: list[int], ranking: float) -> torch.Tensor:
    """Add up the ranking forces on the last step of a path (n_steps, n, 2), with itself as reference and some earlier ones for all."""
    force = torch.zeros_like(path)
    scale, n_earlier = ranking * len(path) / len(motion.references), len(motion.references) - 1
    if earlier_ones:
        add_ranking_force(force, path, motion, torch.tensor(earlier_ones), scale=scale * n_earlier / len(earlier_ones))
    add_ranking_force(force, path, motion, torch.tensor([n_earlier]), scale=scale)
    return force[-1]
