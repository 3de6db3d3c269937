"""What a network is trained on: the rows of one step or of many, the edges between them, and which features matter where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit.boundary import boundary_samples
from tb_timetravel.fit.complexes import (
    Complex,
    Neighborhood,
    boundary_wise_complex,
    join,
    neighborhood,
    prune,
    spatial_complex,
    temporal_complex,
)
from tb_timetravel.fit.heads import logits_at
from tb_timetravel.fit.losses import attention_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tb_timetravel.fit.autoencoder import Autoencoder
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Head


@dataclass(frozen=True, kw_only=True)
class ComplexConfig:
    """How edges are found."""

    n_neighbors: int = 15  # the sample itself among them, as UMAP counts
    boundary_share: float = 0.1  # boundary samples per sample, where the subject model's predictions are known
    weakest: float = 0.1  # edges of less than this share of the greatest membership are dropped


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Rows and edges of one training run.

    Attributes
    ----------
    x : (n_rows, n_features) normalized representations: samples, step by step, then boundary samples.
    edges : between the rows.
    attention : (n_rows, n_features), None without predictions.
    near : per step, the samples' nearest others.
    """

    x: torch.Tensor
    edges: Complex
    attention: torch.Tensor | None
    near: Sequence[Neighborhood]

    def attention_at(self, rows: torch.Tensor) -> torch.Tensor | None:
        """Look attention up, (b,) -> (b, n_features)."""
        return None if self.attention is None else self.attention[rows]


def make_training_set(
    dynamics: Dynamics,
    steps: Sequence[int],
    chosen: Sequence[torch.Tensor],
    head: Head | None,
    model: Autoencoder,
    config: ComplexConfig,
    *,
    seed: int,
    report: Callable[[float], None] = lambda _: None,
) -> TrainingSet:
    """Join samples to their neighbours in space, to boundary samples, and to themselves in time.

    Parameters
    ----------
    steps : which steps, in order.
    chosen : per step (n_t,) samples, at least two; a list that is the start of another means the same samples.
    head : the subject model's; None leaves boundary samples and attention out.
    model : says how representations are normalized. Within a step, neighbours are the same; between steps, they are sought after that.
    report : called with the share of steps done.
    """
    x: list[torch.Tensor] = []
    beyond: list[torch.Tensor] = []
    near, parts, attention = [], [], []
    n_rows, first = sum(len(samples) for samples in chosen), 0
    for done, (t, samples) in enumerate(zip(steps, chosen, strict=True)):
        here = model.normalized(dynamics.representations(t)[samples], t)
        hood = neighborhood(here, config.n_neighbors, seed=seed)
        parts.append(prune(spatial_complex(hood), config.weakest).shifted(first))
        boundary = model.normalized(_boundary(dynamics, t, samples, head, config, seed), t)
        wise = prune(boundary_wise_complex(here, boundary, config.n_neighbors), config.weakest)
        last = n_rows + sum(len(rows) for rows in beyond) - len(here)  # boundary samples come after the samples of all steps
        ends = [torch.where(end < len(here), end + first, end + last) for end in (wise.source, wise.target)]
        parts.append(replace(wise, source=ends[0], target=ends[1]))
        x.append(here)
        near.append(hood)
        beyond.append(boundary)
        if head is not None:
            attention.append([_attention(rows, head, model, t) for rows in (here, boundary)])
        first += len(here)
        report((done + 1) / len(steps))
    parts.append(prune(temporal_complex(x, near, config.n_neighbors), config.weakest))
    looked_at = torch.cat([pair[i] for i in (0, 1) for pair in attention]) if attention else None
    return TrainingSet(torch.cat([*x, *beyond]), join(parts), looked_at, near)


def _boundary(dynamics: Dynamics, t: int, samples: torch.Tensor, head: Head | None, config: ComplexConfig, seed: int) -> torch.Tensor:
    x, n_boundary = dynamics.representations(t)[samples], int(config.boundary_share * len(samples))
    if head is None or dynamics.predictions is None or n_boundary == 0:
        return x[:0]
    return boundary_samples(x, dynamics.predictions[t][samples], logits_at(head, t), n_boundary=n_boundary, seed=seed)


def _attention(x: torch.Tensor, head: Head, model: Autoencoder, t: int) -> torch.Tensor:
    classify = logits_at(head, t)
    return attention_weights(lambda normalized: classify(model.restored(normalized, t)), x)
