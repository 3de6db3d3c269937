"""Tensors in checkpoints of TensorFlow, in the second version of their format (since 2016), read without TensorFlow.

The checkpoint ``model.ckpt-7`` is a file ``model.ckpt-7.index`` and one or several ``model.ckpt-7.data-00000-of-00001`` with the bare
bytes of all tensors. The index is a sorted table as LevelDB has it (``doc/table_format.md`` there, ``core/lib/io`` of TensorFlow): from its
end one finds a block that lists the other blocks, and in these, for each tensor's name, where it lies
(``core/protobuf/tensor_bundle.proto``). Both are read field by field and bounded, as the file is anybody's; its sums are not checked, which
pure Python would take minutes for.
"""

from __future__ import annotations

import functools
import math
import os
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tb_timetravel.errors import Corrupt, NotPlayable
from tb_timetravel.store.files import as_float32, below, check_converted, is_local, open_regular, read_bytes, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

INDEX = ".index"
_MOST_BYTES = 2**22  # of an index: forty thousand tensors
_MOST_KEY = 4096  # bytes of a name
_MOST_BLOCKS = 2**16
_FOOTER, _MAGIC = 48, bytes.fromhex("57fb808b247547db")
_AFTER_BLOCK = 5  # bytes: how it is compressed, and a sum
BFLOAT16 = "bfloat16"  # the upper half of a float32, which numpy has no name for
_KINDS = {1: "<f4", 2: "<f8", 14: BFLOAT16, 19: "<f2"}  # core/framework/types.proto


class Place(NamedTuple):
    """Where a tensor lies."""

    kind: str  # of its numbers, as numpy names it, or `BFLOAT16`
    shape: tuple[int, ...]
    file: str  # name, in the directory of the index
    offset: int  # bytes

    @property
    def stored(self) -> np.dtype[Any]:
        """Name the numbers as they lie there."""
        return np.dtype("<u2" if self.kind == BFLOAT16 else self.kind)


@functools.lru_cache(maxsize=8192)
def find_tensor(path: str, known: tuple[int, str], name: str) -> Place:
    """Find a tensor in the index of a checkpoint, once for each time it is written.

    Parameters
    ----------
    known : stamp of the file.

    Raises
    ------
    NotPlayable : there is no such tensor, or it is none of numbers in one piece.
    Corrupt : the index is damaged, or not as TensorFlow writes it.
    """
    if known[0] > _MOST_BYTES:
        raise NotPlayable(f"expected at most {_MOST_BYTES:,} bytes in {path}, found {known[0]:,}; write the embeddings as .npy instead")
    try:
        entries = dict(_entries(read_bytes(path, most=_MOST_BYTES)))
        header, entry = _fields(entries.pop(b"", b"")), entries.get(name.encode(errors="replace"))
        if header.get(2, 0) != 0 or not 0 < (n_shards := _number(header, 1)) < 10**5:
            raise ValueError("its header is none of a machine with the lowest byte first")
        if entry is not None:
            return _place(_fields(entry), os.path.basename(path).removesuffix(INDEX), n_shards)
    except ValueError as error:
        raise Corrupt(f"{path} is not a readable index of a checkpoint ({error}); save it again, or remove it") from error
    except NotPlayable as error:
        raise NotPlayable(f"expected {name[:200]!r} in {path} as {error}") from error
    raise NotPlayable(f"expected a tensor {name[:200]!r} in {path}, found none of that name; correct tensor_name in the config")


def _place(entry: dict[int, Any], prefix: str, n_shards: int) -> Place:
    number, shard, offset, size = (_number(entry, field) for field in (1, 3, 4, 5))
    if number not in _KINDS or 7 in entry:
        raise NotPlayable("float32, float64, float16 or bfloat16 in one piece, found something else; write the embeddings as .npy instead")
    place = Place(_KINDS[number], _shape(entry.get(2, b"")), f"{prefix}.data-{shard:05d}-of-{n_shards:05d}", offset)
    if shard >= n_shards or size != place.stored.itemsize * math.prod(place.shape):
        raise ValueError("an entry contradicts itself")
    return place


