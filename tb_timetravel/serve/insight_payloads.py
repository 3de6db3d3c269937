"""What the routes of insight answer, as plain data: from a probe set's directory and plain arguments to dict or bytes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import InvalidData, StoreError
from tb_timetravel.insight.descriptions import EVENTS, describe_columns
from tb_timetravel.insight.recording import insight_key
from tb_timetravel.serve.payloads import command
from tb_timetravel.store import FilmStore, InsightStore, data_fingerprint, open_reader
from tb_timetravel.store.insights import choose_insight

if TYPE_CHECKING:
    from tb_timetravel.schema import Insight, InsightStatus

_MAX_UINT32 = 2**32 - 1


def describe_insight(
    directory: str, status: InsightStatus, *, film: str | None, run: str, tag: str, logdir: str, cannot: str | None
) -> dict[str, Any]:
    """Describe what was read of a log for insight, and what reading is going on."""
    reader = open_reader(directory)
    probe, steps = reader.probe(), reader.steps()
    fingerprint = data_fingerprint(probe, steps)
    found = choose_insight(InsightStore(directory).insights(), fingerprint, film)
    has_labels = found.has_labels if found is not None else probe.n_classes > 0 and bool((np.asarray(reader.labels(probe)) >= 0).any())
    return {
        "state": status.state,
        "position": status.position,
        "fraction": status.fraction,
        "eta_s": status.eta_s,
        "error": status.error,
        "last_words": status.last_words,
        "insight": None if found is None else found.insight,
        "film": None if found is None else found.film,
        "stale": found is not None and (found.fingerprint != fingerprint or not _has_all_steps(directory, found)),
        "columns": [] if found is None else describe_columns(found),
        "kinds": [] if found is None else [
            {"kind": kind.kind, **EVENTS[kind.kind].as_plain(), "counts": kind.counts} for kind in found.kinds if kind.kind in EVENTS
        ],
        "steps": [] if found is None else found.steps,
        "has_labels": has_labels,
        "command": command("insight", directory, run=run, tag=tag, logdir=logdir, options=[] if film is None else ["--film", film]),
        "cannot": cannot,
    }  # fmt: skip


def _has_all_steps(directory: str, insight: Insight) -> bool:
    """Tell whether a live film is as it was when its events were told."""
    try:
        film = None if insight.film is None else FilmStore(directory).film(insight.film)
    except StoreError:  # it is gone: the events are of what it was
        return True
    return film is None or not film.live or insight_key(insight.fingerprint, film) == insight.insight


def why_nothing_to_read(directory: str) -> str | None:
    """Say why a log says nothing yet, None where it says something."""
    return None if open_reader(directory).steps() else "no step is logged yet, so there is nothing to read; log one"


def pack_values(directory: str, key: str, column: str) -> bytes:
    """Pack a column: ``TTC1``, uint32 n_samples, float64 per sample, NaN where there is none.

    Raises
    ------
    NotFound : there is no such insight or column.
    Corrupt : the stored values cannot be read.
    """
    store = InsightStore(directory)
    insight = store.insight(key)
    return struct.pack("<4sI", b"TTC1", insight.n_samples) + store.column(insight, column).astype("<f8").tobytes()


def pack_events(directory: str, key: str, kind: str) -> bytes:
    """Pack the events of a kind: ``TTE1``, uint32 n_steps, uint32 offsets (n_steps + 1), uint32 positions.

    Of confidence jumps there follow int32 targets and float32 sizes, one per position.

    Raises
    ------
    NotFound : there is no such insight or kind.
    Corrupt : the stored events cannot be read.
    InvalidData : they are too many for 32 bits.
    """
    store = InsightStore(directory)
    insight = store.insight(key)
    found = store.events(insight, kind)
    if len(found.positions) > _MAX_UINT32:
        raise InvalidData(f"expected at most {_MAX_UINT32} events of a kind, found {len(found.positions)}; log fewer steps")
    arrays = [found.offsets.astype("<u4"), found.positions.astype("<u4")]
    if found.targets is not None and found.sizes is not None:
        arrays += [found.targets.astype("<i4"), found.sizes.astype("<f4")]
    return struct.pack("<4sI", b"TTE1", len(insight.steps)) + b"".join(array.tobytes() for array in arrays)
