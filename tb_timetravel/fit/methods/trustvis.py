"""TrustVis: one network that follows the subject model, refitted at each step where something important changed.

Edges between samples that are predicted alike are stronger, and neighbours of different classes keep a margin. After the first step only
critical samples are trained on: where the prediction changed or nearly did, where the picture shows another one, where it keeps the fewest
neighbours or the logits worst; and their neighbours by logits. The lineage leaves all others to chance; here they are held where they were.
"""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fit.autoencoder import EdgeSampler, TrainingConfig, make_autoencoder, place_everyone, train_on_edges
from tb_timetravel.fit.complexes import likeness, neighborhood, prediction_aware, prune, spatial_complex
from tb_timetravel.fit.graph import nearest_neighbors, neighbors_among
from tb_timetravel.fit.heads import make_head
from tb_timetravel.fit.losses import attention_reconstruction, class_margin, smoothness
from tb_timetravel.fit.training_set import ComplexConfig, TrainingSet, logits_at, make_training_set

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tb_timetravel.fit.autoencoder import Autoencoder, EdgeBatch
    from tb_timetravel.fit.complexes import Complex
    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Fitted, Head, Report, Stages

_N_ROUNDS = 2


@dataclass(frozen=True, kw_only=True)
class TrustVisConfig:
    """Settings of TrustVis."""

    reconstruction: float = 1.0  # weight of that loss at the first step
    reconstruction_later: float = 3.0  # and at those that follow
    margin: float = 1.0  # of the margin between classes
    held: float = 1.0  # of keeping samples that are not critical where they were
    slack: float = 0.5  # distance in the plane that costs nothing
    lowest: float = 0.005  # share of samples that are critical because they keep the fewest neighbours, or the logits worst
    narrow: float = 0.15  # top 1 - top 2 probability below which a prediction is on the border
    complexes: ComplexConfig = field(default_factory=lambda: ComplexConfig(boundary_share=0.0))
    training: TrainingConfig = field(default_factory=TrainingConfig)
    refitting: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(max_passes=4, max_batches=40, rate_held=2, learning_rate=1.5e-3)
    )  # of each of the two rounds at a step
    seed: int = 0


def fit_trustvis(dynamics: Dynamics, config: TrustVisConfig, *, report: Report, stages: Stages) -> Fitted:
    """Fit TrustVis.

    Without logits, only neighbours make a sample critical, and margin and attention are left out.

    Raises
    ------
    FitError : it diverged.
    FitCancelled : `report` was told to stop.
    """
    head = make_head(dynamics, seed=config.seed)
    known = head if dynamics.has_logits else None
    model = make_autoencoder(dynamics, seed=config.seed)
    models: list[Autoencoder] = []
    for t in range(dynamics.n_steps):
        kept = stages.get(f"maps-{t}")
        if kept is None:
            step = _Step(dynamics, t, known, model, config)
            if t == 0:
                step.fit(model, partial(_report_step, report, dynamics.n_steps, t, 0.0, 1.0))
            else:
                before = _Step(dynamics, t - 1, known, model, config)
                for attempt in range(_N_ROUNDS):
                    critical = step.critical(model, before if attempt == 0 else None)
                    done = partial(_report_step, report, dynamics.n_steps, t, attempt / _N_ROUNDS, 1.0 / _N_ROUNDS)
                    step.refit(model, critical, before.positions(models[-1]), attempt, done)
            stages.put(f"maps-{t}", model.arrays())
        else:
            model.take(kept)
        models.append(deepcopy(model))
        report("maps", (t + 1) / dynamics.n_steps)
    return place_everyone(dynamics, models, range(dynamics.n_steps), head)
