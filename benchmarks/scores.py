"""Measures of a picture that no film holds, by the functions that measure films."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from tb_timetravel.fidelity import (
    boundary_preservation,
    jitter,
    prediction_agreement,
    spatial_fidelity,
    temporal_correlation,
    temporal_ranking,
)
from tb_timetravel.fit.boundary import boundary_samples
from tb_timetravel.fit.heads import make_head
from tb_timetravel.pipeline.metrics import FIDELITY_NEIGHBORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tb_timetravel.fit import Fitted
    from tb_timetravel.pipeline.source import Source
    from tb_timetravel.schema import Scores

_N_BOUNDARY, _SEED = 500, 0  # as a film's own measure (pipeline/step_measures.py)
SPATIAL = ("neighborhood_preservation", "trustworthiness", "continuity")
_SAMPLES_PER_BATCH = 512


@dataclass(frozen=True, eq=False)
class Picture:
    """Where a method puts the samples of a run.

    Attributes
    ----------
    steps : positions, among the run's steps, of those that it drew.
    embedding : (n_drawn, n_samples, 2); NaN where a sample has no place.
    boundary : of each drawn step, (m, 2) positions of the boundary samples; None where it cannot place what it was not fitted on.
    """

    steps: Sequence[int]
    embedding: NDArray[np.float32]
    boundary: Sequence[NDArray[np.float32]] | None


def boundaries(source: Source, steps: Sequence[int]) -> list[torch.Tensor]:
    """Find boundary samples of some steps, (m, n_features) each."""
    dynamics, head = source.dynamics, make_head(source.dynamics, seed=_SEED)
    if head is None or dynamics.predictions is None:
        raise SystemExit("expected a run with logits, got one without; log logits, or compare another run")
    found = []
    for t in steps:
        at = torch.tensor([t], device=dynamics.device)
        found.append(
            boundary_samples(
                dynamics.representations(t),
                dynamics.predictions[t],
                lambda x, at=at: head.logits(x[None], at)[0],
                n_boundary=_N_BOUNDARY,
                seed=_SEED,
            )
        )
    return found


def placed_splits(source: Source, picture: Picture) -> dict[str, torch.Tensor]:
    """Give the rows of each split of which every sample has a place."""
    rows = {name: source.rows(number) for number, name in enumerate(source.probe.split_names)}
    return {name: own for name, own in rows.items() if len(own) and np.isfinite(picture.embedding[:, own.cpu().numpy()]).all()}


def spatial_scores(source: Source, picture: Picture, boundary_x: Sequence[torch.Tensor]) -> list[Scores]:
    """Measure each drawn step, per split; a sample's neighbours are those of its own split, as in a film."""
    splits, device = placed_splits(source, picture), source.dynamics.device
    scores = []
    for i, t in enumerate(picture.steps):
        x, z = source.dynamics.representations(t), torch.from_numpy(picture.embedding[i]).to(device)
        step: Scores = {metric: {} for metric in SPATIAL}
        for name, rows in splits.items():
            found = spatial_fidelity(x[rows], z[rows], n_neighbors=FIDELITY_NEIGHBORS)
            for metric in SPATIAL:
                step[metric][name] = float(getattr(found, metric).mean())
        n_nearest = min(FIDELITY_NEIGHBORS, len(boundary_x[i]) // 2)
        if picture.boundary is not None and n_nearest:
            there = torch.from_numpy(np.asarray(picture.boundary[i], dtype=np.float32)).to(device)
            kept = boundary_preservation(x, z, boundary_x[i], there, n_neighbors=n_nearest)
            step["boundary_preservation"] = {name: float(kept[rows].mean()) for name, rows in splits.items()}
        scores.append(step)
    return scores


def agreement_scores(source: Source, fitted: Fitted) -> list[Scores]:
    """Measure at each step on what share of each split the decoded position is classed as the sample is."""
    scores = []
    for t in range(source.dynamics.n_steps):
        z = torch.from_numpy(fitted.embedding[t]).to(source.dynamics.device)
        agrees = prediction_agreement(fitted.decoded_logits(z, t), source.dynamics.logits(t))
        rows = {name: source.rows(number) for number, name in enumerate(source.probe.split_names)}
        scores.append({"prediction_agreement": {name: float(agrees[own].mean()) for name, own in rows.items()}})
    return scores


def temporal_scores(source: Source, picture: Picture) -> tuple[list[Scores], Scores]:
    """Measure motion between drawn steps, per split: at each step, and the correlation over all of them."""
    splits, dynamics = placed_splits(source, picture), source.dynamics
    z = torch.from_numpy(picture.embedding).to(dynamics.device)
    steps: list[Scores] = [{"temporal_correlation": {}, "jitter": {}, "temporal_ranking": {}} for _ in picture.steps]
    moved_z = (z[1:] - z[:-1]).norm(dim=2)
    moved_x = torch.stack(
        [
            (dynamics.representations(after) - dynamics.representations(before)).norm(dim=1)
            for before, after in zip(picture.steps[:-1], picture.steps[1:], strict=True)
        ]
    )
    for name, rows in splits.items():
        for i in range(len(moved_x)):
            steps[i + 1]["temporal_correlation"][name] = temporal_correlation(moved_x[i, rows], moved_z[i, rows])
            steps[i + 1]["jitter"][name] = jitter(moved_x[i, rows], z[i, rows], z[i + 1, rows])
        for i, ranking in enumerate(_rankings(source, picture.steps, z, rows)):
            steps[i]["temporal_ranking"][name] = None if ranking.isnan().all() else float(ranking.nanmean())
    return steps, {
        "temporal_correlation": {name: temporal_correlation(moved_x[:, rows], moved_z[:, rows]) for name, rows in splits.items()}
    }


def _rankings(source: Source, steps: Sequence[int], z: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    at = torch.tensor(steps, device=z.device)
    return torch.cat([temporal_ranking(source.dynamics.rows(at, some), z[:, some]) for some in rows.split(_SAMPLES_PER_BATCH)], 1)
