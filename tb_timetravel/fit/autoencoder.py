"""Encoder and decoder of the lineage: two multilayer perceptrons without a step input, trained on edges drawn by their weight.

Edges, rows and draws are tensors on the device; nothing goes through a data loader.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from tb_timetravel.errors import FitError
from tb_timetravel.fit.heads import step_scales
from tb_timetravel.fit.losses import umap_cross_entropy
from tb_timetravel.fit.result import Fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from tb_timetravel.fit.complexes import Complex
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Head, Report

_N_HIDDEN = 4
_REPORT_EVERY = 25  # batches


class Autoencoder(nn.Module):
    """Encoder and decoder, ReLU between layers, the last one linear; four hidden layers as wide as half the representation, 64 to 256.

    The lineage takes representations as they are. Here those of each step are centred and scaled (one factor for all features), so that
    any unit will do, and a network just initialised, whose representations hardly differ, is not drawn as one dot.

    Parameters
    ----------
    center, scale : (n_steps, 1, n_features) and (n_steps, 1, 1).
    generator : makes the initial weights, so that a seed gives the same network whatever ran before.
    """

    center: torch.Tensor
    scale: torch.Tensor

    def __init__(self, center: torch.Tensor, scale: torch.Tensor, generator: torch.Generator) -> None:
        super().__init__()
        n_features = center.shape[2]
        widths = [n_features, *[min(256, max(64, n_features // 2))] * _N_HIDDEN, 2]
        self.encoder, self.decoder = _perceptron(widths, generator), _perceptron(widths[::-1], generator)
        self.register_buffer("center", center)
        self.register_buffer("scale", scale)
        self.to(center.device)

    def normalized(self, x: torch.Tensor, t: int) -> torch.Tensor:
        """Centre and scale representations of the t-th step, (n, n_features); what `encoder` takes and `decoder` gives."""
        return (x - self.center[t]) / self.scale[t]

    def restored(self, x: torch.Tensor, t: int) -> torch.Tensor:
        """Undo `normalized`."""
        return x * self.scale[t] + self.center[t]

    def encode(self, x: torch.Tensor, t: int) -> torch.Tensor:
        """Project representations of the t-th step, (n, n_features) -> (n, 2)."""
        result: torch.Tensor = self.encoder(self.normalized(x, t))
        return result

    def decode(self, z: torch.Tensor, t: int) -> torch.Tensor:
        """Bring positions back, (n, 2) -> (n, n_features)."""
        return self.restored(self.decoder(z), t)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give everything that `take` needs, by name."""
        return {name: value.detach().cpu().numpy().copy() for name, value in self.state_dict().items()}

    def take(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take the weights of an equally shaped network."""
        self.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in arrays.items()})


def _perceptron(widths: Sequence[int], generator: torch.Generator) -> nn.Sequential:
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layer = nn.Linear(n_in, n_out)
        bound = math.sqrt(6.0 / n_in)  # keeps the spread of what passes through ReLU, so that nothing starts on one spot
        nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def make_autoencoder(dynamics: Dynamics, *, seed: int) -> Autoencoder:
    """Make a network for a film, not yet fitted."""
    return Autoencoder(*step_scales(dynamics), torch.Generator().manual_seed(seed))


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How a network is trained on edges.

    A pass draws every edge of full weight `draws_per_edge` times, but never takes more than `max_batches`. The learning rate is cut to a
    tenth every `rate_held` passes, so what comes after three cuts would change nothing.
    """

    max_passes: int = 9
    max_batches: int = 50  # per pass
    draws_per_edge: float = 10.0  # per pass, of an edge of full weight
    batch_size: int = 1000  # edges
    n_negatives: int = 5  # per edge: another edge's source with its target
    learning_rate: float = 3e-3  # of Adam; at the lineage's 0.01 some steps are thrown far from where the step before was
    weight_decay: float = 1e-5
    rate_held: int = 3  # passes
    patience: int = 3  # passes that improve the loss by less than `least_gain`, after which the next one of them is the last
    least_gain: float = 5e-3


@dataclass(frozen=True, eq=False)
class EdgeBatch:
    """Edges drawn for one batch, projected and brought back.

    Attributes
    ----------
    edge : (b,) which edges they are.
    rows : (2b,) sources, then targets; x, back : (2b, n_features) normalized representations and reconstructions of these; z : (2b, 2).
    near, far : squared distances in the plane of the edges (b,) and of the negatives (n_negatives·b,).
    """

    edge: torch.Tensor
    rows: torch.Tensor
    x: torch.Tensor
    z: torch.Tensor
    back: torch.Tensor
    near: torch.Tensor
    far: torch.Tensor

    def cross_entropy(self, probability: torch.Tensor | None = None) -> torch.Tensor:
        """UMAP's loss of the edges, of probability (b,) or 1, and of the negatives, of probability 0."""
        attracted = torch.ones_like(self.near) if probability is None else probability
        return umap_cross_entropy(torch.cat([self.near, self.far]), torch.cat([attracted, torch.zeros_like(self.far)]))


class EdgeSampler:
    """Draws edges with replacement, each as often as its weight says."""

    def __init__(self, weight: torch.Tensor, *, seed: int) -> None:
        self._cumulative = weight.double().cumsum(0)  # torch.multinomial ends at 2^24 entries
        self.generator = torch.Generator(weight.device).manual_seed(seed)

    def draw(self, n: int) -> torch.Tensor:
        """Draw n edges, (n,)."""
        at = torch.rand(n, dtype=torch.float64, device=self._cumulative.device, generator=self.generator) * self._cumulative[-1]
        return torch.searchsorted(self._cumulative, at, right=True).clamp_max(len(self._cumulative) - 1)


def train_on_edges(
    model: Autoencoder,
    x: torch.Tensor,
    edges: Complex,
    losses: Callable[[EdgeBatch], Mapping[str, torch.Tensor]],
    config: TrainingConfig,
    *,
    seed: int,
    name: str,
    report: Callable[[float], None],
) -> None:
    """Train a network on weighted edges, in place; nothing happens where there is none.

    Parameters
    ----------
    x : (n_rows, n_features) normalized representations that the edges join.
    losses : the terms to be added up, by name.
    name : of what is trained, for the error.
    report : called with the share of passes done, several times per pass.

    Raises
    ------
    FitError : a representation or a term is no finite number.
    """
    if not bool(torch.isfinite(x).all()):
        raise FitError(f"the representations of {name} hold values that are not finite; log them again without")
    if len(edges.weight) == 0:
        return
    sampler = EdgeSampler(edges.weight, seed=seed)
    n_draws = config.draws_per_edge * float(edges.weight.sum() / edges.weight.max())
    n_batches = max(1, min(config.max_batches, round(n_draws / config.batch_size)))
    optimizer = torch.optim.Adam(model.parameters(), config.learning_rate, weight_decay=config.weight_decay)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, config.rate_held, 0.1)
    before, patience = math.inf, config.patience
    for run in range(config.max_passes):
        total = torch.zeros((), device=x.device)
        for batch in range(n_batches):
            drawn = sampler.draw(config.batch_size)
            terms = losses(_project(model, x, edges, drawn, config.n_negatives, sampler.generator))
            loss = torch.stack(list(terms.values())).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
            if batch % _REPORT_EVERY == 0 or batch == n_batches - 1:
                _check(terms, name)
                report((run + batch / n_batches) / config.max_passes)
        schedule.step()
        mean = float(total) / n_batches
        patience = config.patience if before - mean >= config.least_gain else patience - 1
        before = mean
        if patience < 0:
            break


