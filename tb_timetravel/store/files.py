"""Files as the store needs them: whole, versioned, without pickle, on every file system that TensorBoard reads.

A local path goes through the operating system, which gives atomic replacement and memory mapping; anything with a scheme (``s3://``,
``gs://``, ``memory://``) goes through TensorBoard's gfile layer (``remote.py``), where writing an object is atomic by itself.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import secrets
import stat
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeVar

import msgspec
import numpy as np

from tb_timetravel.errors import Corrupt, NotFound, NotWritable, UnsupportedVersion
from tb_timetravel.schema import FORMAT_VERSION, Versioned
from tb_timetravel.store import npy, remote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import DTypeLike, NDArray

V = TypeVar("V", bound=Versioned)
MOST_BYTES = 2**30  # of a file that is read as a whole
_MOST_RECORD_BYTES = 2**27  # of JSON: a film of a hundred thousand steps
_BEGINNING = 2**16  # bytes
_MOST_CONVERTED = 2**32  # bytes of numbers of another type
_MAY_NOT_WRITE = (errno.EACCES, errno.EPERM, errno.EROFS)


def is_local(path: str) -> bool:
    """Tell whether the operating system itself can open the path."""
    return "://" not in path


def join(directory: str, *names: str) -> str:
    """Join names to a directory, with slashes where it has a scheme."""
    return os.path.join(directory, *names) if is_local(directory) else "/".join([directory.rstrip("/"), *names])


def below(directory: str, *names: str) -> str:
    """Join names to a directory that anybody may have filled: a link among them leads nowhere else than below it.

    Raises
    ------
    Corrupt : one does.
    """
    path = join(directory, *names)
    if is_local(path):
        for n in range(len(names)):
            if os.path.islink(os.path.join(directory, *names[: n + 1])):
                root, real = os.path.realpath(directory), os.path.realpath(path)
                if os.path.commonpath([root, real]) != root:
                    raise Corrupt(f"{path} leads out of {directory} through a symbolic link, which is not followed; move it here")
                break
    return path


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


def open_regular(path: str) -> BinaryIO:
    """Open a local file to be read; a pipe that somebody put in its place would make whoever opens it wait for ever, a device never end.

    Raises
    ------
    NotFound : there is no such file, or it is no regular one.
    """
    try:
        file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115  # it is handed on
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise NotFound(f"expected a file at {path}, found none") from error
    except (ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in (errno.ENXIO, errno.ENAMETOOLONG, errno.ELOOP):
            raise
        raise NotFound(f"expected a file at {path[:500]!r}, found a name that no file has") from error  # a socket, or a name with a NUL
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise NotFound(f"expected a file at {path}, found a pipe or a device")


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_bytes(path: str, *, most: int = MOST_BYTES) -> bytes:
    """Read a whole file of at most so many bytes.

    Raises
    ------
    NotFound : there is no such file.
    Corrupt : it is larger, which no file of its kind is.
    """
    if is_local(path):
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size <= most:
                return file.read(size)  # a number that is too large would be taken as memory at once
    else:
        content = next(remote.read_chunks(path))  # to ask for its size first would be one more request each
        size = len(content)
        if size <= most:
            return content
    raise Corrupt(f"expected at most {most:,} bytes in {path}, found {size:,}; remove it or log the run again")


def read_end(path: str, n_bytes: int) -> bytes:
    """Read the last bytes of a file, however long that is.

    Raises
    ------
    NotFound : there is no such file.
    """
    if not is_local(path):
        return read_bytes(path)[-n_bytes:]
    with open_regular(path) as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - n_bytes))
        return file.read(n_bytes)


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
    with open_regular(path) as file:
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
        if error.errno == errno.ENOSPC:
            raise OSError(error.errno, error.strerror, path) from error  # the system does not say where
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
    content = read_bytes(path, most=_MOST_RECORD_BYTES)
    try:
        version = msgspec.json.decode(content, type=Versioned).format_version
        if version > FORMAT_VERSION:
            raise UnsupportedVersion(
                f"{path} has format version {version}, this tb_timetravel reads up to {FORMAT_VERSION}; upgrade it to open this run"
            )
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
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
        if not (is_local(path) and mapped):
            array = npy.decode(read_bytes(path))
            return array.copy() if writable else array
        with open_regular(path) as file:
            header = npy.read_header(file.read(npy.HEADER_BYTES), os.fstat(file.fileno()).st_size)
            if 0 in header.shape:  # nothing cannot be mapped
                return np.empty(header.shape, header.dtype)
            mode: Literal["c", "r"] = "c" if writable else "r"
            return np.memmap(file, header.dtype, mode, header.offset, header.shape, header.order)
    except (ValueError, OSError) as error:
        raise Corrupt(f"{path} is damaged or incomplete ({error}); log or fit this run again") from error


def check_converted(array: NDArray[Any], path: str) -> None:
    """Check that numbers of a file are no more than any that are copied into memory for good reason.

    Raises
    ------
    Corrupt : they are.
    """
    if array.nbytes > _MOST_CONVERTED:
        raise Corrupt(
            f"expected at most {_MOST_CONVERTED:,} bytes of {array.dtype} in {path}, found {array.nbytes:,}; write float32 as .npy"
        )


def as_float32(array: NDArray[Any], path: str) -> NDArray[np.float32]:
    """Copy numbers of a file into memory as float32; a file of holes takes none on a disk, and would there.

    Raises
    ------
    Corrupt : they are more than any that are written in another type for good reason.
    """
    check_converted(array, path)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is not finite, and found as such
        return array.astype(np.float32)
