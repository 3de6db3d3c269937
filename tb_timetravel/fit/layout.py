"""Where the samples settle: all steps in one tensor (n_steps, n, 2), each under its own forces, tied to its neighbours in time.

The objective is the sum of what ``forces`` (inside a step) and ``motion`` (between steps) say of theirs; it is minimised by Adam on their
closed-form gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import torch

from tb_timetravel import kernels
from tb_timetravel.errors import FitError
from tb_timetravel.fit import workers
from tb_timetravel.fit.forces import attraction_to, forces_beside, forces_inside, mean_kernel, repulsion_from
from tb_timetravel.fit.motion import Motion, add_ranking_force, coupling_force

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tb_timetravel.fit.graph import Edges

REFERENCES_AT_ONCE = 4

Force = Callable[[torch.Tensor, float], torch.Tensor]
"""Of positions, and the share of iterations done."""


@dataclass(frozen=True, kw_only=True)
class LayoutConfig:
    """How samples settle."""

    n_iterations: int = 1000
    n_iterations_others: int = 300  # of samples placed against a finished layout; they start among their neighbours
    n_negatives: int = 256  # shared by all samples of a step; more lower the noise and cost in proportion
    learning_rate: float = 1.0  # of Adam, falling to 0; positions end up about 10 wide
    exaggeration: float = 12.0  # attraction is this much stronger in the first `exaggerated` share of the iterations
    exaggerated: float = 0.3
    spring: float = 0.5
    match: float = 0.05
    ranking: float = 2.0
    stiffness_limit: float = 100.0  # a sample that did not move at all is not nailed down
    averaged: float = 0.1  # share of the last iterations whose mean is the result: what is noise goes
    seed: int = 0


def lay_out(
    start: torch.Tensor, graphs: Mapping[int, Edges], motion: Motion, config: LayoutConfig, report: Callable[[float], None],
    also: Force | None = None,
) -> torch.Tensor:  # fmt: skip
    """Settle all steps at once.

    Parameters
    ----------
    start : (n_steps, n, 2) initial positions, of unit scale.
    graphs : step -> its graph, of the steps that this process works on.
    report : called with the share of iterations done.
    also : a force that comes to the others.

    Returns
    -------
    (n_steps, n, 2)

    Raises
    ------
    FitError : the layout diverged.
    """
    n, generator = start.shape[1], torch.Generator().manual_seed(config.seed)
    turns, inside = in_turn(len(motion.references), generator), forces_inside(graphs, start.device)

    def force(y: torch.Tensor, done: float) -> torch.Tensor:
        begins = done < config.exaggerated  # samples seek their neighbours: what pushes them need not be known so well
        negatives = draw_negatives(n, config.n_negatives // 2 if begins else config.n_negatives, generator, y.device)
        result = workers.add_up(inside(y, negatives, config.exaggeration if begins else 1.0))
        if done >= 0.1:  # let the classes find their places first
            _tie_in_time(result, y, motion, config, turns if done >= config.exaggerated else None)
        return result if also is None else result + also(y, done)

    return minimise(start, force, config, config.n_iterations, report)


def lay_out_others(
    layout: torch.Tensor,
    neighbors: Mapping[int, tuple[torch.Tensor, torch.Tensor]],
    motion: Motion,
    config: LayoutConfig,
    report: Callable[[float], None],
    also: Force | None = None,
) -> torch.Tensor:
    """Settle samples against a finished layout, which they do not change.

    Parameters
    ----------
    layout : (n_steps, n, 2).
    neighbors : step -> index into the layout (m, k) and weight (m, k), rows of sum 1, of the steps that this process works on.
    motion : of these samples.
    also : a force that comes to the others.

    Returns
    -------
    (n_steps, m, 2)

    Raises
    ------
    FitError : the layout diverged.
    """
    n, generator = layout.shape[1], torch.Generator().manual_seed(config.seed)
    turns = in_turn(len(motion.references), generator)
    start = torch.zeros(len(layout), motion.ranks.shape[2], 2, device=layout.device)
    for t, (index, weight) in neighbors.items():
        start[t] = (layout[t][index] * weight[..., None]).sum(1)
    workers.add_up(start)
    beside = forces_beside(layout, neighbors)

    def force(y: torch.Tensor, done: float) -> torch.Tensor:
        negatives = draw_negatives(n, config.n_negatives, generator, y.device)
        result = workers.add_up(beside(y, negatives))
        _tie_in_time(result, y, motion, config, turns)
        return result if also is None else result + also(y, done)

    return minimise(start, force, config, config.n_iterations_others, report)


def lay_out_beside(positions: torch.Tensor, index: torch.Tensor, weight: torch.Tensor, config: LayoutConfig) -> torch.Tensor:
    """Settle samples at one step against a finished layout, whatever they do at other steps.

    Parameters
    ----------
    positions : (n, 2) of the step.
    index, weight : (m, k) neighbours among them; rows of the weight sum to 1.

    Returns
    -------
    (m, 2)
    """
    start, normaliser = (positions[index] * weight[..., None]).sum(1), mean_kernel(positions)
    negatives = _negatives_of_all(len(positions), config).to(positions.device)
    if kernels.serve(positions.device) and len(start) > 0:
        from tb_timetravel.kernels.forces import settle_beside

        n_iterations, n_averaged = len(negatives), sum(_is_averaged(config, i, len(negatives)) for i in range(len(negatives)))
        rates = [_rates(config, i, n_iterations) for i in range(n_iterations)]
        return settle_beside(start, positions, index, weight, negatives, normaliser, rates, n_averaged)
    turns = iter(negatives)

    def force(y: torch.Tensor, _: float) -> torch.Tensor:
        return (attraction_to(y[0], positions, index, weight) + repulsion_from(y[0], positions[next(turns)], normaliser))[None]

    return minimise(start[None], force, config, config.n_iterations_others, lambda _: None)[0]


@lru_cache(maxsize=4)  # every step asks for the same
def _negatives_of_all(n: int, config: LayoutConfig) -> torch.Tensor:
    """Draw the negatives of all iterations that place samples beside a layout of n, (n_iterations, m)."""
    generator, cpu = torch.Generator().manual_seed(config.seed), torch.device("cpu")
    return torch.stack([draw_negatives(n, config.n_negatives, generator, cpu) for _ in range(config.n_iterations_others)])


def draw_negatives(n: int, wanted: int, generator: torch.Generator, device: torch.device) -> torch.Tensor:
    """Draw the samples that repel all others of a step, (m,), each once: as many as wanted, or all."""
    return torch.randperm(n, generator=generator)[:wanted].to(device, non_blocking=True)


def in_turn(n: int, generator: torch.Generator) -> Iterator[int]:
    """Go through 0 to n - 1 for ever, each time in another order."""
    while n > 0:
        yield from torch.randperm(n, generator=generator).tolist()


def _tie_in_time(force: torch.Tensor, y: torch.Tensor, motion: Motion, config: LayoutConfig, turns: Iterator[int] | None) -> None:
    """Add the forces between steps; of the references, those whose turn it is stand for all."""
    if len(y) > 1 and (config.spring > 0 or config.match > 0):
        force += coupling_force(y, motion, spring=config.spring, match=config.match, stiffness_limit=config.stiffness_limit)
    if turns is None or config.ranking == 0:
        return
    chosen = list(islice(turns, min(len(motion.references), REFERENCES_AT_ONCE)))
    scale = config.ranking * len(y) / max(1, len(chosen))
    for i in chosen:
        add_ranking_force(force, y, motion.references[i], motion.ranks[i], scale=scale)


def minimise(
    start: torch.Tensor,
    force: Force,
    config: LayoutConfig,
    n_iterations: int,
    report: Callable[[float], None],
) -> torch.Tensor:
    """Follow a force by Adam, and average the last positions."""
    y = start.clone()
    mean, variance, result, n_averaged = torch.zeros_like(y), torch.zeros_like(y), torch.zeros_like(y), 0
    for iteration in range(n_iterations):
        done = iteration / n_iterations
        now = force(y, done)
        mean.lerp_(now, 0.1)
        variance.lerp_(now.square_(), 0.05)
        rate, correction = _rates(config, iteration, n_iterations)
        spread = variance.mul(correction).sqrt_().add_(1e-8)
        y.addcdiv_(mean, spread, value=rate)
        if _is_averaged(config, iteration, n_iterations):
            result += y
            n_averaged += 1
        if iteration % 10 == 0:
            _check_finite(y, iteration)
            report(done)
    return result / n_averaged


def _rates(config: LayoutConfig, iteration: int, n_iterations: int) -> tuple[float, float]:
    """Give Adam's rate over the correction of its mean, and the correction that its variance is multiplied by."""
    rate = config.learning_rate * min(1.0, 0.1 * (iteration + 1)) * (1.0 - iteration / n_iterations)
    return rate / (1.0 - 0.9 ** (iteration + 1)), 1.0 / (1.0 - 0.95 ** (iteration + 1))


def _is_averaged(config: LayoutConfig, iteration: int, n_iterations: int) -> bool:
    return iteration / n_iterations >= 1.0 - config.averaged or iteration == n_iterations - 1


def _check_finite(y: torch.Tensor, iteration: int) -> None:
    finite = torch.isfinite(y).flatten(1).all(1)
    if not bool(finite.all()):
        t = int((~finite).nonzero()[0])
        raise FitError(f"the layout diverged at iteration {iteration}, first at logged step number {t + 1}; check its representations")
