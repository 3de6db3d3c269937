"""The numbers of one step: as text, as numpy's own format, as bare bytes whose shape the config tells, or in a checkpoint."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import Corrupt, NotFound, NotPlayable
from tb_timetravel.schema import MAX_SAMPLES
from tb_timetravel.store import npy
from tb_timetravel.store.files import as_float32, is_local, open_array, read_bytes, read_chunks, stamp
from tb_timetravel.store.projector.checkpoint import find_tensor, read_place
from tb_timetravel.store.projector.weights import WEIGHTS, find_layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tb_timetravel.store.projector.checkpoint import Place

_CHUNK = 2**22  # bytes of text that are parsed at once: their lines take about ten times that
_MAX_LINE = 2**26  # bytes: four million numbers
_BEGINNING = 2**16  # bytes that hold the first line of text, mostly
_SHOWN = 40  # characters of what is wrong that a message quotes


def shape_of(path: str, declared: tuple[int, ...], name: str = "") -> tuple[int, int]:
    """Tell the shape of a step's tensor, (n_samples, n_features), without parsing its numbers.

    The lines of text are counted, once for each time the file is written. Nothing is allocated for what a header promises.

    Parameters
    ----------
    declared : what the config says, empty where it does not.
    name : of the tensor, where the path is the index of a checkpoint, or of weights; else empty.

    Raises
    ------
    NotPlayable : there is no such file, or it holds no matrix of numbers.
    """
    known = stamp(path)
    if known is None:
        raise NotPlayable(f"expected vectors in {path}, found no such file; log the step again")
    shape = _place(path, known, name).shape if name else _shape(path, known, declared)
    if len(shape) != 2 or 0 in shape:
        raise NotPlayable(f"expected a matrix with a vector for each sample in {path}, found shape {shape}; log one vector per sample")
    if shape[0] > MAX_SAMPLES:
        raise NotPlayable(f"expected at most {MAX_SAMPLES:,} samples in {path}, found {shape[0]:,}; log a part of them")
    return shape[0], shape[1]


@functools.lru_cache(maxsize=8192)
def _shape(path: str, known: tuple[int, str], declared: tuple[int, ...]) -> tuple[int, ...]:
    if path.endswith(".npy"):
        return _npy_shape(path, known[0])
    if path.endswith(".bytes"):
        if not declared or 4 * math.prod(declared) != known[0]:
            raise NotPlayable(
                f"expected 4 bytes for each number of a tensor_shape of {list(declared)} in {path}, found {known[0]:,} bytes; "
                "correct tensor_shape in the config, or write the tensor again"
            )
        return declared
    n_rows = n_columns = 0
    for _, lines in _chunks(path):
        if not n_columns:
            n_columns = lines[0].count(b"\t") + 1
        n_rows += len(lines)
    return n_rows, n_columns


def is_text(path: str, name: str = "") -> bool:
    """Tell whether the numbers are written as text, as TensorBoard takes them unless the name of the file says otherwise."""
    return not name and not path.endswith((".npy", ".bytes"))


def width_of(path: str, declared: tuple[int, ...], name: str = "") -> int:
    """Tell how many numbers a sample's vector has, of text by its first line alone.

    Raises
    ------
    NotPlayable : as `shape_of`.
    """
    known = stamp(path)
    return _first_width(path, known) if known is not None and is_text(path, name) else shape_of(path, declared, name)[1]


@functools.lru_cache(maxsize=8192)
def _first_width(path: str, _known: tuple[int, str]) -> int:
    beginning = b""
    for piece in read_chunks(path, _BEGINNING):
        beginning = (beginning + piece).lstrip(b"\r\n")
        if b"\n" in beginning or len(beginning) > _MAX_LINE:
            break
    if beginning:
        return beginning.split(b"\n", 1)[0].count(b"\t") + 1
    raise NotPlayable(f"expected a vector in each line of {path}, found none; log the step again")


def read_tensor(path: str, declared: tuple[int, ...], name: str = "") -> NDArray[Any]:
    """Read a step's tensor, (n_samples, n_features), as float32 or float16; what is no text is memory-mapped where the path is local.

    Parameters are those of `shape_of`.

    Raises
    ------
    NotPlayable : as `shape_of`.
    Corrupt : it is damaged, or a line of it is no vector.
    """
    shape = shape_of(path, declared, name)
    if name:
        array = _read_checkpoint(path, name)
    elif path.endswith(".npy"):
        array = _read_npy(path)
    elif path.endswith(".bytes"):
        array = np.memmap(path, "<f4", "r", shape=shape) if is_local(path) else np.frombuffer(read_bytes(path), "<f4").reshape(shape)
    else:
        return _read_text(path, shape)
    rows_at_once = max(1, _CHUNK // shape[1])
    for start in range(0, len(array), rows_at_once):
        bad = np.flatnonzero(~np.isfinite(array[start : start + rows_at_once]).all(axis=1))
        if len(bad):
            raise Corrupt(f"expected finite numbers in {path}, found NaN or infinity in row {start + int(bad[0])}; leave this step out")
    return array


def _npy_shape(path: str, size: int) -> tuple[int, ...]:
    try:
        return npy.read_header(next(read_chunks(path, npy.HEADER_BYTES), b""), size).shape
    except ValueError as error:
        raise NotPlayable(f"{path} cannot be read as numbers in numpy's format ({error}); write them as float32 with numpy.save") from error


def _read_npy(path: str) -> NDArray[Any]:
    array = open_array(path)
    return array if array.dtype in (np.dtype("<f4"), np.dtype("<f2")) else as_float32(array, path)


def _read_checkpoint(path: str, name: str) -> NDArray[Any]:
    known = stamp(path)
    if known is None:
        raise NotFound(f"expected a checkpoint at {path}, found none; it was removed in this moment")
    return read_place(path, _place(path, known, name))


def _place(path: str, known: tuple[int, str], name: str) -> Place:
    """Find where a tensor lies in a checkpoint of TensorFlow, or in weights that Keras 3 saved."""
    return find_layer(path, known, name) if path.endswith(WEIGHTS) else find_tensor(path, known, name)


def _read_text(path: str, shape: tuple[int, int]) -> NDArray[np.float32]:
    result, at = np.empty(shape, np.float32), 0  # at most twice as large as the file, as a number is at least two characters of it
    for number, lines in _chunks(path):
        try:
            with np.errstate(over="ignore"):  # what overflows is found below
                rows = np.loadtxt([line.decode() for line in lines], np.float32, delimiter="\t", comments=None, ndmin=2)
        except ValueError:  # of a decoding too
            rows = np.empty((0, 0), np.float32)
        if rows.shape != (len(lines), shape[1]) or not np.isfinite(rows).all():
            raise Corrupt(_what_is_wrong(path, number, shape[1]))
        if at + len(rows) > len(result):
            raise Corrupt(f"expected {shape[0]} lines in {path}, found more; it was written anew while it was read, so try again")
        result[at : at + len(rows)] = rows
        at += len(rows)
    if at != len(result):
        raise Corrupt(f"expected {shape[0]} lines in {path}, found {at}; it was written anew while it was read, so try again")
    return result


def _what_is_wrong(path: str, first: int, n_columns: int) -> str:
    """Find the line that is no vector, from the n-th line on that holds one."""
    where, seen = 0, 0
    for chunk in _lines(path):
        for line in chunk:
            where += 1
            if not line.strip():
                continue
            seen += 1
            if seen <= first:
                continue
            fields = line.split(b"\t")
            if len(fields) != n_columns:
                return (
                    f"expected {n_columns} numbers in line {where} of {path}, as in its first, found {len(fields)}; write this step again"
                )
            for field in fields:
                if not _is_finite(field):
                    shown = field[:_SHOWN].decode(errors="replace")
                    return f"expected finite numbers in line {where} of {path}, found {shown!r}; write this step again, or leave it out"
    return f"{path} was written anew while it was read; try again"


def _is_finite(field: bytes) -> bool:
    try:
        return bool(abs(float(field)) <= float(np.finfo(np.float32).max))
    except ValueError:
        return False


def _chunks(path: str) -> Iterator[tuple[int, list[bytes]]]:
    """Read the lines that hold something, some at a time, with how many came before."""
    number = 0
    for lines in _lines(path):
        held = [line for line in lines if line.strip()]  # TensorBoard skips empty lines
        if held:
            yield number, held
            number += len(held)


def _lines(path: str) -> Iterator[list[bytes]]:
    rest = b""
    for chunk in read_chunks(path, _CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _MAX_LINE:
            raise NotPlayable(f"expected lines of numbers with tabs between them in {path}, found one of more than {_MAX_LINE:,} bytes")
        yield lines
    if rest:
        yield [rest]
