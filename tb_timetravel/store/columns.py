"""What else is known of each sample, by columns: numbers, words of a few kinds, and words that differ from sample to sample.

``columns.json`` lists them; the values of the n-th lie in ``columns/<n>.npy``, or in ``columns/<n>.json`` where they are texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tb_timetravel.errors import Corrupt, NotFound
from tb_timetravel.schema import MAX_COLUMN_NAME, MAX_COLUMN_VALUE, MAX_KINDS, ColumnInfo, Columns, Probe
from tb_timetravel.store.files import below, read_array, read_bytes, read_record, write_array, write_bytes, write_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

NO_KIND = 255  # code of a sample without a value
_NUMBER = re.compile(r"[+-]?(\d{1,30}\.?\d{0,30}|\.\d{1,30})([eE][+-]?\d{1,3})?")
_NO_NUMBER = ("", "nan", "none")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")  # control characters


@dataclass(frozen=True, eq=False)
class SampleColumn:
    """A column with its values.

    Attributes
    ----------
    values : of a number float64 (n_samples,), NaN where there is none; of a category uint8 (n_samples,), indices into ``info.kinds`` and
        ``NO_KIND`` where there is none; of a text n_samples strings, empty where there is none.
    """

    info: ColumnInfo
    values: NDArray[Any] | tuple[str, ...]

    def packed(self) -> bytes:
        """Give the values as bytes, as they are hashed and sent."""
        return msgspec.json.encode(self.values) if isinstance(self.values, tuple) else self.values.tobytes()

    def words(self) -> list[str | None]:
        """Give the values of a category or a text as words, None where there is none."""
        if isinstance(self.values, tuple):
            return [value or None for value in self.values]
        kinds = [*self.info.kinds, *[None] * (NO_KIND + 1 - len(self.info.kinds))]
        return [kinds[code] for code in self.values.tolist()]


def number_column(name: str, values: NDArray[np.float64]) -> SampleColumn:
    """Make a column of numbers, (n_samples,), NaN where there is none."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (None, None)
    return SampleColumn(ColumnInfo(name=name, kind="number", low=low, high=high), values)


def words_column(name: str, values: Sequence[str]) -> SampleColumn:
    """Make a column of words: a category where they are of few kinds, each of several samples; empty where there is none."""
    kinds = sorted(set(values) - {""})
    if len(kinds) > min(MAX_KINDS, max(2, len(values) // 2)):
        return SampleColumn(ColumnInfo(name=name, kind="text"), tuple(values))
    code = {kind: number for number, kind in enumerate(kinds)} | {"": NO_KIND}
    return SampleColumn(ColumnInfo(name=name, kind="category", kinds=tuple(kinds)), np.array([code[value] for value in values], np.uint8))


def read_column(name: str, values: Iterable[str]) -> SampleColumn:
    """Make a column of what stands in a text file: numbers where all are, else words, cut where they are long."""
    cleaned = [_UNSEEN.sub(" ", value).strip() for value in values]
    if all(_NUMBER.fullmatch(value) or value.lower() in _NO_NUMBER for value in cleaned) and any(map(_NUMBER.fullmatch, cleaned)):
        numbers = np.array([np.nan if value.lower() in _NO_NUMBER else float(value) for value in cleaned], np.float64)
        return number_column(name, np.where(np.isfinite(numbers), numbers, np.nan))  # 1e999 is infinite
    return words_column(name, [shortened(value, MAX_COLUMN_VALUE) for value in cleaned])


def shortened(text: str, length: int) -> str:
    """Cut a text that is longer."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def free_name(name: str, taken: Iterable[str], fallback: str) -> str:
    """Give a column of somebody else's file a name that can be shown and that no other has."""
    taken = set(taken)
    bare = shortened(_UNSEEN.sub(" ", name).strip() or fallback, MAX_COLUMN_NAME - 6)
    found, number = bare, 2
    while found in taken:
        found, number = f"{bare} ({number})", number + 1
    return found


def write_columns(directory: str, columns: Sequence[SampleColumn]) -> None:
    """Write all columns of a probe set, their list last."""
    for number, column in enumerate(columns):
        if isinstance(column.values, tuple):
            write_bytes(below(directory, "columns", f"{number:03d}.json"), column.packed())
        else:
            write_array(below(directory, "columns", f"{number:03d}.npy"), column.values)
    write_record(below(directory, "columns.json"), Columns(columns=tuple(column.info for column in columns)))


def list_columns(directory: str, probe: Probe) -> tuple[ColumnInfo, ...]:
    """List the columns of a probe set that was logged.

    Raises
    ------
    NotFound, UnsupportedVersion, Corrupt
    """
    if probe.n_columns == 0:
        return ()
    listed = read_record(below(directory, "columns.json"), Columns).columns
    if len(listed) != probe.n_columns:
        raise Corrupt(f"expected {probe.n_columns} columns in {directory}/columns.json, found {len(listed)}; log the run again")
    return listed


def load_column(directory: str, probe: Probe, number: int) -> SampleColumn:
    """Read a column of a probe set that was logged, by its place in the list.

    Raises
    ------
    NotFound : there is none at this place.
    Corrupt : its values are others than the list says.
    """
    info = column_at(list_columns(directory, probe), number)
    if info.kind == "text":
        return SampleColumn(info, _read_texts(below(directory, "columns", f"{number:03d}.json"), probe.n_samples))
    path, dtype = below(directory, "columns", f"{number:03d}.npy"), np.float64 if info.kind == "number" else np.uint8
    values = read_array(path, shape=(probe.n_samples,), dtype=dtype)
    if info.kind == "category" and bool(((values >= len(info.kinds)) & (values != NO_KIND)).any()):
        raise Corrupt(f"a value in {path} is not one of {len(info.kinds)} kinds in columns.json; log the run again")
    return SampleColumn(info, values)


def column_at(listed: Sequence[ColumnInfo], number: int) -> ColumnInfo:
    """Find a column by its place.

    Raises
    ------
    NotFound : there is none.
    """
    if number >= len(listed):
        raise NotFound(f"expected a column from 0 to {len(listed) - 1}, got {number}" if listed else "no columns were logged")
    return listed[number]


def _read_texts(path: str, n: int) -> tuple[str, ...]:
    try:
        texts = msgspec.json.decode(read_bytes(path), type=tuple[str, ...])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Corrupt(f"{path} is not a list of texts ({error}); log the run again") from error
    if len(texts) != n:
        raise Corrupt(f"expected {n} texts in {path}, found {len(texts)}; log the run again")
    return tuple(shortened(text, MAX_COLUMN_VALUE) for text in texts)
