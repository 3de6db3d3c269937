"""The measures of one step that every sample has a value of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from tb_timetravel.fidelity import (
    boundary_preservation,
    confidence_deviation,
    neighborhood_chance,
    prediction_agreement,
    reconstruction_distance,
    reconstruction_error,
    spatial_fidelity,
)
from tb_timetravel.fit.boundary import boundary_samples
from tb_timetravel.fit.heads import logits_at
from tb_timetravel.pipeline.metrics import FIDELITY_NEIGHBORS
from tb_timetravel.store.films import SAMPLE_FIDELITY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tb_timetravel.fit import Dynamics, Fitted
    from tb_timetravel.fit.result import Head
    from tb_timetravel.schema import Scores

STEP_MEASURES = (*SAMPLE_FIDELITY, "boundary_preservation", "confidence_deviation", "reconstruction_error")
_N_BOUNDARY = 500
_SEED = 0  # of every random choice, so that films by different seeds are measured alike


@dataclass(frozen=True, eq=False)
class Split:
    """The samples of one split, and those of them that the costlier measures look at.

    Attributes
    ----------
    rows : (n_split,) positions among all samples, ascending.
    queried : positions within `rows` of the samples whose neighbours are compared, with those among the whole split.
    followed : positions within `rows` of the samples that are followed through all steps.
    """

    rows: torch.Tensor
    queried: torch.Tensor
    followed: torch.Tensor


@dataclass(frozen=True, eq=False)
class StepMeasures:
    """What every sample has at a step.

    Attributes
    ----------
    values : each sample's value of each of ``STEP_MEASURES``, (n_samples,), NaN where not measured or not defined.
    distances : between representation and reconstruction, (n_samples,); nothing to be judged by, so it is no measure.
    chance : of the measures, per split.
    """

    values: dict[str, torch.Tensor]
    distances: torch.Tensor
    chance: Scores

    def mean_distances(self, splits: Mapping[str, Split]) -> dict[str, float | None]:
        """Average the distances per split."""
        return {name: float(self.distances[split.rows].mean()) for name, split in splits.items()}


def measure_step(dynamics: Dynamics, fitted: Fitted, x: torch.Tensor, z: torch.Tensor, t: int, splits: Mapping[str, Split]) -> StepMeasures:
    """Measure the t-th step, with representations x (n_samples, n_features) drawn at z (n_samples, 2)."""
    decoded = fitted.decode(z, t)
    measured = StepMeasures(
        {metric: torch.full((len(x),), torch.nan, device=x.device) for metric in STEP_MEASURES},
        reconstruction_distance(decoded, x),
        {metric: dict.fromkeys(splits) for metric in STEP_MEASURES},
    )
    _compare_neighbors(measured, splits, x, z)
    measured.values["reconstruction_error"] = reconstruction_error(decoded, x)
    measured.chance["reconstruction_error"] = dict.fromkeys(splits, 1.0)
    if fitted.head is not None and dynamics.has_logits:
        logits = dynamics.logits(t)
        _compare_predictions(measured, splits, fitted.decoded_logits(z, t), logits)
        boundary = _find_boundary(fitted.head, x, logits.argmax(1), t)
        _compare_boundaries(measured, splits, (x, z), (boundary, fitted.encode(boundary, t)))
    return measured


def _compare_neighbors(measured: StepMeasures, splits: Mapping[str, Split], x: torch.Tensor, z: torch.Tensor) -> None:
    for name, split in splits.items():
        n = len(split.rows)
        k = min(FIDELITY_NEIGHBORS, (n - 1) // 2)
        if k == 0:
            continue
        spatial = spatial_fidelity(x[split.rows], z[split.rows], n_neighbors=k, rows=split.queried)
        by_chance = {"neighborhood_preservation": neighborhood_chance(n, k), "trustworthiness": 0.5, "continuity": 0.5}
        for metric, chance in by_chance.items():
            measured.values[metric][split.rows[split.queried]] = getattr(spatial, metric)
            measured.chance[metric][name] = chance


def _compare_predictions(measured: StepMeasures, splits: Mapping[str, Split], drawn: torch.Tensor, logits: torch.Tensor) -> None:
    measured.values["prediction_agreement"] = prediction_agreement(drawn, logits)
    measured.values["confidence_deviation"] = confidence_deviation(drawn, logits)
    for name, split in splits.items():
        drawn_here, logits_here = drawn[split.rows], logits[split.rows]
        measured.chance["prediction_agreement"][name] = _chance_agreement(drawn_here.argmax(1), logits_here.argmax(1))
        others = torch.randperm(len(split.rows), generator=torch.Generator().manual_seed(_SEED)).to(drawn.device)
        measured.chance["confidence_deviation"][name] = float(confidence_deviation(drawn_here[others], logits_here).mean())


def _chance_agreement(drawn: torch.Tensor, predicted: torch.Tensor) -> float:
    """Compute the agreement expected when the drawn classes are dealt to the samples at random."""
    n = len(drawn)
    size = int(max(drawn.max(), predicted.max())) + 1
    return float((torch.bincount(drawn, minlength=size) / n * torch.bincount(predicted, minlength=size) / n).sum())


def _find_boundary(head: Head, x: torch.Tensor, predictions: torch.Tensor, t: int) -> torch.Tensor:
    with torch.no_grad():
        return boundary_samples(x, predictions, logits_at(head, t), n_boundary=_N_BOUNDARY, seed=_SEED)


def _compare_boundaries(
    measured: StepMeasures,
    splits: Mapping[str, Split],
    samples: tuple[torch.Tensor, torch.Tensor],
    boundary: tuple[torch.Tensor, torch.Tensor],
) -> None:
    """Compare in representation and plane, given in this order."""
    m = len(boundary[0])
    k = min(FIDELITY_NEIGHBORS, m // 2)
    if k == 0:
        return
    for name, split in splits.items():
        rows = split.rows[split.queried]
        kept = boundary_preservation(samples[0][rows], samples[1][rows], *boundary, n_neighbors=k)
        measured.values["boundary_preservation"][rows] = kept
        measured.chance["boundary_preservation"][name] = k / m
