"""Encoder and decoder, fitted to a finished layout: one of each for the whole film, with the step as an input.

The decoder is fitted to bring back the representation and, through the subject model's head, the prediction; the encoder to hit the
layout and to land where the decoder sees the right class. Both work on representations centred and scaled per step, and predictions are
sharpened to the same typical margin at every step, or an untrained network's faint preferences would not count beside later ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

from tb_timetravel.errors import FitError
from tb_timetravel.fit import workers
from tb_timetravel.fit.heads import divergence, step_scales
from tb_timetravel.fit.networks import StepNetwork

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Head

_WITNESSES = 1000  # samples that are asked whether their predictions changed near a spot
_NEAR = 3


@dataclass(frozen=True, kw_only=True)
class MapsConfig:
    """How encoder and decoder are fitted."""

    n_passes: int = 40  # over all samples of all steps, within the two bounds that follow
    min_iterations: int = 300
    max_iterations: int = 2500
    steps_per_batch: int = 8
    samples_per_batch: int = 128  # of each step of the batch
    learning_rate: float = 5e-3  # the peak of one cycle
    width: int = 128
    n_frequencies: int = 32  # of the decoder
    typical_margin: float = 3.0  # logits are scaled so that top 1 - top 2 has this mean at every step
    encoder_noise: float = 0.3  # standard deviations added to the encoder's input, so that unseen samples land as well as seen ones
    encoder_weight: float = 5.0
    margin: float = 0.3  # by which the predicted class shall be ahead, in sharpened logits: agreement, not only likeness
    margin_weight: float = 3.0
    still_weight: float = 5.0  # of what territory changes where no prediction does
    n_spots: int = 64  # of the plane, in a batch, where that is asked
    refined: float = 0.5  # share of the batches that the decoder gets once more, after samples have settled
    astray_weight: float = 8.0  # of samples that had to settle, among those batches; others have 1
    seed: int = 0

    def n_iterations(self, n_steps: int, n_samples: int) -> int:
        """Count the batches that a film of this size is worth."""
        batch = min(n_steps, self.steps_per_batch) * self.samples_per_batch
        return min(self.max_iterations, max(self.min_iterations, self.n_passes * n_steps * n_samples // batch))


class Visualizer:
    """A fitted encoder and decoder."""

    def __init__(self, dynamics: Dynamics, plane_scale: float, config: MapsConfig) -> None:
        generator = torch.Generator().manual_seed(config.seed)
        d, t = dynamics.n_features, dynamics.n_steps
        self.encoder = StepNetwork(d, 2, t, generator=generator, width=config.width).to(dynamics.device)
        self.decoder = StepNetwork(2, d, t, generator=generator, width=config.width, n_frequencies=config.n_frequencies)
        self.decoder.to(dynamics.device)
        self.center, self.scale = step_scales(dynamics)
        self.plane_scale = plane_scale

    def encode(self, x: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Project representations, (n_steps, b, n_features) -> (n_steps, b, 2)."""
        result: torch.Tensor = self.encoder((x - self.center[steps]) / self.scale[steps], steps)
        return result * self.plane_scale

    def decode(self, z: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Bring positions back, (n_steps, b, 2) -> (n_steps, b, n_features)."""
        result: torch.Tensor = self.decoder(z / self.plane_scale, steps)
        return result * self.scale[steps] + self.center[steps]

    def weights(self) -> dict[str, NDArray[Any]]:
        """Give everything that `load` needs, by name."""
        named = {f"encoder.{k}": v for k, v in self.encoder.state_dict().items()}
        named |= {f"decoder.{k}": v for k, v in self.decoder.state_dict().items()}
        named |= {"center": self.center, "scale": self.scale, "plane_scale": torch.tensor(self.plane_scale)}
        return {name: value.detach().cpu().numpy() for name, value in named.items()}

    def load(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Take the weights of an equally shaped visualizer."""
        for prefix, network in (("encoder.", self.encoder), ("decoder.", self.decoder)):
            network.load_state_dict({k[len(prefix) :]: torch.from_numpy(v) for k, v in weights.items() if k.startswith(prefix)})


def logit_scales(dynamics: Dynamics, head: Head, typical_margin: float) -> torch.Tensor:
    """Find what the logits of each step are multiplied by to have the typical margin on average, (n_steps, 1, 1)."""
    factors = []
    for t in range(dynamics.n_steps):
        at = torch.tensor([t], device=dynamics.device)
        logits = head.logits(dynamics.representations(t)[None], at)[0] if not dynamics.has_logits else dynamics.logits(t)
        top = logits.topk(min(2, logits.shape[1]), 1).values
        margin = (top[:, 0] - top[:, -1]).mean().clamp_min(1e-6)
        factors.append(typical_margin / margin)
    return torch.stack(factors).reshape(-1, 1, 1)


@dataclass(frozen=True, eq=False)
class _Batch:
    """Some steps (n_chosen_steps,), some samples of each (n_chosen_steps, b), and spots of the plane (n_spots, 2) for all of them."""

    steps: torch.Tensor
    samples: torch.Tensor
    x: torch.Tensor
    z: torch.Tensor
    noise: torch.Tensor  # of the shape of x
    spots: torch.Tensor


def fit_maps(
    dynamics: Dynamics, layout: torch.Tensor, head: Head | None, visualizer: Visualizer, config: MapsConfig, report: Callable[[float], None]
) -> None:
    """Fit encoder and decoder to a layout, in place.

    Parameters
    ----------
    layout : (n_steps, n_laid_out, 2) positions of the samples ``dynamics.laid_out``.
    report : called with the share of iterations done.

    Raises
    ------
    FitError : the fit diverged.
    """
    held = _held(dynamics, layout, head, visualizer, config)

    def loss(batch: _Batch) -> torch.Tensor:
        scale = visualizer.scale[batch.steps]
        encoded = visualizer.encode(batch.x + config.encoder_noise * batch.noise * scale, batch.steps)
        decoded = visualizer.decode(batch.z, batch.steps)
        reconstruction = ((decoded - batch.x) / scale).square().mean()
        regression = config.encoder_weight * F.mse_loss(encoded, batch.z) / visualizer.plane_scale**2
        return reconstruction + regression + held(batch, decoded, visualizer.decode(encoded, batch.steps))

    n_iterations = config.n_iterations(dynamics.n_steps, layout.shape[1])
    parameters = [*visualizer.encoder.parameters(), *visualizer.decoder.parameters()]
    _train(parameters, loss, dynamics, layout, config, learning_rate=config.learning_rate, n_iterations=n_iterations, report=report)


def refine_decoder(
    dynamics: Dynamics, positions: torch.Tensor, astray: torch.Tensor, head: Head | None, visualizer: Visualizer, config: MapsConfig,
    report: Callable[[float], None],
) -> None:  # fmt: skip
    """Fit the decoder once more, in place, to samples that have settled, above all to those that had to move.

    Parameters
    ----------
    positions : (n_steps, n_laid_out, 2), settled.
    astray : (n_steps, n_laid_out), True where a sample lay in foreign territory before.
    """
    held = _held(dynamics, positions, head, visualizer, config)

    def loss(batch: _Batch) -> torch.Tensor:
        decoded = visualizer.decode(batch.z, batch.steps)
        reconstruction = ((decoded - batch.x) / visualizer.scale[batch.steps]).square().mean()
        return reconstruction + held(batch, decoded)

    n_iterations = round(config.refined * config.n_iterations(dynamics.n_steps, positions.shape[1]))
    _train(
        list(visualizer.decoder.parameters()), loss, dynamics, positions, config, learning_rate=0.4 * config.learning_rate,
        n_iterations=n_iterations, report=report, weight=1.0 + config.astray_weight * astray,
    )  # fmt: skip


def _held(
    dynamics: Dynamics, positions: torch.Tensor, head: Head | None, visualizer: Visualizer, config: MapsConfig
) -> Callable[..., torch.Tensor]:
    """Make the losses that go through the head, of a batch and of decoded positions, each (n_steps, b, n_features); 0 without a head."""
    if head is None:
        return lambda batch, *_: torch.zeros((), device=batch.x.device)
    sharpen = logit_scales(dynamics, head, config.typical_margin)
    to_head, still = _held_to_head(dynamics, head, sharpen, config), _held_still(dynamics, positions, head, sharpen, visualizer, config)
    return lambda batch, *decoded: to_head(batch, *decoded) + still(batch)


def _held_to_head(dynamics: Dynamics, head: Head, sharpen: torch.Tensor, config: MapsConfig) -> Callable[..., torch.Tensor]:
    """Make the loss that compares what the head says of decoded positions with what it says of the samples."""

    def loss(batch: _Batch, *decoded: torch.Tensor) -> torch.Tensor:
        wanted = _targets(dynamics, head, batch) * sharpen[batch.steps]
        log_target, total = F.log_softmax(wanted, -1), torch.zeros((), device=batch.x.device)
        for representations in decoded:
            logits = head.logits(representations, batch.steps) * sharpen[batch.steps]
            total = total + divergence(log_target, logits)
            if logits.shape[-1] > 1:
                total = total + config.margin_weight * shortfall(logits, wanted.argmax(-1), config.margin).mean()
        return total

    return loss


def _held_still(
    dynamics: Dynamics, positions: torch.Tensor, head: Head, sharpen: torch.Tensor, visualizer: Visualizer, config: MapsConfig
) -> Callable[[_Batch], torch.Tensor]:
    """Make the loss that keeps a spot's territory from one step to the next where no sample near it changes its prediction."""
    predictions = dynamics.predictions
    if predictions is None or dynamics.n_steps == 1 or config.still_weight == 0:
        return lambda batch: torch.zeros((), device=batch.x.device)
    witnesses = torch.arange(0, positions.shape[1], max(1, positions.shape[1] // _WITNESSES), device=positions.device)
    ours = torch.from_numpy(dynamics.laid_out).to(positions.device)[witnesses]
    flipped = predictions[1:, ours] != predictions[:-1, ours]

    def loss(batch: _Batch) -> torch.Tensor:
        before = batch.steps.clamp_max(dynamics.n_steps - 2)
        spots = batch.spots.expand(len(before), -1, -1)
        near = torch.cdist(spots, positions[before[:, None], witnesses]).topk(min(_NEAR, len(witnesses)), largest=False).indices
        rests = ~flipped[before].gather(1, near.flatten(1)).view(near.shape).any(2)
        one, two = (
            F.log_softmax(head.logits(visualizer.decode(spots, steps), steps) * sharpen[steps], -1) for steps in (before, before + 1)
        )
        apart = ((one.exp() - two.exp()) * (one - two)).sum(-1)  # the symmetric divergence
        return config.still_weight * 0.5 * (apart * rests).mean()

    return loss


def _targets(dynamics: Dynamics, head: Head, batch: _Batch) -> torch.Tensor:
    if dynamics.has_logits:
        return dynamics.logit_rows(batch.steps, batch.samples)
    with torch.no_grad():
        return head.logits(batch.x, batch.steps)


def shortfall(logits: torch.Tensor, wanted: torch.Tensor, margin: float) -> torch.Tensor:
    """Measure by how much the wanted class misses being ahead of all others by a margin, (…, n_classes), (…,) -> (…,), from 0 up."""
    of_wanted = logits.gather(-1, wanted[..., None])[..., 0]
    return (margin + logits.scatter(-1, wanted[..., None], -torch.inf).amax(-1) - of_wanted).clamp_min(0.0)


def _train(
    parameters: list[torch.nn.Parameter], loss: Callable[[_Batch], torch.Tensor], dynamics: Dynamics, positions: torch.Tensor,
    config: MapsConfig, *, learning_rate: float, n_iterations: int, report: Callable[[float], None], weight: torch.Tensor | None = None,
) -> None:  # fmt: skip
    """Minimise a loss over batches of some steps and some laid-out samples, drawn with equal chances or by weight (n_steps, n_laid_out).

    Of several workers each takes its part of the samples of every batch.
    """
    generator = torch.Generator().manual_seed(config.seed + 1)
    mine = slice(workers.my_number(), None, workers.n_workers())
    optimizer = torch.optim.Adam(parameters, learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, max(20, n_iterations), pct_start=0.1)  # it divides by 0 at 10
    weight = None if weight is None else weight.cpu()
    for iteration in range(n_iterations):
        value = loss(_draw(dynamics, positions, config, weight, generator, mine))
        optimizer.zero_grad()
        value.backward()
        workers.average_gradients(parameters)
        optimizer.step()
        schedule.step()
        if iteration % 25 == 0:
            if not bool(torch.isfinite(value)):
                raise FitError(f"encoder and decoder diverged at iteration {iteration}; check the representations for extreme values")
            report(iteration / n_iterations)


def _draw(
    dynamics: Dynamics, positions: torch.Tensor, config: MapsConfig, weight: torch.Tensor | None, generator: torch.Generator, mine: slice
) -> _Batch:
    device, size, n_laid_out = positions.device, config.samples_per_batch, positions.shape[1]
    steps = torch.randperm(dynamics.n_steps, generator=generator)[: config.steps_per_batch]
    if weight is None:
        at = torch.randint(0, n_laid_out, (len(steps), size), generator=generator)
    else:
        at = torch.multinomial(weight[steps], size, replacement=True, generator=generator)
    noise = torch.randn(len(steps), size, dynamics.n_features, generator=generator)[:, mine].to(device)
    low, high = positions.amin((0, 1)), positions.amax((0, 1))
    spots = low + (high - low) * (1.2 * torch.rand(config.n_spots, 2, generator=generator) - 0.1).to(device)  # with the room around
    steps, at = steps.to(device), at[:, mine].to(device)
    samples = torch.from_numpy(dynamics.laid_out).to(device)[at]
    return _Batch(steps, samples, dynamics.rows(steps, samples), positions[steps[:, None], at], noise, spots)
