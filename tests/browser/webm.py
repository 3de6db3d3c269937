"""What a WebM file says of itself, read from its EBML elements."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MASTERS = {0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0x1F43B675, 0xA0}
_DOC_TYPE, _CODEC, _WIDTH, _HEIGHT, _DURATION, _TIME, _SIMPLE_BLOCK, _BLOCK = 0x4282, 0x86, 0xB0, 0xBA, 0x4489, 0xE7, 0xA3, 0xA1


@dataclass
class WebM:
    """Times in milliseconds, sizes in pixels."""

    doc_type: str = ""
    codec: str = ""
    width: int = 0
    height: int = 0
    duration: float | None = None
    times: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int, bool]:
    """Read a variable-length number: its value, its length in bytes, whether all its bits are ones (unknown)."""
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    mask = (1 << (7 * length)) - 1
    return (value if keep_marker else value & mask), length, value & mask == mask


def _elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, bytes]]:
    while at < end:
        key, length, _ = _number(data, at, keep_marker=True)
        at += length
        size, length, unknown = _number(data, at, keep_marker=False)
        at += length
        stop = end if unknown else at + size
        if key in _MASTERS:
            yield from _elements(data, at, stop)
        else:
            yield key, data[at:stop]
        at = stop


def read_webm(data: bytes) -> WebM:
    """Read the header, the only track, and the time and size of each picture."""
    found = WebM()
    cluster = 0
    for key, value in _elements(data, 0, len(data)):
        if key == _DOC_TYPE:
            found.doc_type = value.decode()
        elif key == _CODEC:
            found.codec = value.decode()
        elif key == _WIDTH:
            found.width = int.from_bytes(value, "big")
        elif key == _HEIGHT:
            found.height = int.from_bytes(value, "big")
        elif key == _DURATION:
            (found.duration,) = struct.unpack(">d" if len(value) == 8 else ">f", value)
        elif key == _TIME:
            cluster = int.from_bytes(value, "big")
        elif key in (_SIMPLE_BLOCK, _BLOCK):
            _, length, _ = _number(value, 0, keep_marker=False)
            (offset,) = struct.unpack(">h", value[length : length + 2])
            found.times.append(cluster + offset)
            found.sizes.append(len(value) - length - 3)
    return found
