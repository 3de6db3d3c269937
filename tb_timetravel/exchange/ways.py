"""How well a film keeps the ways of samples through all its steps, under the keys of the Time-Travelling Visualizer.

All steps of some samples are compared at once: as many, evenly spread over the split, as fit a bound of memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from tb_timetravel.errors import NotFound
from tb_timetravel.fidelity import nearest_steps_kept, stage_ranking, stillness, weighted_ranking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tb_timetravel.schema import Film, LoggedStep
    from tb_timetravel.store import FilmStore, ProbeReader

N_NEIGHBORS = 15
N_NEAREST_STEPS = 5
_MOST_SAMPLES = 1000
_MOST_NUMBERS = 2**26  # representations of the followed samples, and distances between their steps
_BLOCK = 2**25  # distances between samples at a time


def ways_eval(reader: ProbeReader, films: FilmStore, film: Film, split: str) -> dict[str, dict[str, object]]:
    """Measure a split, key without the split's name -> step, or k for ``temporal_mean`` -> value; keys that are not defined are left out.

    Raises
    ------
    NotFound : a step of the film is not logged any more.
    StoreError
    """
    probe, logged = reader.probe(), {step.step: step for step in reader.steps()}
    missing = [step.step for step in film.steps if step.step not in logged]
    if missing:
        raise NotFound(f"expected step {missing[0]} of film {film.film} in the log, found none; fit this run again")
    numbers = [step.step for step in film.steps]
    rows = np.flatnonzero(reader.splits(probe) == probe.split_names.index(split))
    k = min(N_NEIGHBORS, (len(rows) - 1) // 2)
    if k < 1 or not numbers:
        return {}
    chosen = _spread(len(rows), _most_followed(len(numbers), probe.n_features))
    x, near = _read(reader, [logged[number] for number in numbers], rows, chosen, k)
    z = torch.from_numpy(np.stack([films.embedding(film.film, number, probe.n_samples)[rows[chosen]] for number in numbers]))
    kept = (near[1:, :, :, None] == near[:-1, :, None, :]).sum((-2, -1)) / k
    of_moves = _mean(stillness(torch.from_numpy(kept), (z[1:] - z[:-1]).norm(dim=-1))[None])[0]
    nearest = [None if share is None else {str(N_NEAREST_STEPS): N_NEAREST_STEPS * share}
               for share in _mean(nearest_steps_kept(x, z, n_nearest=N_NEAREST_STEPS))]  # fmt: skip
    table: dict[str, dict[str, object]] = {
        "tnn": _by_step(numbers, nearest),
        "wtr": _by_step(numbers, _mean(weighted_ranking(x, z))),
        "tlr": _by_step(numbers, _mean(stage_ranking(x, z))),
        "temporal_mean": {} if of_moves is None else {str(k): of_moves},
    }
    return {key: values for key, values in table.items() if values}


def _most_followed(n_steps: int, n_features: int) -> int:
    return max(1, min(_MOST_SAMPLES, _MOST_NUMBERS // (n_steps * max(n_features, n_steps))))


def _spread(n: int, most: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.int64))


def _read(
    reader: ProbeReader, steps: list[LoggedStep], rows: NDArray[np.int64], chosen: NDArray[np.int64], k: int
) -> tuple[torch.Tensor, NDArray[np.int64]]:
    """Read the chosen samples at all steps, (n_steps, b, n_features), and find their nearest of the split, (n_steps, b, k)."""
    probe = reader.probe()
    x = torch.empty(len(steps), len(chosen), probe.n_features)
    near = np.empty((len(steps), len(chosen), k), np.int64)
    for at, step in enumerate(steps):
        here = torch.from_numpy(np.asarray(reader.read(probe, step).representations[rows], np.float32))
        x[at] = here[torch.from_numpy(chosen)]
        near[at] = _nearest(here, chosen, k)
    return x, near


def _nearest(points: torch.Tensor, chosen: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    found = []
    for block in torch.from_numpy(chosen).split(max(1, _BLOCK // len(points))):
        distances = torch.cdist(points[block], points)
        distances[torch.arange(len(block)), block] = torch.inf
        found.append(distances.topk(k, largest=False).indices)
    return torch.cat(found).numpy()


def _mean(values: torch.Tensor) -> list[float | None]:
    """Average each step's samples, (n_steps, b); None where none has a value."""
    return [None if np.isnan(mean) else mean for mean in values.nanmean(1).tolist()]


def _by_step(numbers: Iterable[int], values: Iterable[object]) -> dict[str, object]:
    return {str(number): value for number, value in zip(numbers, values, strict=True) if value is not None}
