"""The film beside which another is laid: what of it a fit must know, and how near the same samples then lie in both.

Steps correspond by their numbers, as the tab holds two films side by side: between two steps of the other film samples stand between their
places, before its first and after its last at those. Where the two have hardly a step number in common, as when one counts epochs and the
other batches, they correspond by how far they are from the first step to the last.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tb_timetravel.errors import Corrupt
from tb_timetravel.fit.shared_plane import PullConfig, SharedPlane
from tb_timetravel.schema import Beside
from tb_timetravel.store import FilmStore, open_reader
from tb_timetravel.store.beside import film_beside
from tb_timetravel.store.choices import check_choices
from tb_timetravel.store.films import film_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tb_timetravel.pipeline.source import FitOptions, Source
    from tb_timetravel.schema import Film
    from tb_timetravel.store import ProbeReader

_LEAST_OVERLAP = 0.1  # of the longer range of step numbers


@dataclass(frozen=True, eq=False)
class OtherFilm:
    """A finished film, which another one is laid beside.

    Attributes
    ----------
    record : what the new film says of it; how far samples are apart is not known yet.
    plane : with the places of the samples that both have.
    """

    record: Beside
    plane: SharedPlane

    def settings(self) -> dict[str, int | float | str | bool | None]:
        """Give what a film's key and record must tell, by name."""
        pull = {f"beside.{name}": value for name, value in asdict(self.plane.config).items()}
        return {"beside.film": self.record.film, "beside.version": self.record.version, **pull}


def open_beside(reader: ProbeReader, source: Source, options: FitOptions) -> OtherFilm | None:
    """Read the film beside which one is to be laid, None where it is to have a plane of its own.

    Raises
    ------
    InvalidData : the two are the same, or have too few samples in common, or the method lays none beside another.
    NotFound : there is no film to lay one beside.
    StoreError : something cannot be read.
    """
    asked = options.beside
    if asked is None:
        return None
    check_choices(method=options.method, end=options.end, follow=False, beside=True)
    other = open_reader(asked.directory)
    film, matched = film_beside(reader, other, asked.film)
    steps = [step.step for step in source.steps]
    at, aligned = corresponding(steps, [step.step for step in film.steps])
    places = _places(FilmStore(asked.directory), film, other.probe().n_samples, matched.there, at)
    record = Beside(
        run=asked.run, tag=asked.tag, film=film.film, version=film_version(film), aligned=aligned, n_matched=len(matched),
        apart=None, apart_by_chance=None,
    )  # fmt: skip
    return OtherFilm(record, SharedPlane(matched.here, places, film.extent, PullConfig()))


def corresponding(steps: Sequence[int], others: Sequence[int]) -> tuple[NDArray[np.float64], Literal["step", "progress"]]:
    """Say where in another film each step has its like.

    Parameters
    ----------
    steps, others : numbers of the steps of both films, in order.

    Returns
    -------
    Positions among the others, (n_steps,), between two of them where no step has the number; and by what they were found.
    """
    lengths = steps[-1] - steps[0], others[-1] - others[0]
    overlap = min(steps[-1], others[-1]) - max(steps[0], others[0])
    position = np.arange(len(others), dtype=np.float64)
    if overlap >= _LEAST_OVERLAP * max(lengths) or min(lengths) == 0:
        return np.interp(steps, others, position), "step"
    shifted = [others[0] + (step - steps[0]) / lengths[0] * lengths[1] for step in steps]
    return np.interp(shifted, others, position), "progress"


def _places(films: FilmStore, film: Film, n_samples: int, rows: NDArray[np.int64], at: NDArray[np.float64]) -> NDArray[np.float32]:
    """Read where a film has some samples at positions among its steps, (n_positions, n_rows, 2)."""
    last = len(film.steps) - 1
    places = np.empty((len(at), len(rows), 2), np.float32)
    for place, position in zip(places, at, strict=True):
        before = int(position)
        share = position - before
        place[:] = films.embedding(film.film, film.steps[before].step, n_samples)[rows]
        if share > 0:
            place += share * (films.embedding(film.film, film.steps[min(before + 1, last)].step, n_samples)[rows] - place)
    if not np.isfinite(places).all():
        raise Corrupt(f"expected finite positions in the film {film.film} in {films.directory}, found others; fit that run again")
    return places


def measure_apart(embedding: NDArray[np.float32], plane: SharedPlane) -> tuple[float, float]:
    """Measure how far samples are from themselves in the other film, and by chance: from another sample, drawn at random.

    Parameters
    ----------
    embedding : (n_steps, n_samples, 2).

    Returns
    -------
    Means over all steps and samples, as shares of the plane's width.
    """
    rows = plane.samples
    order = np.random.default_rng(0).permutation(len(rows))
    partner = np.empty_like(order)
    partner[order] = np.roll(order, 1)  # nobody is his own
    width = max(plane.extent[1] - plane.extent[0], plane.extent[3] - plane.extent[2])
    pairs = [(z[rows], places) for z, places in zip(embedding, plane.places, strict=True)]
    apart = np.mean([np.linalg.norm(z - places, axis=1).mean() for z, places in pairs])
    chance = np.mean([np.linalg.norm(z - places[partner], axis=1).mean() for z, places in pairs])
    return float(apart / width), float(chance / width)
