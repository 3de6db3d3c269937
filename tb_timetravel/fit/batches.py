"""What a decoder is fitted on, batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import torch

from tb_timetravel.fit import workers

if TYPE_CHECKING:
    from tb_timetravel.fit.decoder import DecoderConfig
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Head
    from tb_timetravel.fit.spots import Square

_STEPS_PER_BATCH = {"cpu": 16, "cuda": 64}  # where kernels are short beside their launch, more steps cost nothing
_RUN = 4  # steps of a batch that follow one another: what is compared with the next step is there already
_FEATURES_PER_BATCH = 128  # of the representation, drawn anew for every batch: with all of them, they are most of the cost


class Batch(NamedTuple):
    """Some samples of some steps, and spots of the plane.

    Attributes
    ----------
    steps : (n_chosen_steps,), runs of steps that follow one another, see `draw_steps`.
    x, z : (n_chosen_steps, b, n_chosen_features), (n_chosen_steps, b, 2), some samples of each.
    logits : (n_chosen_steps, b, n_classes) that they shall have, none without a head.
    spots : (n_spots, 2), for all steps.
    around : (n_chosen_steps, n_spots, n_classes) what the samples near each spot are predicted to be, none without a head.
    features : positions of those of x, which are decoded.
    """

    steps: torch.Tensor
    x: torch.Tensor
    z: torch.Tensor
    logits: torch.Tensor
    spots: torch.Tensor
    around: torch.Tensor
    features: torch.Tensor


Around = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Of steps (n_chosen_steps,) and spots (n_spots, 2), the mean prediction of the samples near each, (n_chosen_steps, n_spots, n_classes)."""


def steps_per_batch(n_steps: int, device: torch.device) -> int:
    """Count the steps of a batch."""
    return min(n_steps, _STEPS_PER_BATCH[device.type])


def draw_steps(n_steps: int, n_wanted: int, generator: torch.Generator) -> torch.Tensor:
    """Draw different steps, (n_wanted,), each with equal chances, in runs of four that follow one another; all of them in order if wanted.

    A run may lead from the last step on to the first.
    """
    if n_wanted == n_steps:
        return torch.arange(n_steps)
    first = torch.randint(n_steps, (1,), generator=generator)
    runs = torch.randperm(n_steps // _RUN, generator=generator)[: -(-n_wanted // _RUN)]
    return (first + _RUN * runs[:, None] + torch.arange(_RUN)).flatten()[:n_wanted] % n_steps


class Draws:
    """Draws batches; of several workers each its part of the samples.

    Parameters
    ----------
    positions : (n_steps, n_laid_out, 2) of the samples ``dynamics.laid_out``.
    square : where spots are drawn.
    around : None without a head.
    """

    def __init__(
        self, dynamics: Dynamics, positions: torch.Tensor, head: Head | None, config: DecoderConfig, *,
        square: Square, around: Around | None,
    ) -> None:  # fmt: skip
        self._dynamics, self._positions, self._head, self._config = dynamics, positions, head, config
        self._square, self._around = square, around
        self._generator = torch.Generator().manual_seed(config.seed + 1)
        self._mine = slice(workers.my_number(), None, workers.n_workers())
        self._laid_out = torch.from_numpy(dynamics.laid_out).to(positions.device)

    def example(self) -> Batch:
        """Draw a batch that does not count: the next one is the same."""
        state = self._generator.get_state()
        batch = self.next()
        self._generator.set_state(state)
        return batch

    def next(self) -> Batch:
        """Draw the next batch."""
        dynamics, config, generator, device = self._dynamics, self._config, self._generator, self._positions.device

        def to_device(values: torch.Tensor) -> torch.Tensor:
            return values.to(device, non_blocking=True)

        steps = to_device(draw_steps(dynamics.n_steps, steps_per_batch(dynamics.n_steps, device), generator))
        shape = len(steps), config.samples_per_batch
        at = to_device(torch.randint(0, len(self._laid_out), shape, generator=generator))
        at, samples = at[:, self._mine], self._laid_out[at[:, self._mine]]
        middle, half = self._square
        spots = middle + half * to_device(2.0 * torch.rand(config.n_spots, 2, generator=generator) - 1.0)
        features = to_device(torch.randperm(dynamics.n_features, generator=generator)[:_FEATURES_PER_BATCH])
        x = dynamics.rows(steps, samples, features)
        logits = x[:0] if self._head is None else targets(dynamics, self._head, steps, samples)
        around = x[:0] if self._around is None else self._around(steps, spots)
        return Batch(steps, x, self._positions[steps[:, None], at], logits, spots, around, features)


def targets(dynamics: Dynamics, head: Head, steps: torch.Tensor, samples: torch.Tensor) -> torch.Tensor:
    """Give the logits that samples (n_chosen_steps, b) shall have at steps (n_chosen_steps,), (n_chosen_steps, b, n_classes)."""
    if dynamics.has_logits:
        return dynamics.logit_rows(steps, samples)
    with torch.no_grad():
        return head.logits(dynamics.rows(steps, samples), steps)
