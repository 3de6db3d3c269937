"""What a decoder is fitted on, batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from tb_timetravel.fit import workers

if TYPE_CHECKING:
    from tb_timetravel.fit.decoder import DecoderConfig
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Head

_STEPS_PER_BATCH = {"cpu": 16, "cuda": 64}  # where kernels are short beside their launch, more steps cost nothing
_FEATURES_PER_BATCH = 128  # of the representation, drawn anew for every batch: with all of them, they are most of the cost


class Batch(NamedTuple):
    """Some samples of some steps, and spots of the plane.

    Attributes
    ----------
    steps : (n_chosen_steps,).
    x, z : (n_chosen_steps, b, n_features), (n_chosen_steps, b, 2), some samples of each.
    logits : (n_chosen_steps, b, n_classes) that they shall have, none without a head.
    spots : (n_spots, 2), for all steps.
    features : positions of those that are decoded.
    """

    steps: torch.Tensor
    x: torch.Tensor
    z: torch.Tensor
    logits: torch.Tensor
    spots: torch.Tensor
    features: torch.Tensor


def steps_per_batch(n_steps: int, device: torch.device) -> int:
    """Count the steps of a batch."""
    return min(n_steps, _STEPS_PER_BATCH[device.type])


class Draws:
    """Draws batches, with equal chances or by weight; of several workers each its part of the samples.

    Parameters
    ----------
    positions : (n_steps, n_laid_out, 2) of the samples ``dynamics.laid_out``.
    square : middle and half side, (2,) each, of where spots are drawn.
    weight : (n_steps, n_laid_out).
    """

    def __init__(
        self, dynamics: Dynamics, positions: torch.Tensor, head: Head | None, config: DecoderConfig, *,
        square: tuple[torch.Tensor, torch.Tensor], weight: torch.Tensor | None,
    ) -> None:  # fmt: skip
        self._dynamics, self._positions, self._head, self._config, self._square = dynamics, positions, head, config, square
        self._generator = torch.Generator().manual_seed(config.seed + 1)
        self._mine = slice(workers.my_number(), None, workers.n_workers())
        self._laid_out = torch.from_numpy(dynamics.laid_out).to(positions.device)
        self._chances = None if weight is None else weight.double().cumsum(1)  # float32 would leave out samples beyond 10 million

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

        steps = to_device(torch.randperm(dynamics.n_steps, generator=generator)[: steps_per_batch(dynamics.n_steps, device)])
        shape = len(steps), config.samples_per_batch
        if self._chances is None:
            at = to_device(torch.randint(0, len(self._laid_out), shape, generator=generator))
        else:
            chances = self._chances[steps]
            at = torch.searchsorted(chances, to_device(torch.rand(shape, generator=generator, dtype=torch.float64)) * chances[:, -1:])
        at, samples = at[:, self._mine], self._laid_out[at[:, self._mine]]
        x = dynamics.rows(steps, samples)
        middle, half = self._square
        spots = middle + half * to_device(2.0 * torch.rand(config.n_spots, 2, generator=generator) - 1.0)
        features = to_device(torch.randperm(dynamics.n_features, generator=generator)[:_FEATURES_PER_BATCH])
        logits = _targets(dynamics, self._head, steps, samples, x)
        return Batch(steps, x, self._positions[steps[:, None], at], logits, spots, features)


def _targets(dynamics: Dynamics, head: Head | None, steps: torch.Tensor, samples: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    if head is None:
        return x[:0]
    if dynamics.has_logits:
        return dynamics.logit_rows(steps, samples)
    with torch.no_grad():
        return head.logits(x, steps)
