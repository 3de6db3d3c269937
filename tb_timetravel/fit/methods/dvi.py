"""DeepVisualInsight (Yang et al. 2022): a network per step, each one trained on from the one before.

The step before holds a network back by its parameters: the more the neighbourhoods stay the same, the more it costs to change.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit.autoencoder import TrainingConfig, make_autoencoder, place_everyone, report_step, train_on_edges
from tb_timetravel.fit.complexes import neighborhood
from tb_timetravel.fit.heads import make_head
from tb_timetravel.fit.losses import attention_reconstruction, weight_penalty
from tb_timetravel.fit.training_set import ComplexConfig, make_training_set

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tb_timetravel.fit.autoencoder import Autoencoder, EdgeBatch
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Fitted, Report, Stages
    from tb_timetravel.fit.training_set import TrainingSet


@dataclass(frozen=True, kw_only=True)
class DviConfig:
    """Settings of DeepVisualInsight."""

    reconstruction: float = 1.0  # weight of that loss, the paper's lambda 1
    temporal: float = 0.3  # of the change of parameters, lambda 2
    complexes: ComplexConfig = field(default_factory=ComplexConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    seed: int = 0


def fit_dvi(dynamics: Dynamics, config: DviConfig, *, report: Report, stages: Stages) -> Fitted:
    """Fit DeepVisualInsight.

    Without logits, boundary samples and attention are left out.

    Raises
    ------
    FitError : it diverged.
    FitCancelled : `report` was told to stop.
    """
    head = make_head(dynamics, seed=config.seed)
    samples = torch.from_numpy(dynamics.laid_out).to(dynamics.device)
    model, index, models = make_autoencoder(dynamics, seed=config.seed), None, []
    for t in range(dynamics.n_steps):
        kept = stages.get(f"maps-{t}")
        if kept is None:
            if t > 0 and index is None:  # an interrupted fit goes on here
                x = model.normalized(dynamics.representations(t - 1)[samples], t - 1)
                index = neighborhood(x, config.complexes.n_neighbors, seed=config.seed + t - 1).index
            known = head if dynamics.has_logits else None
            rows = make_training_set(dynamics, [t], [samples], known, model, config.complexes, seed=config.seed + t)
            temporal = 0.0 if index is None else config.temporal * shared_neighbors(index, rows.near[0].index)
            _train(model, rows, temporal, config, t, partial(report_step, report, t, dynamics.n_steps))
            stages.put(f"maps-{t}", model.arrays())
            index = rows.near[0].index
        else:
            model.take(kept)
        models.append(deepcopy(model))
        report("maps", (t + 1) / dynamics.n_steps)
    return place_everyone(dynamics, models, range(dynamics.n_steps), head)


def _train(model: Autoencoder, rows: TrainingSet, temporal: float, config: DviConfig, t: int, report: Callable[[float], None]) -> None:
    before = [parameter.detach().clone() for parameter in model.parameters()]

    def losses(batch: EdgeBatch) -> Mapping[str, torch.Tensor]:
        terms = {
            "neighbour": batch.cross_entropy(),
            "reconstruction": config.reconstruction * attention_reconstruction(batch.x, batch.back, rows.attention_at(batch.rows)),
        }
        return terms | ({"temporal": temporal * weight_penalty(model.parameters(), before)} if temporal else {})

    train_on_edges(model, rows.x, rows.edges, losses, config.training, seed=config.seed + t, name=f"step {t}", report=report)


def shared_neighbors(before: torch.Tensor, after: torch.Tensor) -> float:
    """Share of neighbours that stay the same from one step to the next, averaged over samples; both (n, k), 0 to 1."""
    return float((before[:, :, None] == after[:, None]).any(2).float().mean())
