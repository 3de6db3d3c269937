"""The header of numpy's own format, read so that nothing it says can do harm.

numpy's functions take a header at its word: what is damaged there raises errors of many kinds, and a shape may be negative, of booleans,
or of more bytes than there are anywhere.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEADER_BYTES = 2**14  # of a file's beginning in which its header must end; numpy takes 10,000 characters at most
_READERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class Header(NamedTuple):
    """What follows a header: numbers of one type, from `offset` on."""

    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype[Any]
    offset: int  # bytes

    @property
    def order(self) -> Literal["C", "F"]:
        """Name the order of the numbers as numpy does."""
        return "F" if self.is_fortran else "C"


def read_header(beginning: bytes, size: int) -> Header:
    """Read a header from the first bytes of a file.

    Parameters
    ----------
    size : of the whole file, in bytes.

    Raises
    ------
    ValueError : it is none, or promises what the file cannot hold: anything but numbers, or more of them than there are bytes.
    """
    file = io.BytesIO(beginning)
    try:
        version = np.lib.format.read_magic(file)
        if version not in _READERS:
            raise ValueError(f"version {version} of numpy's format is not read")
        shape, is_fortran, dtype = _READERS[version](file)
    except Exception as error:  # TypeError, TokenError, IndentationError, RecursionError, MemoryError, … : as Python's parser likes
        raise ValueError(str(error).split("\n", 1)[0][:200] or type(error).__name__) from error
    if dtype.kind not in "fiub":
        raise ValueError(f"{str(dtype)[:80]} is no type of numbers")
    if any(type(length) is not int or length < 0 for length in shape) or len(shape) > 32:  # what numpy can hold at most was 32 for long
        raise ValueError(f"{str(shape)[:80]} is no shape")
    if file.tell() + math.prod(shape) * dtype.itemsize > size:
        raise ValueError(f"{size:,} bytes are too few for shape {str(shape)[:80]} of {dtype}")
    return Header(shape, is_fortran, dtype, file.tell())


def decode(content: bytes) -> NDArray[Any]:
    """Read an array from the bytes of a file; it may only be read.

    Raises
    ------
    ValueError : as `read_header`.
    """
    header = read_header(content[:HEADER_BYTES], len(content))
    flat: NDArray[Any] = np.frombuffer(content, header.dtype, math.prod(header.shape), header.offset)
    return flat.reshape(header.shape, order=header.order)
