"""Measure every step of a fit and the whole film, per split, with what chance would score."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from tb_timetravel.fidelity import temporal_correlation
from tb_timetravel.pipeline.metrics import METRICS, N_FOLLOWED, describe_metrics
from tb_timetravel.pipeline.motion_measures import measure_flicker, measure_move, measure_ranking
from tb_timetravel.pipeline.step_measures import Split, StepMeasures, measure_step
from tb_timetravel.store.films import SAMPLE_FIDELITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from tb_timetravel.fit import Fitted, Report
    from tb_timetravel.frame import Extent
    from tb_timetravel.pipeline.source import Source
    from tb_timetravel.schema import MetricInfo, Scores
    from tb_timetravel.store import FilmStore

_MAX_PAIRS = {"cpu": 250_000_000, "cuda": 40_000_000_000}  # distances per split and step; above, neighbours of some samples are compared
_RANKING_SHARE = 0.1  # of the time that measuring takes, for the progress bar


def measure(
    films: FilmStore,
    source: Source,
    key: str,
    fitted: Fitted,
    territories: Sequence[NDArray[Any]],
    extent: Extent,
    progress: Report,
) -> tuple[list[Scores], Scores, tuple[MetricInfo, ...], list[dict[str, float | None]]]:
    """Measure every step and the whole film, per split, and write each sample's values.

    In splits so large that comparing all pairs of samples could take longer than the fit (above 16,000 samples on a CPU, 200,000 on
    CUDA), neighbours are compared for some samples only, drawn with equal chances and the same at every step, against the whole split:
    the means are unbiased, ranks stay full and exact, and the other samples have no value of their own (NaN).

    Parameters
    ----------
    territories : class of every cell, (g, g), at each step; none without a head.
    extent : of the territories.

    Returns
    -------
    Scores of each step, scores of the whole film, and what the metrics mean, None where a metric is not defined; and per step the mean
    distance of representations from what is decoded from their places.
    """
    dynamics = source.dynamics
    z = torch.from_numpy(fitted.embedding).to(dynamics.device)
    splits = splits_of(source)
    scores: list[Scores] = []
    chance: list[Scores] = []
    moved: list[torch.Tensor] = []
    distances: list[dict[str, float | None]] = []
    before = dynamics.representations(0)
    for t, step in enumerate(source.steps):
        x = dynamics.representations(t)
        measured = measure_step(dynamics, fitted, x, z[t], t, splits)
        films.write_sample_fidelity(key, step.step, _sample_fidelity(measured))
        scores.append({metric: {name: _mean(values[s.rows]) for name, s in splits.items()} for metric, values in measured.values.items()})
        chance.append(measured.chance)
        distances.append(measured.mean_distances(splits))
        if t > 0:
            moved.append((x - before).norm(dim=1))
            of_move, by_chance = measure_move(moved[-1], z[t - 1], z[t], splits)
            scores[t] |= of_move
            chance[t] |= by_chance
        before = x
        progress("fidelity", (1.0 - _RANKING_SHARE) * (t + 1) / len(source.steps))
    if territories:
        for t, (shares, by_chance) in enumerate(measure_flicker(territories, z, dynamics.predictions, extent, splits), 1):
            scores[t] |= shares
            chance[t] |= by_chance
    ranking = measure_ranking(dynamics, z, splits, lambda done: progress("fidelity", 1.0 - _RANKING_SHARE * (1.0 - done)))
    for t in range(len(scores)):
        scores[t]["temporal_ranking"] = {name: _mean(values[t]) for name, values in ranking.items()}
        chance[t]["temporal_ranking"] = dict.fromkeys(splits, 0.0)
    whole = mean_over_steps(scores, splits)
    if moved:
        all_x, all_z = torch.stack(moved), (z[1:] - z[:-1]).norm(dim=2)
        whole["temporal_correlation"] = {name: temporal_correlation(all_x[:, s.rows], all_z[:, s.rows]) for name, s in splits.items()}
    steps = [mean_over_steps([of_step], splits) for of_step in scores]  # every metric by name, None where there is no value
    return steps, whole, describe_metrics(mean_over_steps(chance, splits), _neighbor_note(splits)), distances


def measure_next(
    films: FilmStore, source: Source, key: str, fitted: Fitted, embedding: NDArray[np.float32], territories: Sequence[NDArray[Any]],
    extent: Extent,
) -> tuple[Scores, Scores, dict[str, float | None]]:  # fmt: skip
    """Measure the last step of a source, which is fitted alone, per split, and write each sample's values.

    Its temporal ranking is over the steps of the source.

    Parameters
    ----------
    embedding : (n_steps, n_samples, 2) positions at all steps of the source.
    territories : class of every cell, (g, g), at the step before and at this one; none without a head.

    Returns
    -------
    Scores, what chance would score, and the mean distance of representations from what is decoded from their places.
    """
    pair = replace(source.dynamics, steps=source.dynamics.steps[-2:])
    alone = replace(pair, steps=pair.steps[-1:])
    z, splits = torch.from_numpy(embedding).to(pair.device), splits_of(source)
    x, before = pair.representations(1), pair.representations(0)
    measured = measure_step(alone, fitted, x, z[-1], 0, splits)
    films.write_sample_fidelity(key, source.steps[-1].step, _sample_fidelity(measured))
    scores: Scores = {metric: {name: _mean(values[s.rows]) for name, s in splits.items()} for metric, values in measured.values.items()}
    chance = measured.chance
    moves = [measure_move((x - before).norm(dim=1), z[-2], z[-1], splits)]
    moves += measure_flicker(territories, z[-2:], pair.predictions, extent, splits) if territories else []
    for more_scores, more_chance in moves:
        scores |= more_scores
        chance |= more_chance
    ranking = measure_ranking(source.dynamics, z, splits, lambda _: None)
    scores["temporal_ranking"] = {name: _mean(values[-1]) for name, values in ranking.items()}
    chance["temporal_ranking"] = dict.fromkeys(splits, 0.0)
    return mean_over_steps([scores], splits), chance, measured.mean_distances(splits)


def splits_of(source: Source) -> dict[str, Split]:
    """Name the splits that have samples."""
    return {name: _split(source.rows(number)) for number, name in enumerate(source.probe.split_names) if (source.splits == number).any()}


def _split(rows: torch.Tensor) -> Split:
    n = len(rows)
    return Split(rows, _choose(n, max(1, _MAX_PAIRS[rows.device.type] // n)).to(rows.device), _choose(n, N_FOLLOWED).to(rows.device))


def _choose(n: int, n_chosen: int) -> torch.Tensor:
    """Draw up to so many of n with equal chances, always the same ones, in ascending order."""
    return torch.randperm(n, generator=torch.Generator().manual_seed(0))[:n_chosen].sort().values


def _neighbor_note(splits: Mapping[str, Split]) -> str:
    parts = [f"{len(s.queried):,} of {len(s.rows):,} {name}" for name, s in splits.items() if len(s.queried) < len(s.rows)]
    return f" Measured on a random {' and '.join(parts)} samples." if parts else ""


def _sample_fidelity(measured: StepMeasures) -> NDArray[np.float16]:
    return torch.stack([measured.values[metric] for metric in SAMPLE_FIDELITY], 1).cpu().numpy().astype(np.float16)


def _mean(values: torch.Tensor) -> float | None:
    """Average what was measured and is defined."""
    mean = float(values.nanmean())
    return None if math.isnan(mean) else mean


def mean_over_steps(tables: Sequence[Scores], splits: Iterable[str]) -> Scores:
    """Average what is known, for every metric and split; None where nothing is."""
    whole: Scores = {}
    for info in METRICS:
        known = {name: [v for table in tables if (v := table.get(info.metric, {}).get(name)) is not None] for name in splits}
        whole[info.metric] = {name: float(np.mean(values)) if values else None for name, values in known.items()}
    return whole
