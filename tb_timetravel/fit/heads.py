"""The subject model's last layer: the logged affine head, or what stands for it where none was logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional as F

from tb_timetravel.fit.networks import StepNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Head

_ITERATIONS = 600
_STEPS_PER_BATCH = 8
_SAMPLES_PER_BATCH = 256
_FEW_CLASSES = 16
_LABEL_CONFIDENCE = 0.95  # of a label that stands for a prediction; certainty would make every margin 1


class AffineHead:
    """The logged head itself: exact."""

    source = "head"

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        self.weight, self.bias = weight, bias  # (n_steps, n_classes, n_features), (n_steps, n_classes)

    def logits(self, representations: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Classify, (n_steps, b, n_features), (n_steps,) -> (n_steps, b, n_classes)."""
        return torch.baddbmm(self.bias[steps, None], representations, self.weight[steps].transpose(1, 2))


class SurrogateHead:
    """A network that learned the logged predictions, or the labels where there are none."""

    def __init__(self, network: StepNetwork, center: torch.Tensor, scale: torch.Tensor, source: str) -> None:
        self.network, self.center, self.scale, self.source = network, center, scale, source

    def logits(self, representations: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Classify, (n_steps, b, n_features), (n_steps,) -> (n_steps, b, n_classes)."""
        result: torch.Tensor = self.network((representations - self.center[steps]) / self.scale[steps], steps)
        return result


def logits_at(head: Head, t: int) -> Callable[[torch.Tensor], torch.Tensor]:
    """Make the head of one step a function of representations alone, (b, n_features) -> (b, n_classes)."""
    return lambda x: head.logits(x[None], torch.tensor([t], device=x.device))[0]


def make_head(dynamics: Dynamics, *, seed: int) -> Head | None:
    """Take the logged head, else fit a surrogate to logits or labels; None when there is nothing to learn."""
    heads = [step.head for step in dynamics.steps]
    if all(head is not None for head in heads):
        weight, bias = (np.stack([np.array(head[i]) for head in heads if head is not None]) for i in (0, 1))
        return AffineHead(torch.from_numpy(weight).to(dynamics.device), torch.from_numpy(bias).to(dynamics.device))
    if dynamics.has_logits:
        everyone = torch.arange(dynamics.n_samples)
        return _fit_surrogate(dynamics, lambda t, i: log_probabilities(dynamics.logit_rows(t, i)), everyone, "surrogate", seed)
    known = torch.from_numpy(np.flatnonzero(dynamics.labels >= 0))
    if dynamics.n_classes == 0 or len(known) == 0:
        return None
    spread = (1.0 - _LABEL_CONFIDENCE) / max(1, dynamics.n_classes - 1)
    target = torch.full((dynamics.n_samples, dynamics.n_classes), spread)
    target[known, torch.from_numpy(np.array(dynamics.labels))[known].long()] = _LABEL_CONFIDENCE
    log_target = target.log().to(dynamics.device)
    return _fit_surrogate(dynamics, lambda _, i: log_target[i], known, "labels", seed)


def _fit_surrogate(
    dynamics: Dynamics, log_target: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], known: torch.Tensor, source: str, seed: int
) -> SurrogateHead:
    """Fit a network to log probabilities (n_steps, b, n_classes) of steps and samples, on the samples where they are known."""
    generator = torch.Generator().manual_seed(seed)
    center, scale = step_scales(dynamics)
    network = StepNetwork(dynamics.n_features, dynamics.n_classes, dynamics.n_steps, generator=generator, width=128).to(dynamics.device)
    optimizer = torch.optim.Adam(network.parameters(), 5e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, _ITERATIONS, pct_start=0.1)
    for _ in range(_ITERATIONS):
        steps = torch.randperm(dynamics.n_steps, generator=generator)[:_STEPS_PER_BATCH].to(dynamics.device)
        samples = known[torch.randint(0, len(known), (_SAMPLES_PER_BATCH,), generator=generator)].to(dynamics.device)
        x = (dynamics.rows(steps, samples) - center[steps]) / scale[steps]
        loss = divergence(log_target(steps, samples), log_probabilities(network(x, steps)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    return SurrogateHead(network.eval(), center, scale, source)


def log_probabilities(logits: torch.Tensor) -> torch.Tensor:
    """Compute the logarithm of the softmax over classes, (…, n_classes) -> the same."""
    if logits.device.type == "cpu" and logits.shape[-1] < _FEW_CLASSES:  # where torch's own takes three times as long
        return logits - logits.logsumexp(-1, keepdim=True)
    return F.log_softmax(logits, -1)


def divergence(log_target: torch.Tensor, log_found: torch.Tensor) -> torch.Tensor:
    """Mean Kullback-Leibler divergence of what was found from the target, in nats; both are logarithms of probabilities, (…, n_classes)."""
    return (log_target.exp() * (log_target - log_found)).sum(-1).mean()


def step_scales(dynamics: Dynamics) -> tuple[torch.Tensor, torch.Tensor]:
    """Measure centre (n_steps, 1, n_features) and scale (n_steps, 1, 1) of each step's representations."""
    centers, scales = [], []
    for t in range(dynamics.n_steps):
        x = dynamics.representations(t)
        centers.append(x.mean(0, keepdim=True))
        scales.append((x - centers[-1]).square().mean().sqrt().clamp_min(1e-12).reshape(1, 1))
    return torch.stack(centers), torch.stack(scales)
