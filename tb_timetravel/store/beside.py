"""Beside which film a fit may lay its own: that of another probe set which has some of the same samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.store.dynamics import data_fingerprint
from tb_timetravel.store.films import FilmStore, choose_film
from tb_timetravel.store.matching import Matched, match_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tb_timetravel.schema import Film, Probe
    from tb_timetravel.store.reading import ProbeReader

LEAST_IN_COMMON = 10  # with fewer, the rest of the samples would lie anywhere
_MIN_LAID_OUT = 30  # a training split smaller than this is no layout; all samples are laid out then


def laid_out_samples(reader: ProbeReader, probe: Probe) -> NDArray[np.int64]:
    """Name the samples that a layout places freely: the training split, or all where that is too small."""
    train = probe.split_names.index("train") if "train" in probe.split_names else -1
    laid_out = np.flatnonzero(reader.splits(probe) == train)
    return laid_out if len(laid_out) >= _MIN_LAID_OUT else np.arange(probe.n_samples)


def film_beside(reader: ProbeReader, other: ProbeReader, key: str | None = None) -> tuple[Film, Matched]:
    """Find the film beside which one of a probe set can be laid, and the samples that both have.

    Parameters
    ----------
    key : of the film; the one that the other probe set shows, if not given.

    Raises
    ------
    InvalidData : they are the same, or have too few samples in common.
    NotFound : the other has no such film, or none but a preview.
    StoreError : something cannot be read.
    """
    if reader.directory == other.directory:
        raise InvalidData("expected another run to lay this one beside, got the same run and tag; name another one")
    store = FilmStore(other.directory)
    if key is not None:
        film: Film | None = store.film(key)
    else:
        films = [film for film in store.films() if not film.is_preview]
        film = choose_film(films, data_fingerprint(other.probe(), other.steps()))
    if film is None or film.is_preview:
        raise NotFound(f"expected a film of {other.directory} to lay this run beside, found none; fit that one first")
    matched = match_samples(reader, other)
    n_laid_out = int(np.isin(matched.here, laid_out_samples(reader, reader.probe())).sum())
    if n_laid_out < LEAST_IN_COMMON:
        raise InvalidData(
            f"expected at least {LEAST_IN_COMMON} samples of the training split in common with {other.directory}, found {n_laid_out}; "
            "a sample is common where both runs log its id in a split of the same name"
        )
    return film, matched
