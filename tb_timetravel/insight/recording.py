"""Everything that a log says of its samples, read once and stored for whoever looks at it."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tb_timetravel.insight.film import film_events, log_events
from tb_timetravel.insight.reading import columns_of, read_insight
from tb_timetravel.schema import Insight, InsightColumn, InsightKind
from tb_timetravel.store import data_fingerprint
from tb_timetravel.store.insights import JUMPS, KindEvents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from tb_timetravel.insight.events import StepEvents
    from tb_timetravel.schema import Film
    from tb_timetravel.store import FilmStore, ProbeReader
    from tb_timetravel.store.insights import InsightStore

VERSION = 1  # raised when the same log would be read differently, so that what an older version stored counts as another
_VALUES_SHARE = 0.7  # of the time that reading the values takes; the events take the rest


def insight_key(fingerprint: str, film: Film | None) -> str:
    """Name an insight by the data, the film and how they are read, in 16 hexadecimal digits."""
    frames = [step.frame for step in film.steps] if film is not None and film.live else []  # its key stays while it grows
    facts = [fingerprint, "" if film is None else film.film, frames, VERSION]
    return hashlib.blake2b(msgspec.json.encode(facts), digest_size=8).hexdigest()


def record_insight(
    reader: ProbeReader, store: InsightStore, films: FilmStore, film: Film | None, progress: Callable[[float, str], None]
) -> Insight:
    """Read a log for insight and store what it says; what is stored already is not read again.

    Parameters
    ----------
    film : whose events are told; None tells those of the log alone.
    progress : called with how much is done, from 0 to 1, and what is being read; may raise ``FitCancelled``.

    Raises
    ------
    NotFound : no step is logged, or one of the film's is not logged any more.
    StoreError : the log or the film cannot be read, or nothing can be written.
    """
    probe, steps = reader.probe(), reader.steps()
    fingerprint = data_fingerprint(probe, steps)
    key = insight_key(fingerprint, film)
    if store.is_whole(key):
        return store.insight(key)
    read = read_insight(reader, on_step=lambda position: progress(_VALUES_SHARE * position / len(steps), "values"))
    columns = {name: _as_stored(values) for name, values in columns_of(read).items()}
    evidence = np.stack(list(read.evidence.columns.values()), 1).astype(np.float32)
    n_events = len(steps) if film is None else len(film.steps)
    told = log_events(reader) if film is None else film_events(reader, films, film)
    numbers, kinds, events = _collect(told, lambda n: progress(_VALUES_SHARE + (1 - _VALUES_SHARE) * n / n_events, "events"))
    insight = Insight(
        insight=key,
        fingerprint=fingerprint,
        film=None if film is None else film.film,
        n_samples=probe.n_samples,
        has_labels=bool((np.asarray(reader.labels(probe)) >= 0).any()),
        created_at=time.time(),
        columns=tuple(InsightColumn(name=name, **_ends(values)) for name, values in columns.items()),
        evidence=tuple(read.evidence.columns),
        steps=tuple(numbers),
        kinds=kinds,
    )
    store.write(insight, columns, evidence, events)
    return insight


def _as_stored(values: NDArray[Any]) -> NDArray[np.float32]:
    """Give a column as float32, (n,); of one of whole numbers, -1 means none. Classes stay exact up to 2²⁴ of them."""
    return values.astype(np.float32) if values.dtype.kind == "f" else np.where(values < 0, np.nan, values).astype(np.float32)


def _ends(values: NDArray[np.float32]) -> dict[str, float | None]:
    finite = values[np.isfinite(values)]
    return {"low": float(finite.min()), "high": float(finite.max())} if len(finite) else {"low": None, "high": None}


def _collect(
    told: Iterable[StepEvents], on_step: Callable[[int], None]
) -> tuple[list[int], tuple[InsightKind, ...], Mapping[str, KindEvents]]:
    """Put the events of all steps behind each other, by kinds; a step without a kind that others have has none of it."""
    steps: list[int] = []
    samples: list[dict[str, NDArray[np.int32]]] = []  # half the memory of what is told
    targets, sizes = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
    for step in told:
        steps.append(step.step)
        samples.append({name: positions.astype(np.int32) for name, positions in step.samples.items()})
        targets.append(step.jump_targets.astype(np.int32))
        sizes.append(step.jump_sizes)
        on_step(len(steps))
    nothing = np.empty(0, np.int32)
    kinds, events = [], {}
    for name in dict.fromkeys(name for found in samples for name in found):
        of_kind = [found.get(name, nothing) for found in samples]
        counts = [len(found) for found in of_kind]
        kinds.append(InsightKind(kind=name, counts=tuple(counts)))
        jumps = (np.concatenate(targets), np.concatenate(sizes)) if name == JUMPS else (None, None)
        events[name] = KindEvents(np.concatenate(of_kind), np.cumsum([0, *counts], dtype=np.int64), *jumps)
    return steps, tuple(kinds), events
