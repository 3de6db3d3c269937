"""Where the samples settle: all steps in one tensor (n_steps, n, 2), each under its own t-SNE forces, tied to its neighbours in time.

The objective, minimised by Adam on closed-form gradients:

* attraction and repulsion, per step: the t-SNE loss (van der Maaten and Hinton 2008, equations 4 and 5) with neighbour weights w of total
  1 per sample, ``sum_ij w_ij log(1 + d_ij²) + n log Z``, Z the mean over samples of ``sum_j 1 / (1 + d_ij²)``, estimated from a few
  negatives that all samples and all steps share;
* spring, between steps: ``spring · stiffness · |y_t - y_{t-1}|²``, stiffness = (typical / own displacement of the representation)², so
  that what hardly moved in the model hardly moves in the film;
* match, between steps: ``match · (log |y_t - y_{t-1}| - log |x_t - x_{t-1}| - their mean)²``, so that path lengths are in proportion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from tb_timetravel.errors import FitError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tb_timetravel.fit.graph import Edges


@dataclass(frozen=True, kw_only=True)
class LayoutConfig:
    """How samples settle."""

    n_iterations: int = 300
    n_negatives: int = 128  # shared by all samples of a step; more lower the noise and cost in proportion
    learning_rate: float = 0.3  # of Adam, falling to 0; positions end up about 10 wide
    exaggeration: float = 4.0  # attraction is this much stronger in the first `exaggerated` share of the iterations
    exaggerated: float = 0.3
    spring: float = 1.0
    match: float = 0.05
    stiffness_limit: float = 100.0  # a sample that did not move at all is not nailed down
    averaged: float = 0.1  # share of the last iterations whose mean is the result: what is noise goes
    seed: int = 0


def attraction_force(y: torch.Tensor, edges: Edges) -> torch.Tensor:
    """Negative gradient of ``1/2 · sum_ij w_ij log(1 + d_ij²)`` over the symmetric graph.

    Parameters
    ----------
    y : (n, 2).

    Returns
    -------
    (n, 2)
    """
    x_axis, y_axis = y[:, 0].contiguous(), y[:, 1].contiguous()  # one axis at a time: half the time of gathering pairs
    dx, dy = x_axis[edges.target] - x_axis[edges.source], y_axis[edges.target] - y_axis[edges.source]  # (n_edges,)
    strength = torch.addcmul(dx * dx, dy, dy).add_(1.0).reciprocal_().mul_(edges.weight).mul_(2.0)
    return torch.stack([torch.zeros_like(x_axis).index_add_(0, edges.source, strength * d) for d in (dx, dy)], 1)


def repulsion_force(y: torch.Tensor, negatives: torch.Tensor) -> torch.Tensor:
    """Negative gradient of ``n/2 · log Z``, Z estimated on the negatives.

    Only the force on each sample is counted, not its reaction on the negatives: with all samples as negatives both are the same, hence
    the factor, and the estimate stays right on average.

    Parameters
    ----------
    y : (n, 2).
    negatives : (m,) indices; a sample does not repel itself.

    Returns
    -------
    (n, 2)
    """
    other = y[negatives]
    square, one = y.square().sum(1, keepdim=True), torch.ones(len(negatives), 1, dtype=y.dtype, device=y.device)
    left = torch.cat([y, square + 1.0, torch.ones_like(square)], 1)  # (n, 4)
    right = torch.cat([-2.0 * other, one, square[negatives]], 1)  # (m, 4); left @ right.T = 1 + d², in one product
    kernel = (left @ right.T).clamp_min_(1.0).reciprocal_()  # (n, m)
    kernel[negatives, torch.arange(len(negatives), device=y.device)] = 0.0
    normaliser = kernel.sum() / len(y)
    pull = kernel.square_() @ torch.cat([other, one], 1)  # (n, m), (m, 3) -> (n, 3)
    return 2.0 * (pull[:, 2:] * y - pull[:, :2]) / normaliser.clamp_min(1e-12)


def coupling_force(y: torch.Tensor, moved: torch.Tensor, *, spring: float, match: float, stiffness_limit: float) -> torch.Tensor:
    """Negative gradient of the two terms that tie steps together.

    Parameters
    ----------
    y : (n_steps, n, 2).
    moved : (n_steps - 1, n) displacement of the representations from each step to the next.

    Returns
    -------
    (n_steps, n, 2)
    """
    step = y[1:] - y[:-1]
    typical = moved.median().clamp_min(1e-12)
    relative = (moved / typical).clamp_min(1e-6)
    stiffness = relative.pow(-2.0).clamp_max(stiffness_limit)
    square = step.square().sum(2) + 1e-6  # of a displacement of a thousandth: below it, direction means nothing
    excess = 0.5 * square.log() - relative.log()
    excess = excess - excess.mean()
    strength = 2.0 * spring * stiffness + 2.0 * match * excess / square
    force = torch.zeros_like(y)
    force[:-1] += strength[..., None] * step
    force[1:] -= strength[..., None] * step
    return force


def lay_out(
    start: torch.Tensor, graphs: Sequence[Edges], moved: torch.Tensor, config: LayoutConfig, report: Callable[[float], None]
) -> torch.Tensor:
    """Settle all steps at once.

    Parameters
    ----------
    start : (n_steps, n, 2) initial positions, of unit scale.
    graphs : one per step.
    moved : (n_steps - 1, n) displacement of the representations.
    report : called with the share of iterations done.

    Returns
    -------
    (n_steps, n, 2)

    Raises
    ------
    FitError : the layout diverged.
    """
    n = start.shape[1]
    generator = torch.Generator().manual_seed(config.seed)
    y = start.clone()
    mean, variance, result, n_averaged = torch.zeros_like(y), torch.zeros_like(y), torch.zeros_like(y), 0
    for iteration in range(config.n_iterations):
        done = iteration / config.n_iterations
        negatives = torch.randint(0, n, (min(n, config.n_negatives),), generator=generator).unique().to(y.device)
        attraction = config.exaggeration if done < config.exaggerated else 1.0
        force = torch.stack(
            [attraction * attraction_force(z, graph) + repulsion_force(z, negatives) for z, graph in zip(y, graphs, strict=True)]
        )
        if len(y) > 1 and done >= 0.1:  # let the classes find their places first
            force += coupling_force(y, moved, spring=config.spring, match=config.match, stiffness_limit=config.stiffness_limit)
        mean.lerp_(force, 0.1)
        variance.lerp_(force.square(), 0.05)
        rate = config.learning_rate * min(1.0, 0.1 * (iteration + 1)) * (1.0 - done)
        y += rate * (mean / (1.0 - 0.9 ** (iteration + 1))) / ((variance / (1.0 - 0.95 ** (iteration + 1))).sqrt() + 1e-8)
        if done >= 1.0 - config.averaged or iteration == config.n_iterations - 1:
            result += y
            n_averaged += 1
        if iteration % 10 == 0:
            if not bool(torch.isfinite(y).all()):
                raise FitError(f"the layout diverged at iteration {iteration}; check the representations for extreme values")
            report(done)
    return result / n_averaged
