"""Where the samples settle: all steps in one tensor (n_steps, n, 2), each under its own forces, tied to its neighbours in time.

The objective is the sum of what ``forces`` (inside a step) and ``motion`` (between steps) say of theirs; it is minimised by Adam on their
closed-form gradients.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import torch

from tb_timetravel import kernels
from tb_timetravel.fit import workers
from tb_timetravel.fit.descent import Descent, Turn, minimise, minimise_recorded
from tb_timetravel.fit.forces import attraction_to, forces_beside, forces_inside, mean_kernel, repulsion_from
from tb_timetravel.fit.motion import Motion, add_coupling_force, add_ranking_force

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tb_timetravel.fit.graph import Edges

REFERENCES_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class LayoutConfig:
    """How samples settle."""

    n_iterations: int = 1000
    n_iterations_others: int = 300  # of samples placed against a finished layout; they start among their neighbours
    n_negatives: int = 256  # shared by all samples of a step; more lower the noise and cost in proportion
    learning_rate: float = 1.0  # of Adam, falling to 0; positions end up about 10 wide
    exaggeration: float = 6.0  # attraction is this much stronger in the first `exaggerated` share of the iterations
    exaggerated: float = 0.3
    spring: float = 0.35
    match: float = 0.1
    ranking: float = 2.0
    stiffness_limit: float = 100.0  # a sample that did not move at all is not nailed down
    averaged: float = 0.1  # share of the last iterations whose mean is the result: what is noise goes
    seed: int = 0

    def descent(self, n_iterations: int) -> Descent:
        """Say how samples follow their forces."""
        return Descent(n_iterations=n_iterations, learning_rate=self.learning_rate, averaged=self.averaged)


def lay_out(
    start: torch.Tensor, graphs: Mapping[int, Edges], motion: Motion, config: LayoutConfig, report: Callable[[float], None],
    also: Callable[[torch.Tensor], torch.Tensor] | None = None,
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
    references, inside = in_turn(len(motion.references), generator), forces_inside(graphs, start.device)

    def turn_at(done: float) -> Turn:
        begins = done < config.exaggerated  # samples seek their neighbours: what pushes them need not be known so well
        negatives = draw_negatives(n, config.n_negatives // 2 if begins else config.n_negatives, generator)
        ranked = torch.tensor([] if begins else _take(references, motion, config), dtype=torch.int64)
        return Turn(negatives, ranked, config.exaggeration if begins else 1.0, done >= 0.1)  # let the classes find their places first

    def force(y: torch.Tensor, turn: Turn) -> torch.Tensor:
        result = workers.add_up(inside(y, turn.negatives.to(y.device), turn.attraction))
        if turn.tied:
            _tie_in_time(result, y, motion, config, turn.references)
        return result if also is None else result + also(y)

    follow = minimise_recorded if _can_be_recorded(start, also) else minimise
    return follow(start, force, config.descent(config.n_iterations), report, turn_at)


def lay_out_others(
    layout: torch.Tensor,
    neighbors: Mapping[int, tuple[torch.Tensor, torch.Tensor]],
    motion: Motion,
    config: LayoutConfig,
    report: Callable[[float], None],
    also: Callable[[torch.Tensor], torch.Tensor] | None = None,
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
    references = in_turn(len(motion.references), generator)
    start = torch.zeros(len(layout), motion.ranks.shape[2], 2, device=layout.device)
    for t, (index, weight) in neighbors.items():
        start[t] = (layout[t][index] * weight[..., None]).sum(1)
    workers.add_up(start)
    beside = forces_beside(layout, neighbors)

    def turn_at(_: float) -> Turn:
        negatives = draw_negatives(n, config.n_negatives, generator)
        return Turn(negatives, torch.tensor(_take(references, motion, config), dtype=torch.int64), 1.0, True)

    def force(y: torch.Tensor, turn: Turn) -> torch.Tensor:
        result = workers.add_up(beside(y, turn.negatives.to(y.device)))
        _tie_in_time(result, y, motion, config, turn.references)
        return result if also is None else result + also(y)

    follow = minimise_recorded if _can_be_recorded(start, also) else minimise
    return follow(start, force, config.descent(config.n_iterations_others), report, turn_at)


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
    negatives, descent = _negatives_of_all(len(positions), config).to(positions.device), config.descent(config.n_iterations_others)
    if kernels.serve(positions.device) and len(start) > 0:
        from tb_timetravel.kernels.forces import settle_beside

        rates = [descent.rates(i) for i in range(len(negatives))]
        return settle_beside(start, positions, index, weight, negatives, normaliser, rates, sum(map(descent.counts, range(len(negatives)))))
    turns = iter(negatives)

    def force(y: torch.Tensor, negatives: torch.Tensor) -> torch.Tensor:
        return (attraction_to(y[0], positions, index, weight) + repulsion_from(y[0], positions[negatives], normaliser))[None]

    return minimise(start[None], force, descent, lambda _: None, lambda _: next(turns))[0]


@lru_cache(maxsize=4)  # every step asks for the same
def _negatives_of_all(n: int, config: LayoutConfig) -> torch.Tensor:
    """Draw the negatives of all iterations that place samples beside a layout of n, (n_iterations, m)."""
    generator = torch.Generator().manual_seed(config.seed)
    return torch.stack([draw_negatives(n, config.n_negatives, generator) for _ in range(config.n_iterations_others)])


def draw_negatives(n: int, wanted: int, generator: torch.Generator) -> torch.Tensor:
    """Draw the samples that repel all others of a step, (m,), each once: as many as wanted, or all."""
    return torch.randperm(n, generator=generator)[:wanted]


def in_turn(n: int, generator: torch.Generator) -> Iterator[int]:
    """Go through 0 to n - 1 for ever, each time in another order."""
    while n > 0:
        yield from torch.randperm(n, generator=generator).tolist()


def _take(references: Iterator[int], motion: Motion, config: LayoutConfig) -> list[int]:
    """Take those of the steps of reference whose turn it is, which stand for all."""
    return [] if config.ranking == 0 else list(islice(references, min(len(motion.references), REFERENCES_AT_ONCE)))


def _tie_in_time(force: torch.Tensor, y: torch.Tensor, motion: Motion, config: LayoutConfig, references: torch.Tensor) -> None:
    """Add the forces between steps."""
    if len(y) > 1 and (config.spring > 0 or config.match > 0):
        add_coupling_force(force, y, motion, spring=config.spring, match=config.match, stiffness_limit=config.stiffness_limit)
    if len(references) > 0:
        add_ranking_force(force, y, motion, references, scale=config.ranking * len(y) / len(references))


def _can_be_recorded(start: torch.Tensor, also: object | None) -> bool:
    """Tell whether an iteration asks the host nothing: other forces may, and other workers have to be heard."""
    return kernels.serve(start.device) and also is None and workers.n_workers() == 1 and start.numel() > 0
