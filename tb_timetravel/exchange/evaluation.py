"""How good the subject model and a film are at each step, as the JSON files that the Time-Travelling Visualizer writes, and as scalars.

A fit writes what its film stores. A command of its own writes all of it, for films of any age: some keys need the log read once more, which
takes longer than a fit does on a GPU. ``formats.md`` says what each key means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tb_timetravel.errors import NotFound
from tb_timetravel.exchange.event_file import Point
from tb_timetravel.exchange.ways import ways_eval
from tb_timetravel.schema import DEFAULT_TAG
from tb_timetravel.store import results_directory
from tb_timetravel.store.files import join, write_bytes
from tb_timetravel.store.films import SAMPLE_FIDELITY
from tb_timetravel.store.places import keeping_results

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tb_timetravel.schema import Film, FilmStep, MetricInfo, Probe
    from tb_timetravel.store import FilmStore, ProbeReader

Table = dict[str, dict[str, object]]  # key -> step (of one key, k) -> value, as JSON has it

_SPLITS = ("train", "test")
_MAX_BOUNDARY_CHANCE = 0.3  # above, the boundary samples may have been too few for k of them


def subject_eval(reader: ProbeReader) -> dict[str, dict[str, float]]:
    """Measure the subject model's accuracy at every logged step, ``{"train_acc": {"1": …}, "test_acc": …}``; other splits likewise.

    Raises
    ------
    NotFound : no logits or no labels were logged.
    StoreError
    """
    probe = reader.probe()
    labels, splits = reader.labels(probe), reader.splits(probe)
    if not probe.has_logits or not (labels >= 0).any():
        what = "labels" if probe.has_logits else "logits"
        raise NotFound(f"expected {what} in {reader.directory}, found none; accuracy needs both logits and labels, log them")
    rows = {name: np.flatnonzero((splits == number) & (labels >= 0)) for number, name in enumerate(probe.split_names)}
    table: dict[str, dict[str, float]] = {f"{name}_acc": {} for name in dict.fromkeys((*_SPLITS, *rows))}
    for step in reader.steps():
        logits = reader.read(probe, step).logits
        if logits is None:
            continue
        right = logits.argmax(1) == labels
        for name, chosen in rows.items():
            if len(chosen):
                table[f"{name}_acc"][str(step.step)] = float(right[chosen].mean())
    return table


def write_eval(directory: str, name: str, table: Table | dict[str, dict[str, float]]) -> str:
    """Write ``<name>_eval.json`` among the results of a probe set; give its path.

    Raises
    ------
    StoreError : it cannot be written there.
    """
    path = join(results_directory(directory), f"{name}_eval.json")
    with keeping_results(directory):
        write_bytes(path, msgspec.json.format(msgspec.json.encode(table), indent=1) + b"\n")
    return path


def film_eval(reader: ProbeReader, films: FilmStore, film: Film, *, ways: bool) -> Table:
    """Bring a film's measures into the keys of ``{EVALUATION_NAME}.json``; keys that are not defined for it are left out.

    Parameters
    ----------
    ways : also measure what the film does not hold, see `ways_eval`, for which the log is read.

    Raises
    ------
    StoreError
    """
    probe = reader.probe()
    splits = reader.splits(probe)
    metrics = {info.metric: info for info in film.metrics}
    table: Table = {}
    for split in (name for name in _SPLITS if name in probe.split_names):
        rows = np.flatnonzero(splits == probe.split_names.index(split))
        for step in film.steps:
            agreement = _score(step, "prediction_agreement", split)
            found = {
                f"{split}_acc": step.accuracy.get(split),
                f"nn_{split}": _kept_neighbors(step, split, metrics, len(rows)),
                f"b_{split}": _kept_boundary(step, split, metrics),
                f"ppr_{split}": agreement,
                f"vis_error_{split}": None if agreement is None else _count_errors(films, film, step, probe, rows),
                f"ppr_dist_{split}": step.reconstruction_distance.get(split),
                f"tr_{split}": _score(step, "temporal_ranking", split),
            }
            for key, value in found.items():
                if value is not None:
                    table.setdefault(key, {})[str(step.step)] = value
        if ways:
            table |= {_key_of_ways(key, split): values for key, values in ways_eval(reader, films, film, split).items()}
    return table


def _key_of_ways(key: str, split: str) -> str:
    return f"temporal_{split}_mean" if key == "temporal_mean" else f"{key}_{split}"


def _score(step: FilmStep, metric: str, split: str) -> float | None:
    return step.fidelity.get(metric, {}).get(split)


def _kept_neighbors(step: FilmStep, split: str, metrics: dict[str, MetricInfo], n: int) -> dict[str, float] | None:
    share, info = _score(step, "neighborhood_preservation", split), metrics.get("neighborhood_preservation")
    if share is None or info is None or info.n_neighbors is None:
        return None
    k = min(info.n_neighbors, (n - 1) // 2)  # a fit compares fewer where there are few samples
    return {str(k): k * share}


def _kept_boundary(step: FilmStep, split: str, metrics: dict[str, MetricInfo]) -> dict[str, float] | None:
    share, info = _score(step, "boundary_preservation", split), metrics.get("boundary_preservation")
    if share is None or info is None or info.n_neighbors is None:
        return None
    chance = info.chance.get(split)
    if chance is None or chance > _MAX_BOUNDARY_CHANCE:
        return None
    return {str(info.n_neighbors): info.n_neighbors * share}


def _count_errors(films: FilmStore, film: Film, step: FilmStep, probe: Probe, rows: NDArray[np.int64]) -> int:
    values = films.sample_fidelity(film.film, step.step, probe.n_samples)[rows]
    return int((values[:, SAMPLE_FIDELITY.index("prediction_agreement")] == 0).sum())


def accuracy_points(reader: ProbeReader, tag: str, table: dict[str, dict[str, float]]) -> Iterator[Point]:
    """Give the accuracies of `subject_eval` as scalars ``timetravel/accuracy/<split>``; a tag of one's own stands before."""
    times = {str(step.step): reader.wall_time(step) for step in reader.steps()}
    for key, values in table.items():
        for step, value in values.items():
            yield Point(f"{_prefix(tag)}/accuracy/{key.removesuffix('_acc')}", int(step), value, times[step])


def fidelity_points(reader: ProbeReader, tag: str, film: Film) -> Iterator[Point]:
    """Give a film's measures as scalars ``timetravel/<method>/<metric>/<split>``."""
    times = {step.step: reader.wall_time(step) for step in reader.steps()}
    for step in film.steps:
        for metric, of_splits in step.fidelity.items():
            for split, value in of_splits.items():
                if value is not None:
                    yield Point(f"{_prefix(tag)}/{film.method}/{metric}/{split}", step.step, value, times.get(step.step, film.created_at))


def _prefix(tag: str) -> str:
    return "timetravel" if tag == DEFAULT_TAG else f"timetravel/{tag}"
