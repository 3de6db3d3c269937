"""What was worked out of each sample's log, as a page holds it: the values that the tab colours by, described as ``GET insight`` does."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tb_timetravel.errors import StoreError
from tb_timetravel.insight.descriptions import describe_columns
from tb_timetravel.store import InsightStore
from tb_timetravel.store.insights import choose_insight

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.export.source import Source


@dataclass(frozen=True, eq=False)
class InsightColumn:
    """A value per sample: what ``GET insight`` says of it, and the values as gzip of float32, NaN where there is none."""

    words: dict[str, Any]
    content: bytes


@dataclass(frozen=True, eq=False)
class PageInsight:
    """An insight's key, and its columns as far as there is room; so many are left out."""

    key: str
    columns: tuple[InsightColumn, ...]
    left_out: int


NOTHING = PageInsight("0" * 16, (), 0)


def insight_within(source: Source, room: int, cost: Callable[[InsightColumn], int]) -> PageInsight | None:
    """Read what was worked out of the data that a film shows, up to the first column that has no room; None where nothing was.

    Parameters
    ----------
    room : bytes for all of it.
    cost : how many bytes a column takes of a page.
    """
    store = InsightStore(source.reader.directory)
    known = [one for one in store.insights() if one.fingerprint == source.film.fingerprint and one.n_samples == source.probe.n_samples]
    insight = choose_insight(known, source.film.fingerprint, source.film.film)
    if insight is None:
        return None
    described, found = describe_columns(insight), []
    for words in described:
        try:
            values = store.column(insight, words["name"])
        except StoreError:
            continue  # it can be made again; a film is whole without it
        column = InsightColumn(words, gzip.compress(values.astype("<f4").tobytes(), mtime=0))
        room -= cost(column)
        if room < 0:
            break
        found.append(column)
    return PageInsight(insight.insight, tuple(found), len(described) - len(found))
