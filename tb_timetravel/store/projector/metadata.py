"""What is known of each sample besides its vector: the columns of ``metadata.tsv``, and what the film takes from them."""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import NotPlayable
from tb_timetravel.schema import MAX_COLUMNS
from tb_timetravel.store.columns import SampleColumn, free_name, read_column
from tb_timetravel.store.files import read_bytes, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

UNNAMED = "metadata"  # what the only column is called, as nobody did
MAX_CLASSES = 1000  # of a column that is taken for the label
_FEW = 100  # distinct values of a column that nobody named a label
_MAX_BYTES = 256 * 2**20
_LABEL_NAMES = ("label", "labels", "class", "classes", "target", "targets", "y", "category")
_SPLIT_NAMES = ("split", "subset")
_ID_NAMES = ("id", "ids", "index", "sample_id")
_MAX_SPLITS, _MAX_ID = 256, 2**31 - 1
_OF_TENSOR = re.compile(r"tensor\(([^,()]+)(?:,.*)?\)")  # what becomes of labels that were handed over as a tensor


@dataclass(frozen=True)
class Column:
    """One column: its name, empty when it is the only one, and a value for each sample."""

    name: str
    values: tuple[str, ...]

    @functools.cached_property
    def n_distinct(self) -> int:
        """How many different values there are."""
        return len(set(self.values))

    @property
    def is_unique(self) -> bool:
        """Whether each value names one sample."""
        return self.n_distinct == len(self.values)


@dataclass(frozen=True)
class Metadata:
    """A metadata file, parsed."""

    columns: tuple[Column, ...]
    n_rows: int
    digest: str

    def find(self, name: str) -> Column | None:
        """Find a column by its name."""
        return next((column for column in self.columns if column.name == name), None)


def read_metadata(path: str) -> Metadata:
    """Read a metadata file as TensorBoard does: tabs between columns, and a line of their names first if there are several.

    Raises
    ------
    NotPlayable : it is too large, or a line has other columns than the first.
    """
    known = stamp(path)
    if known is None:
        raise NotPlayable(f"expected metadata in {path}, found no such file; log the step again")
    _check_size(path, known)
    return _parse(path, known)


@functools.lru_cache(maxsize=8)  # of many samples it is large, and only the first of many alike is read again and again
def _parse(path: str, _: tuple[int, str]) -> Metadata:
    content = read_bytes(path)
    lines = content.decode(errors="replace").split("\n")
    if not lines[-1]:
        lines.pop()  # what follows the last line's end
    lines = [line.removesuffix("\r") for line in lines]
    names = lines.pop(0).split("\t") if lines and "\t" in lines[0] else [""]
    if len(names) > MAX_COLUMNS:
        raise NotPlayable(f"expected at most {MAX_COLUMNS} columns in {path}, found {len(names)}; log fewer")
    rows = [line.split("\t") if len(names) > 1 else [line] for line in lines]
    for number, row in enumerate(rows):
        if len(row) != len(names):
            raise NotPlayable(
                f"expected {len(names)} columns in line {number + 2} of {path}, as in its first, found {len(row)}; "
                "log values without tabs and line ends in them"
            )
    columns = tuple(Column(name, values) for name, values in zip(names, zip(*rows, strict=True), strict=True)) if rows else ()
    return Metadata(columns, len(rows), _digest(content))


@functools.lru_cache(maxsize=8192)
def metadata_digest(path: str, known: tuple[int, str]) -> tuple[str, int]:
    """Hash a metadata file and count its rows, once for each time it is written; the hash is that of `read_metadata`."""
    _check_size(path, known)
    content = read_bytes(path)
    n_lines = content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
    return _digest(content), n_lines - (b"\t" in content.split(b"\n", 1)[0])


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def _check_size(path: str, known: tuple[int, str]) -> None:
    if known[0] > _MAX_BYTES:
        raise NotPlayable(f"expected at most {_MAX_BYTES:,} bytes of metadata in {path}, found {known[0]:,}; log fewer columns")


