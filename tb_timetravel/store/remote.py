"""Paths with a scheme (``s3://``, ``gs://``, ``memory://``), through the gfile layer by which TensorBoard itself opens them.

That layer uses boto3 for ``s3://`` where it is installed, fsspec for everything else, and TensorFlow for all of it where that is installed.
Each raises errors of its own kind; from here they are ours.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tb_timetravel.errors import NotFound, NotWritable, StoreError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

_MISSING = ("NoSuchKey", "404")  # as boto3 says it


def is_of_one_process(path: str) -> bool:
    """Tell whether only this process sees the path: what it writes there no other can read."""
    return path.startswith("memory://")


def exists(path: str) -> bool:
    """Tell whether a file or directory is there."""
    with _own_errors(path):
        return bool(_gfile(path).exists(path))


def is_directory(path: str) -> bool:
    """Tell whether something lies below a path."""
    with _own_errors(path):
        return bool(_gfile(path).isdir(path))


def listdir(directory: str) -> list[str]:
    """List the names in a directory, sorted; none when it is not there."""
    try:
        with _own_errors(directory):
            names = _gfile(directory).listdir(directory)
    except NotFound:
        return []
    return sorted({name.rstrip("/") for name in names} - {""})  # an empty one stands for the directory itself


def size(path: str) -> int:
    """Tell a file's size in bytes."""
    with _own_errors(path):
        return int(_gfile(path).stat(path).length)


def read_chunks(path: str, size: int | None = None) -> Iterator[bytes]:
    """Read a file piece by piece, each of at most `size` bytes, or as a whole."""
    with _own_errors(path), _gfile(path).GFile(path, "rb") as file:
        if size is None:
            yield bytes(file.read())
            return
        while chunk := bytes(file.read(size)):
            yield chunk


def write_bytes(path: str, content: bytes) -> None:
    """Write a file: the old one is there until the new one is."""
    with _own_errors(path, "written", NotWritable):
        gfile = _gfile(path)
        gfile.makedirs(path.rsplit("/", 1)[0])
        with gfile.GFile(path, "wb") as file:
            file.write(content)


def _gfile(path: str) -> Any:  # noqa: ANN401  # tensorboard ships no types
    from tensorboard.compat import tf  # resolves to TensorFlow where that is installed: only when a remote path asks for it

    gfile = tf.io.gfile
    get_filesystem = getattr(gfile, "get_filesystem", None)  # TensorFlow's own has none
    if get_filesystem is not None and type(get_filesystem(path)).__name__ == "FSSpecFileSystem":
        import fsspec

        fs, inside = fsspec.core.url_to_fs(path)
        fs.invalidate_cache(inside)  # s3fs and gcsfs keep a listing for good: what another process wrote since would never be seen
    return gfile


@contextmanager
def _own_errors(path: str, done: str = "read", kind: type[StoreError] = Unreachable) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if _says_missing(error) and kind is Unreachable:
            raise NotFound(f"expected a file at {path}, found none") from error
        scheme = path.partition("://")[0]
        if isinstance(error, (ImportError, ValueError)):  # no package for the scheme
            raise kind(f"{path} cannot be {done}: {scheme}:// needs {_package(scheme)}; pip install it here ({error})") from error
        raise kind(f"{path} cannot be {done}: {' '.join(str(error).split()) or type(error).__name__}") from error


def _says_missing(error: Exception) -> bool:
    if isinstance(error, FileNotFoundError) or type(error).__name__ == "NotFoundError":  # of TensorFlow, or TensorBoard's stand-in
        return True
    response = getattr(error, "response", None)  # of boto3's ClientError
    return isinstance(response, dict) and response.get("Error", {}).get("Code") in _MISSING


def _package(scheme: str) -> str:
    return {"s3": "boto3", "gs": "gcsfs", "gcs": "gcsfs"}.get(scheme, "fsspec and its package for that scheme")
