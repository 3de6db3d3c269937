"""The bytes of a frame, as ``serve/http_api.md`` describes them: written once by the fit, read by the tab and by ``render``."""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tb_timetravel.errors import Corrupt

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEADER = struct.Struct("<4sIHBB4x")
_MAGIC = b"TTF1"
_HAS_PREDICTIONS = 1
_LEVELS = 254  # of a value per sample; the byte above them says that there is none
_NONE = 255
MOST_SAMPLES, MOST_CELLS = 2**24, 4096  # of a frame; cells a side
Extent = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Territory:
    """Decision regions on a grid: class (g, g) and margin (g, g) uint8 = 255 · (top 1 − top 2 probability); row 0 is y_min."""

    classes: NDArray[Any]
    margins: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Frame:
    """One step as it is drawn: positions (n, 2) uint16 over the extent, class (n,) and confidence (n,) uint8, territory."""

    positions: NDArray[np.uint16]
    predictions: NDArray[Any] | None
    confidences: NDArray[np.uint8] | None
    territory: Territory | None


def quantise(embedding: NDArray[np.float32], extent: Extent) -> NDArray[np.uint16]:
    """Map positions (n, 2) to 0 … 65535 over the extent; what lies outside goes to its edge."""
    low, size = np.array([extent[0], extent[2]]), np.array([extent[1] - extent[0], extent[3] - extent[2]])
    unit: NDArray[np.float64] = np.clip((embedding - low) / size, 0.0, 1.0)
    return np.rint(unit * 65535.0).astype(np.uint16)


def restore(positions: NDArray[np.uint16], extent: Extent) -> NDArray[np.float32]:
    """Map quantised positions (n, 2) back to the plane; exact to 1/131070 of the extent."""
    low, size = np.array([extent[0], extent[2]]), np.array([extent[1] - extent[0], extent[3] - extent[2]])
    plane: NDArray[np.float64] = low + positions / 65535.0 * size
    return plane.astype(np.float32)


def encode_frame(frame: Frame) -> bytes:
    """Encode a frame and compress it."""
    classes = frame.territory.classes if frame.territory is not None else frame.predictions
    class_bytes = classes.dtype.itemsize if classes is not None else 1
    resolution = 0 if frame.territory is None else frame.territory.classes.shape[0]
    flags = 0 if frame.predictions is None else _HAS_PREDICTIONS
    arrays: list[NDArray[Any]] = [frame.positions]
    if frame.predictions is not None and frame.confidences is not None:
        arrays += [frame.predictions, frame.confidences]
    if frame.territory is not None:
        arrays += [frame.territory.classes, frame.territory.margins]
    sections = [_padded(array.astype(array.dtype.newbyteorder("<")).tobytes()) for array in arrays]
    header = _HEADER.pack(_MAGIC, len(frame.positions), resolution, class_bytes, flags)
    return gzip.compress(header + b"".join(sections), compresslevel=6, mtime=0)  # mtime 0: equal frames are equal bytes


def unpack_frame(content: bytes) -> bytes:
    """Undo the compression of a frame; never to more than its beginning announces, nor to more than a frame can be.

    Raises
    ------
    Corrupt : the bytes are not a frame, or not a whole one.
    """
    try:
        state = zlib.decompressobj(31)
        beginning = state.decompress(content, _HEADER.size)
        n_bytes = _header(beginning).n_bytes
        data = beginning + state.decompress(state.unconsumed_tail, max(1, n_bytes - len(beginning)))
        rest = b"" if state.eof else state.decompress(state.unconsumed_tail, 1)  # where the check sum stands
        if len(data) + len(rest) != n_bytes or not state.eof or state.unused_data:
            raise ValueError(f"it does not end after the {n_bytes:,} bytes that it announces")
    except (ValueError, struct.error, zlib.error) as error:
        raise Corrupt(f"a frame is damaged or incomplete ({error}); fit this run again") from error
    return data


def decode_frame(content: bytes) -> Frame:
    """Decode a compressed frame.

    Raises
    ------
    Corrupt : the bytes are not a frame, or not a whole one.
    """
    data = unpack_frame(content)
    header, reader = _header(data), _Sections(data)
    n_samples, resolution = header.n_samples, header.resolution
    class_type = "<u1" if header.class_bytes == 1 else "<u2"
    positions = reader.take(n_samples * 2, "<u2").reshape(n_samples, 2)
    predictions = confidences = territory = None
    if header.has_predictions:
        predictions, confidences = reader.take(n_samples, class_type), reader.take(n_samples, "<u1")
    if resolution:
        classes, margins = (reader.take(resolution**2, kind).reshape(resolution, resolution) for kind in (class_type, "<u1"))
        territory = Territory(classes, margins)
    return Frame(positions, predictions, confidences, territory)


class _Header(NamedTuple):
    n_samples: int
    resolution: int
    class_bytes: int
    has_predictions: bool

    @property
    def n_bytes(self) -> int:
        """Count the bytes of the whole frame, uncompressed."""
        n, cells = self.n_samples, self.resolution**2
        sections = [4 * n]
        if self.has_predictions:
            sections += [self.class_bytes * n, n]
        if cells:
            sections += [self.class_bytes * cells, cells]
        return _HEADER.size + sum(size + -size % 4 for size in sections)


def _header(data: bytes) -> _Header:
    magic, n_samples, resolution, class_bytes, flags = _HEADER.unpack_from(data)
    if magic != _MAGIC or class_bytes not in (1, 2):
        raise ValueError("it does not begin as a frame does")
    if n_samples > MOST_SAMPLES or resolution > MOST_CELLS:
        raise ValueError(f"{n_samples:,} samples and {resolution} × {resolution} cells are more than a frame has")
    return _Header(n_samples, resolution, class_bytes, bool(flags & _HAS_PREDICTIONS))


def encode_samples(labels: NDArray[np.int32], ids: NDArray[np.int32], splits: NDArray[np.uint8]) -> bytes:
    """Pack what never changes about the samples, each (n,): ``TTS1``, uint32 n, labels, ids, splits."""
    return struct.pack("<4sI", b"TTS1", len(labels)) + labels.astype("<i4").tobytes() + ids.astype("<i4").tobytes() + splits.tobytes()


def share_bytes(shares: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Map shares 0 to 1 to bytes 0 to 254, and what is no number to 255."""
    known = np.isfinite(shares)
    levels = np.rint(np.where(known, shares, 0.0).clip(0.0, 1.0) * _LEVELS)
    return np.where(known, levels, _NONE).astype(np.uint8)


def _padded(section: bytes) -> bytes:
    return section + bytes(-len(section) % 4)


class _Sections:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = _HEADER.size

    def take(self, count: int, kind: str) -> NDArray[Any]:
        array = np.frombuffer(self._data, kind, count, self._offset)
        self._offset += array.nbytes + -array.nbytes % 4
        return array
