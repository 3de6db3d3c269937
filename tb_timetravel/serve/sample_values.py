"""One value per sample at a step: how faithfully the step shows it, how often its prediction has changed by then, what the film tells."""

from __future__ import annotations

import itertools
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import NotFound
from tb_timetravel.frame import share_bytes
from tb_timetravel.serve.kept import Kept
from tb_timetravel.store import FilmStore, open_reader
from tb_timetravel.store.films import SAMPLE_FIDELITY, film_version

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tb_timetravel.schema import Film, Probe

FLIPS = "flips"
COLUMNS = (*SAMPLE_FIDELITY, FLIPS)
_USUAL = 0.98  # share of samples within the scale of flips; few waver many times more, and would leave one colour to all others
_ends: Kept[float] = Kept(64)  # of the scales of flips, each of a film as it is: all of its steps have to be gone through


def columns_of(directory: str, key: str) -> tuple[str, ...]:
    """Name the values that a film has of each sample at a step; a preview lacks fidelity, and a model without classes flips."""
    return (*COLUMNS, *(info.value for info in FilmStore(directory).film(key).values))


def pack_column(directory: str, key: str, *, step: int, version: str, column: str) -> bytes:
    """Pack a value of each sample at a step: ``TTV1`` with a byte each, or ``TTV2`` with a float32 each of a value that the film lists.

    After the mark stand uint32 n_samples and the ends of the scale as float32.

    Raises
    ------
    NotFound : there is no such step, the version is another, or the film has no such values.
    Corrupt : the stored values cannot be read.
    """
    store, probe = FilmStore(directory), open_reader(directory).probe()
    film = store.film(key)
    index = _index_of(film, step, version)
    told = [info.value for info in film.values]
    if column in told:
        info, own = film.values[told.index(column)], store.values(film, step, probe.n_samples)[:, told.index(column)]
        return struct.pack("<4sIff", b"TTV2", probe.n_samples, info.low, info.high) + own.astype("<f4").tobytes()
    if column == FLIPS:
        values, high = _flips(directory, film, probe, index)
    else:
        fidelity = store.sample_fidelity(key, step, probe.n_samples)
        values, high = fidelity[:, SAMPLE_FIDELITY.index(column)].astype(np.float32), 1.0
    return struct.pack("<4sIff", b"TTV1", probe.n_samples, 0.0, high) + share_bytes(values / high).tobytes()


def _index_of(film: Film, step: int, version: str) -> int:
    for index, known in enumerate(film.steps):
        if known.step == step and known.frame == version:
            return index
    raise NotFound(f"film {film.film} has no step {step} of version {version}; ask for the film again")


def _flips(directory: str, film: Film, probe: Probe, index: int) -> tuple[NDArray[np.float32], float]:
    """Count each sample's changes of prediction up to a step, (n_samples,), and say where the scale of all steps ends."""
    if probe.n_classes == 0:
        raise NotFound(f"film {film.film} has no predictions")
    predictions, _ = FilmStore(directory).history(film, probe.n_samples, probe.n_classes)

    def end() -> float:
        return max(1.0, float(np.ceil(np.quantile(_count_flips(predictions), _USUAL))))

    return _count_flips(predictions[: index + 1]).astype(np.float32), _ends.get((directory, film.film, film_version(film)), end)


def _count_flips(predictions: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.int32]:
    flips = np.zeros(predictions.shape[1], np.int32)
    for before, after in itertools.pairwise(predictions):
        flips += before != after  # a step at a time: all of them together may be larger than memory
    return flips
