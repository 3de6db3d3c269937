"""Files as the store needs them: whole, versioned, without pickle, on every file system that TensorBoard reads.

A local path goes through the operating system, which gives atomic replacement and memory mapping; anything with a scheme (``s3://``,
``gs://``, ``memory://``) goes through TensorBoard's gfile layer (``remote.py``), where writing an object is atomic by itself.
"""

from __future__ import annotations

import errno
import hashlib
import io
import math
import os
import secrets
import stat
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import numpy as np

from tb_timetravel.errors import Corrupt, NotFound, NotWritable, UnsupportedVersion
from tb_timetravel.schema import FORMAT_VERSION, Versioned
from tb_timetravel.store import remote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import DTypeLike, NDArray

V = TypeVar("V", bound=Versioned)
_BEGINNING = 2**16  # bytes
_MAY_NOT_WRITE = (errno.EACCES, errno.EPERM, errno.EROFS)


def is_local(path: str) -> bool:
    """Tell whether the operating system itself can open the path."""
    return "://" not in path


def join(directory: str, *names: str) -> str:
    """Join names to a directory, with slashes where it has a scheme."""
    return os.path.join(directory, *names) if is_local(directory) else "/".join([directory.rstrip("/"), *names])


def exists(path: str) -> bool:
    """Tell whether a file or directory is there."""
    return os.path.exists(path) if is_local(path) else remote.exists(path)


def listdir(directory: str) -> list[str]:
    """List the names in a directory, sorted; none when it is not there."""
    if is_local(directory):
        try:
            return sorted(os.listdir(directory))
        except (FileNotFoundError, NotADirectoryError):
            return []
    return remote.listdir(directory)


def read_bytes(path: str) -> bytes:
    """Read a whole file.

    Raises
    ------
    NotFound : there is no such file.
    """
    if is_local(path):
        try:
            with open(path, "rb") as file:
                return file.read()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise NotFound(f"expected a file at {path}, found none") from error
    return next(remote.read_chunks(path))


def size_and_time(path: str) -> tuple[int, float]:
    """Give a file's size in bytes and when it last changed, in seconds since 1970 (0 where the file system does not say).

    Raises
    ------
    NotFound : there is no such file.
    """
    if not exists(path):
        raise NotFound(f"expected a file at {path}, found none")
    if is_local(path):
        found = os.stat(path)
        return found.st_size, found.st_mtime
    return remote.size(path), 0.0


def read_chunks(path: str, size: int) -> Iterator[bytes]:
    """Read a file piece by piece, each of at most `size` bytes.

    Raises
    ------
    NotFound : there is no such file.
    """
    if not exists(path):
        raise NotFound(f"expected a file at {path}, found none")
    if not is_local(path):
        yield from remote.read_chunks(path, size)
        return
    with open(path, "rb") as file:
        while chunk := file.read(size):
            yield chunk


def stamp(path: str) -> tuple[int, str] | None:
    """Tell a file's size, and what differs once it was written again, without reading it; None where there is no file.

    The second is the time of the last change; where the file system does not tell it, a hash of the beginning has to do.
    """
    if is_local(path):
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return (status.st_size, str(status.st_mtime_ns)) if stat.S_ISREG(status.st_mode) else None
    if not remote.exists(path) or remote.is_directory(path):
        return None
    return remote.size(path), hashlib.blake2b(next(read_chunks(path, _BEGINNING), b""), digest_size=8).hexdigest()


def write_bytes(path: str, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part; makes the directory.

    Raises
    ------
    NotWritable : the directory may only be read, or the remote store refuses.
    OSError : another failure of a local file system, as a full disk.
    """
    if not is_local(path):
        remote.write_bytes(path, content)
        return
    try:
        _write_local(path, content)
    except OSError as error:
        if error.errno not in _MAY_NOT_WRITE:
            raise
        raise NotWritable(f"{path} cannot be written ({error.strerror})") from error


def _write_local(path: str, content: bytes) -> None:
    directory = os.path.dirname(path)
    os.makedirs(directory, exist_ok=True)
    part = os.path.join(directory, f".{os.path.basename(path)}.{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power cut could leave the new name on an empty file
        os.replace(part, path)
    except BaseException:
        remove(part)
        raise


def remove(path: str) -> None:
    """Remove a local file that nobody refers to any more; a remote one is left, as gfile cannot remove."""
    if is_local(path):
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass


def write_record(path: str, record: Versioned) -> None:
    """Write a record as JSON."""
    write_bytes(path, msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")


def read_record(path: str, kind: type[V]) -> V:
    """Read a record and check it field by field.

    Raises
    ------
    NotFound, UnsupportedVersion, Corrupt
    """
    content = read_bytes(path)
    try:
        version = msgspec.json.decode(content, type=Versioned).format_version
        if version > FORMAT_VERSION:
            raise UnsupportedVersion(
                f"{path} has format version {version}, this tb_timetravel reads up to {FORMAT_VERSION}; upgrade it to open this run"
            )
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise Corrupt(f"{path} is not a readable {kind.__name__} record ({error}); remove it or log the run again") from error


def encode_array(array: NDArray[Any]) -> bytes:
    """Encode an array in numpy's own format, without pickle."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array, order="C"), allow_pickle=False)
    return buffer.getvalue()


def write_array(path: str, array: NDArray[Any]) -> None:
    """Write an array as ``.npy``."""
    write_bytes(path, encode_array(array))


def read_array(path: str, *, shape: tuple[int, ...], dtype: DTypeLike, writable: bool = False) -> NDArray[Any]:
    """Read an array whose shape and type are known, memory-mapped where the path is local.

    What is written to a `writable` array stays in memory.

    Raises
    ------
    NotFound, Corrupt
    """
    array = open_array(path, mapped=bool(shape) and 0 not in shape, writable=writable)  # nothing cannot be mapped
    if array.shape != shape or array.dtype != np.dtype(dtype):
        raise Corrupt(f"expected {shape} {np.dtype(dtype)} in {path}, found {array.shape} {array.dtype}; log or fit this run again")
    return array


def open_array(path: str, *, mapped: bool = True, writable: bool = False) -> NDArray[Any]:
    """Read an array of any shape and type, memory-mapped where it may be and the path is local.

    Nothing is allocated for more than the file holds, so a header that promises terabytes costs nothing.

    Raises
    ------
    NotFound, Corrupt
    """
    try:
        if is_local(path) and mapped:
            array: NDArray[Any] = np.lib.format.open_memmap(path, mode="c" if writable else "r")  # knows neither zip nor pickle
        else:
            array = _decode_array(read_bytes(path))
    except FileNotFoundError as error:
        raise NotFound(f"expected an array at {path}, found none") from error
    except (ValueError, EOFError, OSError) as error:
        raise Corrupt(f"{path} is damaged or incomplete ({error}); log or fit this run again") from error
    return array


def _decode_array(content: bytes) -> NDArray[Any]:
    buffer = io.BytesIO(content)
    if np.lib.format.read_magic(buffer) != (1, 0):
        raise ValueError("it has another version of numpy's format than is written here")
    promised, _, dtype = np.lib.format.read_array_header_1_0(buffer)
    if math.prod(promised) * dtype.itemsize > len(content):
        raise ValueError(f"{len(content)} bytes are too few for shape {promised}")
    buffer.seek(0)
    return np.asarray(np.lib.format.read_array(buffer, allow_pickle=False))