def read_place(path: str, place: Place) -> NDArray[Any]:
    """Read a tensor as float32 or float16, memory-mapped where it is of these and the path of the index is local.

    Raises
    ------
    Corrupt : the file of its bytes is shorter than the index says, or leads elsewhere.
    NotFound : there is no such file.
    """
    file, kind = below(_directory_of(path), place.file), place.stored
    end = place.offset + kind.itemsize * math.prod(place.shape)
    size = (stamp(file) or (0, ""))[0]
    if size < end:
        raise Corrupt(f"expected at least {end:,} bytes in {file}, found {size:,}; save the checkpoint again, or remove it")
    if is_local(file):
        with open_regular(file) as opened:
            array: NDArray[Any] = np.memmap(opened, kind, "r", place.offset, place.shape)
    else:
        array = np.frombuffer(read_bytes(file), kind, math.prod(place.shape), place.offset).reshape(place.shape)
    if place.kind == BFLOAT16:
        check_converted(array, file)
        widened: NDArray[np.uint32] = np.left_shift(array, 16, dtype=np.uint32)
        return widened.view(np.float32)
    return array if place.kind != "<f8" and array.flags.aligned else as_float32(array, file)


def _directory_of(path: str) -> str:
    return os.path.dirname(path) if is_local(path) else path.rsplit("/", 1)[0]


def _entries(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Read a table: keys that rise, and their values."""
    if len(content) < _FOOTER or not content.endswith(_MAGIC):
        raise ValueError("it does not end as one")
    at = len(content) - _FOOTER
    for _ in range(2):  # of a block that is not needed
        _, at = _varint(content, at)
    end, last = 0, None
    for n_blocks, (_, handle) in enumerate(_block(content, *_handle(content[at : len(content) - len(_MAGIC)])[:2])):
        offset, size, _ = _handle(handle)
        if offset < end or n_blocks >= _MOST_BLOCKS:  # else a few bytes could have the same block read without end
            raise ValueError("its blocks overlap")
        end = offset + size
        for key, value in _block(content, offset, size):
            if last is not None and key <= last:
                raise ValueError("its names do not rise")
            last = key
            yield key, value


def _handle(content: bytes) -> tuple[int, int, int]:
    offset, at = _varint(content, 0)
    size, at = _varint(content, at)
    return offset, size, at


def _block(content: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Read the entries of a block: each has a key whose beginning is that of the one before, and a value."""
    if size < 4 or offset + size + _AFTER_BLOCK > len(content):
        raise ValueError("a block ends beyond it")
    if content[offset + size] != 0:
        raise ValueError("a block is compressed")
    block = content[offset : offset + size]
    end = size - 4 * (1 + int.from_bytes(block[-4:], "little"))  # places to jump to follow, and their number
    at, key = 0, b""
    while at < end:
        shared, at = _varint(block, at)
        n_more, at = _varint(block, at)
        n_value, at = _varint(block, at)
        stop = at + n_more + n_value
        if shared > len(key) or shared + n_more > _MOST_KEY or stop > end:
            raise ValueError("an entry ends beyond its block, or its name is too long")
        key = key[:shared] + block[at : at + n_more]
        yield key, block[at + n_more : stop]
        at = stop
    if at != end:
        raise ValueError("a block has no end")


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """Read a number of 7 bits a byte, lowest first, and say where the next thing begins."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number in it has no end")


def _fields(message: bytes) -> dict[int, Any]:
    """Read a message of protobuf, the last of each field: a number, or bytes."""
    return dict(_all_fields(message))


def _all_fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        value: int | bytes
        if wire == 0:
            value, at = _varint(message, at)
        elif wire in (1, 2, 5):
            n_bytes, at = (8, at) if wire == 1 else (4, at) if wire == 5 else _varint(message, at)
            value, at = message[at : at + n_bytes], at + n_bytes
        else:
            raise ValueError("a field in it is of no kind")
        if at > len(message):
            raise ValueError("a field ends beyond it")
        yield number, value


def _number(fields: dict[int, Any], number: int) -> int:
    value = fields.get(number, 0)
    if not isinstance(value, int) or value >= 2**63:  # a negative one
        raise ValueError(f"field {number} is no number from 0 up")
    return value


def _shape(message: object) -> tuple[int, ...]:
    if not isinstance(message, bytes):
        raise ValueError("a shape is none")
    sizes = []
    for number, value in _all_fields(message):
        if number == 2 and isinstance(value, bytes):
            sizes.append(_number(_fields(value), 1))
    return tuple(sizes)
