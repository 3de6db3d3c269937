"""The columns of the samples as a page holds them: compressed, numbers in single precision where that tells as much."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tb_timetravel.schema import ColumnInfo, Probe
    from tb_timetravel.store import ProbeReader
    from tb_timetravel.store.columns import SampleColumn

_FINE = 1e-6  # share of a column's span that single precision may take: colours have 254 shades, a ramp's ends four digits


@dataclass(frozen=True, eq=False)
class PageColumn:
    """A column, and its values as gzip: float32 or float64 of numbers, uint8 of categories, a JSON list of texts."""

    info: ColumnInfo
    content: bytes


def columns_within(reader: ProbeReader, probe: Probe, room: int, cost: Callable[[PageColumn], int]) -> tuple[list[PageColumn], int]:
    """Read columns in their order, targets and partners first, up to the first that has no room; only compressed ones are kept.

    Parameters
    ----------
    room : bytes for all of them.
    cost : how many bytes a column takes of a page.

    Returns
    -------
    columns : the first ones of the probe set.
    left : bytes that are left of the room.

    Raises
    ------
    StoreError : they cannot be read.
    """
    found: list[PageColumn] = []
    for number in range(probe.n_columns):
        column = pack_column(reader.column(probe, number))
        taken = cost(column)
        if taken > room:
            break
        room -= taken
        found.append(column)
    return found, room


def pack_column(column: SampleColumn) -> PageColumn:
    """Compress the values of a column."""
    values = column.values
    packed = _numbers(values) if column.info.kind == "number" and not isinstance(values, tuple) else column.packed()
    return PageColumn(column.info, gzip.compress(packed, mtime=0))


def _numbers(values: NDArray[np.float64]) -> bytes:
    """Give numbers, (n,), as float32, but for those that would lose what tells them apart: large whole numbers, a late and short span."""
    with np.errstate(over="ignore"):
        short = values.astype("<f4")
    known = np.isfinite(values)
    exact, rounded = values[known], short[known].astype(np.float64)
    if len(exact) == 0:
        return short.tobytes()
    lost = np.abs(rounded - exact).max()
    whole = bool((exact == np.rint(exact)).all())
    if lost > 0 and (whole or lost > _FINE * (exact.max() - exact.min())):
        return values.astype("<f8").tobytes()
    return short.tobytes()
