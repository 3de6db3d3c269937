"""Draw every step of a fit and write it all, the film's record last."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from tb_timetravel.frame import Extent, Frame, Territory, encode_frame, quantise
from tb_timetravel.pipeline.beside import measure_apart
from tb_timetravel.pipeline.measure import measure
from tb_timetravel.schema import PREVIEW_METHOD, Beside, Film, FilmStep, MetricInfo, Scores, TerritoryInfo
from tb_timetravel.store.films import class_dtype
from tb_timetravel.territory import draw_territory, shared_extent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tb_timetravel.fit import Fitted, Report
    from tb_timetravel.pipeline.beside import OtherFilm
    from tb_timetravel.pipeline.source import FitOptions, Source
    from tb_timetravel.store import FilmStore

GRID_RESOLUTION = 256
_WRITERS = 4


def write_film(
    films: FilmStore, source: Source, key: str, method: str, settings: dict[str, Any], fitted: Fitted, options: FitOptions,
    progress: Report, timings: dict[str, float], other: OtherFilm | None = None,
) -> Film:  # fmt: skip
    """Draw and measure every step of a fit, and write it all, the film's record last.

    Parameters
    ----------
    other : the film beside which it was laid, in whose extent it then stands.
    """
    dynamics, n = source.dynamics, len(source.steps)
    extent = shared_extent(fitted.embedding) if other is None else other.plane.extent
    predictions, confidences = predictions_of(source)
    territories = []

    def write(t: int, territory: Territory | None) -> tuple[str, int]:
        frame = Frame(
            quantise(fitted.embedding[t], extent),
            None if predictions is None else predictions[t],
            None if confidences is None else confidences[t],
            territory,
        )
        content = encode_frame(frame)
        films.write_embedding(key, source.steps[t].step, fitted.embedding[t])
        return films.write_frame(key, source.steps[t].step, content), len(content)

    with ThreadPoolExecutor(_WRITERS) as writers:  # compressing takes longer than drawing does on a GPU, and waits for nobody
        written = []
        for t, step in enumerate(source.steps):
            territory = territory_at(fitted, extent, t, dynamics.device)
            if territory is not None:
                territories.append(territory.classes)
            written.append(writers.submit(write, t, territory))
            if source.told:
                films.write_values(key, step.step, np.concatenate([each.values(t) for each in source.told], 1))
            progress("territory", (t + 1) / n)
        frames = [each.result() for each in written]
    fidelity: list[Scores] = [{} for _ in source.steps]
    distances: list[dict[str, float | None]] = [{} for _ in source.steps]
    whole: Scores = {}
    metrics: tuple[MetricInfo, ...] = ()
    if method != PREVIEW_METHOD:
        fidelity, whole, metrics, distances = measure(films, source, key, fitted, territories, extent, progress)
        films.write_visualizer(key, fitted.weights)
    if predictions is not None and confidences is not None:
        films.write_history(key, predictions, confidences)
    steps = tuple(
        FilmStep(
            step=step.step,
            frame=frames[t][0],
            bytes=frames[t][1],
            flips=_flips(predictions, t),
            accuracy=accuracy_at(source, predictions, t),
            fidelity=fidelity[t],
            reconstruction_distance=distances[t],
            scores={metric: score for each in source.told for metric, score in each.scores(t).items()},
        )
        for t, step in enumerate(source.steps)
    )
    film = Film(
        film=key,
        method=method,
        settings=settings,
        fingerprint=source.fingerprint,
        seed=options.seed,
        device=dynamics.device.type,
        created_at=time.time(),
        extent=extent,
        grid_resolution=0 if fitted.head is None else GRID_RESOLUTION,
        territory=_territory_info(source, fitted),
        metrics=metrics,
        fidelity=whole,
        timings_s=dict(timings),
        values=tuple(info for each in source.told for info in each.infos),
        score_metrics=tuple(info for each in source.told for info in each.metrics),
        steps=steps,
        beside=None if other is None else _beside(other, fitted),
    )
    films.write_film(film)
    return film


def _beside(other: OtherFilm, fitted: Fitted) -> Beside:
    apart, by_chance = measure_apart(fitted.embedding, other.plane)
    return replace(other.record, apart=apart, apart_by_chance=by_chance)


def predictions_of(source: Source) -> tuple[NDArray[Any], NDArray[np.uint8]] | tuple[None, None]:
    """Predicted class and 255 · confidence at every step, (n_steps, n_samples) each."""
    dynamics = source.dynamics
    if dynamics.predictions is None:
        return None, None
    kind = class_dtype(source.probe.n_classes)
    confidences = [(dynamics.logits(t).softmax(1).amax(1) * 255.0).round().to(torch.uint8) for t in range(dynamics.n_steps)]
    return dynamics.predictions.cpu().numpy().astype(kind), torch.stack(confidences).cpu().numpy()


def territory_at(fitted: Fitted, extent: Extent, t: int, device: torch.device) -> Territory | None:
    """Draw a step's territory, where there is a head to draw it by."""
    if fitted.head is None:
        return None
    return draw_territory(lambda cells: fitted.decoded_logits(cells, t), extent, resolution=GRID_RESOLUTION, device=device)


def _territory_info(source: Source, fitted: Fitted) -> TerritoryInfo:
    """Say where the territories come from; for a surrogate, on what share of the samples it agrees with what it learned."""
    head, dynamics = fitted.head, source.dynamics
    if head is None:
        return TerritoryInfo(source="none")
    if head.source == "head":
        return TerritoryInfo(source="head", agreement=1.0)
    labels = torch.from_numpy(dynamics.labels).to(dynamics.device).long()
    shares = []
    for t in range(dynamics.n_steps):
        at = torch.tensor([t], device=dynamics.device)
        drawn = head.logits(dynamics.representations(t)[None], at)[0].argmax(1)
        wanted = labels if dynamics.predictions is None else dynamics.predictions[t]
        known = wanted >= 0
        shares.append(float((drawn[known] == wanted[known]).float().mean()))
    return TerritoryInfo(source="surrogate" if head.source == "surrogate" else "labels", agreement=float(np.mean(shares)))


def _flips(predictions: NDArray[Any] | None, t: int) -> int:
    return 0 if predictions is None or t == 0 else int((predictions[t] != predictions[t - 1]).sum())


def accuracy_at(source: Source, predictions: NDArray[Any] | None, t: int) -> dict[str, float | None]:
    """Measure the share of right predictions at a step, per split."""
    accuracy: dict[str, float | None] = {}
    for number, name in enumerate(source.probe.split_names):
        known = (source.splits == number) & (source.dynamics.labels >= 0)
        right = None if predictions is None or not known.any() else predictions[t][known] == source.dynamics.labels[known]
        accuracy[name] = None if right is None else float(right.mean())
    return accuracy
