"""Measure every step of a fit and the whole film, per split, with what chance would score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from tb_timetravel.fidelity import jitter, jitter_chance, neighborhood_chance, prediction_agreement, spatial_fidelity, temporal_correlation
from tb_timetravel.schema import MetricInfo, Scores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tb_timetravel.fit import Fitted, Report
    from tb_timetravel.pipeline.source import Source
    from tb_timetravel.store import FilmStore

FIDELITY_NEIGHBORS = 15  # k of every neighbour measure, as in the literature of the field


def measure(
    films: FilmStore, source: Source, key: str, fitted: Fitted, progress: Report
) -> tuple[list[Scores], Scores, tuple[MetricInfo, ...]]:
    """Measure every step and the whole film, per split, and write each sample's values."""
    dynamics, device = source.dynamics, source.dynamics.device
    z = torch.from_numpy(fitted.embedding).to(device)
    splits = {name: source.rows(number) for number, name in enumerate(source.probe.split_names) if bool((source.splits == number).any())}
    steps: list[Scores] = []
    moved_x, moved_z = [], []
    agreement_chance: dict[str, list[float]] = {name: [] for name in splits}
    before: torch.Tensor | None = None
    for t, step in enumerate(source.steps):
        x = dynamics.representations(t)
        values = torch.full((dynamics.n_samples, 4), torch.nan, device=device)
        for rows in splits.values():
            k = min(FIDELITY_NEIGHBORS, (len(rows) - 1) // 2)
            if k > 0:
                spatial = spatial_fidelity(x[rows], z[t, rows], n_neighbors=k)
                values[rows, :3] = torch.stack([spatial.neighborhood_preservation, spatial.trustworthiness, spatial.continuity], 1)
        if dynamics.has_logits and fitted.head is not None:
            drawn = fitted.decoded_logits(z[t], t)
            values[:, 3] = prediction_agreement(drawn, dynamics.logits(t))
            for name, rows in splits.items():
                agreement_chance[name].append(_chance_agreement(drawn[rows].argmax(1), dynamics.logits(t)[rows].argmax(1)))
        scores: Scores = {
            metric: {name: _mean(values[rows, column]) for name, rows in splits.items()}
            for column, metric in enumerate(("neighborhood_preservation", "trustworthiness", "continuity", "prediction_agreement"))
        }
        if before is not None:
            moved_x.append((x - before).norm(dim=1))
            moved_z.append((z[t] - z[t - 1]).norm(dim=1))
        last = None if before is None else (moved_x[-1], moved_z[-1])
        scores["temporal_correlation"] = {
            n: None if last is None else temporal_correlation(last[0][r], last[1][r]) for n, r in splits.items()
        }
        scores["jitter"] = {n: None if last is None else jitter(last[0][r], z[t - 1, r], z[t, r]) for n, r in splits.items()}
        steps.append(scores)
        films.write_sample_fidelity(key, step.step, values.cpu().numpy().astype(np.float16))
        before = x
        progress("fidelity", (t + 1) / len(source.steps))
    whole: Scores = {"temporal_correlation": {}, "jitter": {}}
    for metric in steps[0]:
        whole[metric] = {name: _mean_known([scores[metric][name] for scores in steps]) for name in splits}
    if moved_x:
        all_x, all_z = torch.stack(moved_x), torch.stack(moved_z)
        whole["temporal_correlation"] = {name: temporal_correlation(all_x[:, rows], all_z[:, rows]) for name, rows in splits.items()}
    chance_jitter: dict[str, float | None] = {name: jitter_chance(z[-1, rows]) for name, rows in splits.items()}
    return steps, whole, _metric_infos(splits, agreement_chance, chance_jitter)


def _mean(values: torch.Tensor) -> float | None:
    return None if bool(values.isnan().any()) else float(values.mean())


def _mean_known(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _chance_agreement(drawn: torch.Tensor, predicted: torch.Tensor) -> float:
    """Compute the agreement expected when the drawn classes are dealt to the samples at random."""
    n = len(drawn)
    size = int(max(drawn.max(), predicted.max())) + 1
    return float((torch.bincount(drawn, minlength=size) / n * torch.bincount(predicted, minlength=size) / n).sum())


def _metric_infos(
    splits: Mapping[str, torch.Tensor], agreement: Mapping[str, list[float]], jitters: dict[str, float | None]
) -> tuple[MetricInfo, ...]:
    k = FIDELITY_NEIGHBORS
    kept: dict[str, float | None] = {
        name: neighborhood_chance(len(rows), min(k, (len(rows) - 1) // 2)) if len(rows) > 2 else None for name, rows in splits.items()
    }
    half: dict[str, float | None] = dict.fromkeys(splits, 0.5)
    zero: dict[str, float | None] = dict.fromkeys(splits, 0.0)
    agree: dict[str, float | None] = {name: float(np.mean(values)) if values else None for name, values in agreement.items()}
    share = (0.0, 1.0)
    texts = (
        (
            "neighborhood_preservation",
            "Neighbors kept",
            share,
            kept,
            f"Share of a sample's {k} nearest others that are nearest in the picture too.",
        ),
        (
            "trustworthiness",
            "Trustworthiness",
            share,
            half,
            "How far neighbors in the picture are neighbors in the representation; full ranks.",
        ),
        ("continuity", "Continuity", share, half, "How far neighbors in the representation are neighbors in the picture; full ranks."),
        (
            "prediction_agreement",
            "Prediction agreement",
            share,
            agree,
            "Share of samples that lie in the territory of the model's prediction.",
        ),
        (
            "temporal_correlation",
            "Temporal correlation",
            (-1.0, 1.0),
            zero,
            "Rank correlation of moves in the representation and in the picture.",
        ),
        ("jitter", "Jitter", (0.0, None), jitters, "Moves of samples that rested in the model, as a share of the picture's radius."),
    )
    return tuple(
        MetricInfo(
            metric=metric,
            label=label,
            description=text,
            range=bounds,
            better="lower" if metric == "jitter" else "higher",
            scope="both",
            n_neighbors=k if metric in ("neighborhood_preservation", "trustworthiness", "continuity") else None,
            chance=chance,
        )
        for metric, label, bounds, chance, text in texts
    )
