"""Files of other systems, read without running anything of what is inside, and without taking more memory than they hold."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import numpy as np

from tb_timetravel.errors import Corrupt, InvalidData
from tb_timetravel.store.files import is_local, open_array, read_bytes, size_and_time

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from tb_timetravel.log.arrays import Head

T = TypeVar("T")

_MAX_JSON_BYTES = 2**28
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*')
_STRING_OR_LAST_COMMA = re.compile(r'"(?:\\.|[^"\\])*"|,(?=\s*[}\]])')
_STATE_KEYS = ("state_dict", "model_state_dict", "model", "net")  # where trainings keep the weights beside their optimizer's state


def strip_comments(text: str) -> str:
    """Take ``//`` comments, and the commas that they leave before a closing bracket, out of JSON; strings stay as they are."""
    for pattern in (_STRING_OR_COMMENT, _STRING_OR_LAST_COMMA):
        text = pattern.sub(lambda found: found[0] if found[0].startswith('"') else "", text)
    return text


def read_json(path: str, kind: type[T]) -> T:
    """Read JSON, also with ``//`` comments, and check it.

    Raises
    ------
    NotFound, Corrupt
    """
    _check_size(path, _MAX_JSON_BYTES)
    content = read_bytes(path)
    try:
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.DecodeError:
            return msgspec.json.decode(strip_comments(content.decode()), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Corrupt(f"{path} is not the JSON that was expected ({error}); mend it") from error


def _check_size(path: str, limit: int) -> None:
    size, _ = size_and_time(path)
    if size > limit:
        raise Corrupt(f"expected at most {limit:,} bytes in {path}, found {size:,}; this is no such file")


def read_matrix(path: str) -> NDArray[Any]:
    """Open an array of one row per sample, (n, d), from ``.npy``, memory-mapped where it is local.

    Raises
    ------
    NotFound, Corrupt
    """
    array = open_array(path)
    if array.ndim != 2 or array.dtype.kind not in "fiu" or 0 in array.shape:
        raise Corrupt(f"expected numbers of shape (n_samples, n) in {path}, found {array.dtype} of shape {array.shape}; write it again")
    return array


def read_tensor(path: str) -> NDArray[Any]:
    """Read what ``torch.save`` wrote of one tensor, or of a list of numbers.

    Raises
    ------
    NotFound, Corrupt : it is not there; it is something else, or cannot be read without running what is inside.
    """
    import torch

    loaded = _load(path)
    if isinstance(loaded, (list, tuple)):
        try:
            return np.asarray(loaded, dtype=np.int64)
        except (TypeError, ValueError, OverflowError) as error:
            raise Corrupt(f"expected a tensor or a list of class numbers in {path}, found {error}; save the tensor alone") from error
    if not isinstance(loaded, torch.Tensor) or loaded.layout != torch.strided:
        raise Corrupt(f"expected a tensor in {path}, found a {type(loaded).__name__}; save the tensor alone")
    size, _ = size_and_time(path)
    if loaded.numel() * loaded.element_size() > size:  # an expanded tensor: a few bytes that claim to be terabytes
        raise Corrupt(f"expected {loaded.numel() * loaded.element_size():,} bytes in {path}, found {size:,}; save tensor.contiguous()")
    loaded = loaded.detach()
    return (loaded.float() if loaded.dtype == torch.bfloat16 else loaded).numpy()


def read_state(path: str) -> dict[str, Tensor]:
    """Read the weights of a checkpoint by name, in order.

    Raises
    ------
    NotFound, Corrupt
    """
    loaded = _load(path)
    found = _tensors(loaded)
    if not found:
        raise Corrupt(f"expected weights by name in {path}, found a {type(loaded).__name__}; save model.state_dict()")
    return found


def _tensors(value: object) -> dict[str, Tensor]:
    import torch

    if not isinstance(value, Mapping):
        return {}
    for key in _STATE_KEYS:
        if isinstance(value.get(key), Mapping) and (found := _tensors(value[key])):
            return found
    return {name: part for name, part in value.items() if isinstance(name, str) and isinstance(part, torch.Tensor)}


def _load(path: str) -> object:
    import torch

    size, _ = size_and_time(path)
    source: Any = path if is_local(path) else io.BytesIO(read_bytes(path))
    is_archive = zipfile.is_zipfile(source)
    if is_archive:
        _check_archive(source, path, size)
    if not is_local(path):
        source.seek(0)
    try:
        # what torch saves since 1.6 can be mapped: of a checkpoint only the head is then read from disk
        return torch.load(source, map_location="cpu", weights_only=True, mmap=is_archive and is_local(path))
    except Exception as error:  # damaged bytes and refused classes make torch raise of every kind
        reason = str(error).strip().split("\n")[0][:200]
        raise Corrupt(
            f"{path} cannot be read as tensors alone ({reason}); save tensors or model.state_dict() with torch.save, not whole objects"
        ) from error


def _check_archive(source: Any, path: str, size: int) -> None:  # noqa: ANN401  # a path or a file
    with zipfile.ZipFile(source) as archive:
        entries = archive.infolist()
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries) or sum(entry.file_size for entry in entries) > size:
        raise Corrupt(f"{path} unpacks to more than it is, which torch.save never writes; save it again")


def find_head(state: dict[str, Tensor], *, n_features: int, n_classes: int | None) -> Head | None:
    """Find the last linear layer that takes the features: weight (n_classes, n_features) and bias (n_classes,), or None.

    Parameters
    ----------
    n_classes : None where it is not known; of two classes the layer may have one logit.
    """
    sizes = {n_classes, 1} if n_classes == 2 else {n_classes}
    for name in reversed(state):
        weight = state[name]
        fits = weight.ndim == 2 and weight.shape[1] == n_features and (n_classes is None or weight.shape[0] in sizes)
        if not fits or not name.endswith("weight") or not weight.is_floating_point():
            continue
        bias = state.get(name.removesuffix("weight") + "bias")
        values = weight.detach().float().numpy()
        return values, np.zeros(len(values), np.float32) if bias is None else bias.detach().float().numpy()
    return None


def index_array(values: list[int], *, n: int, path: str) -> NDArray[np.int64]:
    """Check positions among n samples, each once; their order is kept.

    Raises
    ------
    Corrupt
    """
    try:
        array = np.asarray(values, dtype=np.int64)
    except OverflowError as error:
        raise Corrupt(f"expected positions below {n} in {path}, found {error}; mend it") from error
    if len(array) and not 0 <= int(array.min()) <= int(array.max()) < n:
        raise Corrupt(f"expected positions from 0 to {n - 1} in {path}, found {int(array.min())} to {int(array.max())}; mend it")
    if len(np.unique(array)) != len(array):
        raise Corrupt(f"expected every position once in {path}, found some twice; mend it")
    return array


def class_array(values: NDArray[Any], path: str) -> NDArray[np.int64]:
    """Check that an array holds a class number for each sample, (n,).

    Raises
    ------
    InvalidData
    """
    values = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    if values.ndim != 1 or values.dtype.kind not in "fiub" or (values.dtype.kind == "f" and not (values == np.rint(values)).all()):
        raise InvalidData(
            f"expected class numbers of shape (n_samples,) in {path}, found {values.dtype} of shape {values.shape}; write them"
        )
    return np.maximum(values.astype(np.int64), -1)