def label_column(metadata: Metadata) -> Column | None:
    """Choose the column that holds the class: the only one, else one so named, else the first with few distinct values; None if none does.

    A column whose values are all different, or of too many kinds, names samples instead of classes.
    """
    if len(metadata.columns) == 1:
        return metadata.columns[0] if _is_class(metadata.columns[0]) else None
    for name in _LABEL_NAMES:
        for column in metadata.columns:
            if column.name.strip().lower() == name and _is_class(column):
                return column
    few = min(_FEW, metadata.n_rows // 2)
    special = (*_SPLIT_NAMES, *_ID_NAMES)
    return next((c for c in metadata.columns if 2 <= c.n_distinct <= few and c.name.strip().lower() not in special), None)


def _is_class(column: Column) -> bool:
    return column.n_distinct <= MAX_CLASSES and not (column.is_unique and len(column.values) > 2)


def classes_of(column: Column) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Name the classes of a label column in order, numbers by their value, and number each sample's, (n_samples,), -1 where it is empty."""
    values = [_bare(value) for value in column.values]
    kinds = set(values) - {""}
    try:
        names = sorted(kinds, key=lambda kind: (float(kind), kind))
    except ValueError:
        names = sorted(kinds)
    index = {name: number for number, name in enumerate(names)} | {"": -1}
    return tuple(names), np.array([index[value] for value in values], np.int32)


def _bare(value: str) -> str:
    of_tensor = _OF_TENSOR.fullmatch(value.strip())
    return of_tensor[1].strip() if of_tensor else value.strip()


def splits_of(metadata: Metadata) -> tuple[tuple[str, ...], NDArray[np.uint8]] | None:
    """Read a column named split: the splits in order of appearance, and each sample's, (n_samples,)."""
    for column in metadata.columns:
        if column.name.strip().lower() in _SPLIT_NAMES and column.n_distinct <= _MAX_SPLITS:
            names = tuple(dict.fromkeys(column.values))
            return names, np.array([names.index(value) for value in column.values], np.uint8)
    return None


def ids_of(metadata: Metadata) -> NDArray[np.int32] | None:
    """Read a column named id that numbers each sample once, (n_samples,)."""
    for column in metadata.columns:
        is_named = column.name.strip().lower() in _ID_NAMES and column.is_unique
        if is_named and all(re.fullmatch(r"\d{1,10}", value) and int(value) <= _MAX_ID for value in column.values):
            return np.array([int(value) for value in column.values], np.int32)
    return None


def built_in(metadata: Metadata, label: Column | None) -> set[str]:
    """Name the columns that are wholly the label, the split or the id that they are called by, and need not be shown twice."""
    found = {column.name for column in metadata.columns if label is column and column.name.strip().lower() in ("", "label")}
    for name, taken in (("split", splits_of(metadata)), ("id", ids_of(metadata))):
        found |= {column.name for column in metadata.columns if taken is not None and column.name.strip().lower() == name}
    return found


@functools.lru_cache(maxsize=4)  # what is asked for column by column is read once
def columns_of(path: str, _: tuple[int, str], rows: bytes | None) -> tuple[SampleColumn, ...]:
    """Read all columns but those that are `built_in`, of these rows (int64) or of all."""
    metadata = read_metadata(path)
    left_out = built_in(metadata, label_column(metadata))
    order = None if rows is None else np.frombuffer(rows, np.int64)
    found: dict[str, SampleColumn] = {}
    for column in metadata.columns:
        if column.name not in left_out:
            name = free_name(column.name, found, UNNAMED)
            found[name] = read_column(name, map(_bare, column.values if order is None else (column.values[row] for row in order)))
    return tuple(found.values())


def texts_of(metadata: Metadata, label: Column | None) -> list[str] | None:
    """Put each sample's values together as a text to show and search; None where the label alone says it all."""
    if not metadata.columns or metadata.columns == (label,):
        return None
    if len(metadata.columns) == 1:
        return list(metadata.columns[0].values)
    rows: Sequence[tuple[str, ...]] = list(zip(*(column.values for column in metadata.columns), strict=True))
    return [" · ".join(f"{column.name}: {value}" for column, value in zip(metadata.columns, row, strict=True)) for row in rows]
