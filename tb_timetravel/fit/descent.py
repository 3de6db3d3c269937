"""Following a force by Adam (Kingma and Ba 2015) until positions settle; the mean of the last ones is the result: what is noise goes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import torch

from tb_timetravel.errors import FitError
from tb_timetravel.fit.recorded import Replay

if TYPE_CHECKING:
    from collections.abc import Callable

_REPORTED = 10  # iterations


@dataclass(frozen=True, kw_only=True)
class Descent:
    """How positions follow a force.

    Attributes
    ----------
    learning_rate : of Adam, rising over 10 iterations, then falling to 0.
    averaged : share of the last iterations whose mean is the result.
    """

    n_iterations: int
    learning_rate: float
    averaged: float

    def rates(self, iteration: int) -> tuple[float, float]:
        """Give Adam's rate over the correction of its mean, and the correction that its variance is multiplied by."""
        rate = self.learning_rate * min(1.0, 0.1 * (iteration + 1)) * (1.0 - iteration / self.n_iterations)
        return rate / (1.0 - 0.9 ** (iteration + 1)), 1.0 / (1.0 - 0.95 ** (iteration + 1))

    def counts(self, iteration: int) -> bool:
        """Tell whether the positions after an iteration are part of the result."""
        return iteration / self.n_iterations >= 1.0 - self.averaged or iteration == self.n_iterations - 1


class Turn(NamedTuple):
    """What is drawn for one iteration, and how its forces differ from those of others.

    Attributes
    ----------
    negatives : (m,) samples that repel all others.
    references : (r,) those of the steps of reference whose turn it is.
    attraction : attraction counts so many times.
    tied : whether steps are tied to each other.
    """

    negatives: torch.Tensor
    references: torch.Tensor
    attraction: float
    tied: bool


T = TypeVar("T")


def minimise(
    start: torch.Tensor,
    force: Callable[[torch.Tensor, T], torch.Tensor],
    descent: Descent,
    report: Callable[[float], None],
    turn_at: Callable[[float], T],
) -> torch.Tensor:
    """Follow a force.

    Parameters
    ----------
    start : positions (…, 2) of steps, the first axis.
    force : of positions and what `turn_at` gave, shaped as the positions.
    report, turn_at : called with the share of iterations done; the latter once for each.

    Raises
    ------
    FitError : the positions diverged.
    """
    y = start.clone()
    mean, variance, result, n_averaged = torch.zeros_like(y), torch.zeros_like(y), torch.zeros_like(y), 0
    for iteration in range(descent.n_iterations):
        done = iteration / descent.n_iterations
        now = force(y, turn_at(done))
        mean.lerp_(now, 0.1)
        variance.lerp_(now.square_(), 0.05)
        rate, correction = descent.rates(iteration)
        spread = variance.mul(correction).sqrt_().add_(1e-8)
        y.addcdiv_(mean, spread, value=rate)
        if descent.counts(iteration):
            result += y
            n_averaged += 1
        if iteration % _REPORTED == 0:
            _check_finite(y, iteration)
            report(done)
    return result / n_averaged


def minimise_recorded(
    start: torch.Tensor,
    force: Callable[[torch.Tensor, Turn], torch.Tensor],
    descent: Descent,
    report: Callable[[float], None],
    turn_at: Callable[[float], Turn],
) -> torch.Tensor:
    """Do as `minimise` on a GPU with kernels; iterations of one kind are recorded once and replayed, see `recorded`.

    Parameters
    ----------
    force : asks the host nothing, and depends on a turn's tensors by what is in them.
    """
    from tb_timetravel.kernels.forces import go

    y = start.clone(memory_format=torch.contiguous_format)
    mean, square, total = (torch.zeros_like(y) for _ in range(3))
    rates, n_averaged = torch.zeros(3, device=y.device), 0
    recorded: dict[tuple[object, ...], tuple[Replay, Turn]] = {}

    def iterate(turn: Turn) -> None:
        go(y, mean, square, total, force(y, turn), rates)

    for iteration in range(descent.n_iterations):
        done = iteration / descent.n_iterations
        turn, counts = turn_at(done), descent.counts(iteration)
        kind = (len(turn.negatives), len(turn.references), turn.attraction, turn.tied)
        if kind not in recorded:
            own = turn._replace(negatives=turn.negatives.to(y.device), references=turn.references.to(y.device))
            rates.zero_()
            recorded[kind] = Replay(partial(iterate, own), changes=(y, mean, square, total)), own
        replay, own = recorded[kind]
        own.negatives.copy_(turn.negatives, non_blocking=True)
        own.references.copy_(turn.references, non_blocking=True)
        rates.copy_(torch.tensor([*descent.rates(iteration), float(counts)]), non_blocking=True)
        replay()
        n_averaged += counts
        if iteration % _REPORTED == 0:
            _check_finite(y, iteration)
            report(done)
    return total / n_averaged


def _check_finite(y: torch.Tensor, iteration: int) -> None:
    finite = torch.isfinite(y).flatten(1).all(1)
    if not bool(finite.all()):
        t = int((~finite).nonzero()[0])
        raise FitError(f"the layout diverged at iteration {iteration}, first at logged step number {t + 1}; check its representations")
