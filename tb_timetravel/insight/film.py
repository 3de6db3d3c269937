"""The steps of a film, or of a log alone, as events are told from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import NotFound
from tb_timetravel.frame import decode_frame
from tb_timetravel.insight.events import StepEvents, StepState, step_events
from tb_timetravel.store.films import SAMPLE_FIDELITY
from tb_timetravel.store.pairs import read_partners

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tb_timetravel.frame import Frame
    from tb_timetravel.schema import Film, FilmStep, LoggedStep
    from tb_timetravel.store import FilmStore, ProbeReader


def film_events(reader: ProbeReader, films: FilmStore, film: Film) -> Iterator[StepEvents]:
    """Tell the events of each step of a film, in order.

    Raises
    ------
    NotFound : a step of the film is not logged any more.
    StoreError : the log or the film cannot be read.
    """
    probe = reader.probe()
    logged = {step.step: step for step in reader.steps()}
    missing = [step.step for step in film.steps if step.step not in logged]
    if missing:
        raise NotFound(f"expected step {missing[0]} of film {film.film} in the log, found none; fit this run again")

    partners = read_partners(reader, probe)

    def state(step: FilmStep) -> StepState:
        snapshot, frame = reader.read(probe, logged[step.step]), decode_frame(films.frame(film.film, step.step, step.frame))
        return StepState(
            step=step.step,
            logits=snapshot.logits,
            representations=snapshot.representations,
            embedding=films.embedding(film.film, step.step, probe.n_samples),
            drawn=drawn_classes(frame),
            agreement=_agreement(films, film, step, probe.n_samples) if probe.has_logits else None,
            partners=partners,
        )

    if not film.steps:
        return iter(())
    return step_events(map(state, film.steps), np.asarray(reader.labels(probe)), final=state(film.steps[-1]))


def log_events(reader: ProbeReader) -> Iterator[StepEvents]:
    """Tell the events of each logged step, in order, but for those that only a film shows.

    Raises
    ------
    StoreError : the log cannot be read.
    """
    probe, logged = reader.probe(), reader.steps()
    partners = read_partners(reader, probe)

    def state(step: LoggedStep) -> StepState:
        snapshot = reader.read(probe, step)
        return StepState(step=step.step, logits=snapshot.logits, representations=snapshot.representations, partners=partners)

    if not logged:
        return iter(())
    return step_events(map(state, logged), np.asarray(reader.labels(probe)), final=state(logged[-1]))


def drawn_classes(frame: Frame) -> NDArray[np.int64] | None:
    """Name the class of the territory under each dot, (n,); None without a territory."""
    if frame.territory is None:
        return None
    resolution = len(frame.territory.classes)
    column, row = (frame.positions.astype(np.int64) * resolution // 65536).T  # row 0 is y_min
    drawn: NDArray[np.int64] = frame.territory.classes[row, column].astype(np.int64)
    return drawn


def _agreement(films: FilmStore, film: Film, step: FilmStep, n_samples: int) -> NDArray[np.float16] | None:
    try:
        return films.sample_fidelity(film.film, step.step, n_samples)[:, SAMPLE_FIDELITY.index("prediction_agreement")]
    except NotFound:  # a preview has none
        return None