def report_step(report: Report, t: int, n_steps: int, done: float) -> None:
    """Report how far a fit of one step after the other is, `done` of step t."""
    report("maps", (t + done) / n_steps)


def _check(terms: Mapping[str, torch.Tensor], name: str) -> None:
    for term, value in terms.items():
        if not bool(torch.isfinite(value)):
            raise FitError(f"the {term} loss of {name} is no finite number; check the representations for extreme values")


def _project(
    model: Autoencoder, x: torch.Tensor, edges: Complex, drawn: torch.Tensor, n_negatives: int, generator: torch.Generator
) -> EdgeBatch:
    rows = torch.cat([edges.source[drawn], edges.target[drawn]])
    inputs = x[rows]
    z = model.encoder(inputs)
    source, target = z.chunk(2)
    mixed = torch.randperm(n_negatives * len(drawn), generator=generator, device=x.device) % len(drawn)
    far = (source[mixed] - target.repeat(n_negatives, 1)).square().sum(1)
    return EdgeBatch(
        edge=drawn, rows=rows, x=inputs, z=z, back=model.decoder(z), near=(source - target).square().sum(1), far=far
    )  # fmt: skip


def place_everyone(dynamics: Dynamics, models: Sequence[Autoencoder], at_step: Sequence[int], head: Head | None) -> Fitted:
    """Project every sample at every step.

    Parameters
    ----------
    models : fitted networks.
    at_step : (n_steps,) which of them serves each step.
    """

    def encode(x: torch.Tensor, t: int) -> torch.Tensor:
        with torch.no_grad():
            return models[at_step[t]].encode(x, t)

    def decode(positions: torch.Tensor, t: int) -> torch.Tensor:
        with torch.no_grad():
            return models[at_step[t]].decode(positions, t)

    embedding = [encode(dynamics.representations(t), t).cpu().numpy() for t in range(dynamics.n_steps)]
    weights = {f"{i}.{name}": array for i, model in enumerate(models) for name, array in model.arrays().items()}
    weights["model_at_step"] = np.asarray(at_step, dtype=np.int64)
    return Fitted(embedding=np.stack(embedding), encode=encode, decode=decode, head=head, weights=weights)
