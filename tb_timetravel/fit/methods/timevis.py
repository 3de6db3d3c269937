"""TimeVis (Yang et al. 2022): one network for all steps, without the step as an input, trained on neighbours in space and in time.

Samples that cover the representations are joined to each other at every step, and to themselves at the steps where they were most alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tb_timetravel.fit.autoencoder import TrainingConfig, make_autoencoder, place_everyone, train_on_edges
from tb_timetravel.fit.heads import make_head
from tb_timetravel.fit.losses import attention_reconstruction
from tb_timetravel.fit.selection import SelectionConfig, select_over_time
from tb_timetravel.fit.training_set import ComplexConfig, make_training_set

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

    from tb_timetravel.fit.autoencoder import Autoencoder, EdgeBatch
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Fitted, Head, Report, Stages


@dataclass(frozen=True, kw_only=True)
class TimeVisConfig:
    """Settings of TimeVis."""

    reconstruction: float = 1.0  # weight of that loss
    selection: SelectionConfig = field(default_factory=SelectionConfig)
    complexes: ComplexConfig = field(default_factory=ComplexConfig)
    training: TrainingConfig = field(default_factory=lambda: TrainingConfig(max_batches=800))
    seed: int = 0


def fit_timevis(dynamics: Dynamics, config: TimeVisConfig, *, report: Report, stages: Stages) -> Fitted:
    """Fit TimeVis.

    Holds the selected samples of all steps in memory. Without logits, boundary samples and attention are left out.

    Raises
    ------
    FitError : it diverged.
    FitCancelled : `report` was told to stop.
    """
    head, model = make_head(dynamics, seed=config.seed), make_autoencoder(dynamics, seed=config.seed)
    kept = stages.get("maps")
    if kept is None:
        _train(model, dynamics, head if dynamics.has_logits else None, config, report)
        stages.put("maps", model.arrays())
    else:
        model.take(kept)
    report("maps", 1.0)
    return place_everyone(dynamics, [model], [0] * dynamics.n_steps, head)


def _train(model: Autoencoder, dynamics: Dynamics, head: Head | None, config: TimeVisConfig, report: Report) -> None:
    steps = range(dynamics.n_steps)
    chosen = select_over_time(dynamics, steps, config.selection, seed=config.seed, report=lambda done: report("graph", 0.5 * done))
    rows = make_training_set(
        dynamics, steps, chosen, head, model, config.complexes, seed=config.seed, report=lambda done: report("graph", 0.5 + 0.5 * done)
    )

    def losses(batch: EdgeBatch) -> Mapping[str, torch.Tensor]:
        reconstruction = attention_reconstruction(batch.x, batch.back, rows.attention_at(batch.rows))
        return {"neighbour": batch.cross_entropy(), "reconstruction": config.reconstruction * reconstruction}

    train_on_edges(
        model, rows.x, rows.edges, losses, config.training,
        seed=config.seed, name="all steps", report=lambda done: report("maps", done),
    )  # fmt: skip
