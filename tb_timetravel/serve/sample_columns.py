"""The columns of the samples: their list, and the values of one, which no step changes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from tb_timetravel.schema import as_plain
from tb_timetravel.store import open_reader

if TYPE_CHECKING:
    from tb_timetravel.schema import Probe


def describe_columns(directory: str, probe: Probe) -> dict[str, Any]:
    """List the columns."""
    return {"columns": as_plain(open_reader(directory).columns(probe))}


def pack_values(directory: str, probe: Probe, number: int) -> bytes:
    """Pack a column: ``TTC1``, uint32 n_samples, then float64 of a number, uint8 of a category, or JSON of a text's values.

    Raises
    ------
    NotFound : there is no such column.
    Corrupt : the stored values cannot be read.
    """
    return struct.pack("<4sI", b"TTC1", probe.n_samples) + open_reader(directory).column(probe, number).packed()
