"""The batches of a first pass, kept in memory for the later ones, so that these need no loading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from tb_timetravel.log.batches import Split

MOST_KEPT_BYTES = 256 * 2**20
_SMALL_BYTES = 32  # of a number or None in a list


class Kept:
    """Copies of what the loaders yielded; none at all where that is too large, or of a kind that cannot be copied and measured."""

    def __init__(self) -> None:
        self._contents: dict[Split, list[Any]] | None = {}
        self._bytes = 0

    def __bool__(self) -> bool:
        return self._contents is not None

    def add(self, split: Split, content: object) -> None:
        """Keep a batch as it is now."""
        if self._contents is None:
            return
        size = _size(content)
        self._bytes += size or 0
        if size is None or self._bytes > MOST_KEPT_BYTES:
            self._contents = None
        else:
            self._contents.setdefault(split, []).append(_copy(content))

    def of(self, split: Split) -> list[Any]:
        """Give the batches of a split; whoever changes them, changes them for good."""
        return [] if self._contents is None else self._contents.get(split, [])


def _size(content: Any) -> int | None:  # noqa: ANN401  # whatever a loader yields
    """Count the bytes of a batch made of arrays, texts and numbers; None where there is something else in it."""
    if isinstance(content, Tensor):
        return content.nbytes if content.layout == torch.strided and type(content) is Tensor else None
    if isinstance(content, np.ndarray):
        return None if content.dtype.hasobject else content.nbytes
    if isinstance(content, str):
        return _SMALL_BYTES + 4 * len(content)
    if content is None or isinstance(content, (bool, int, float, np.generic)):
        return _SMALL_BYTES
    if not isinstance(content, (Mapping, list, tuple)):
        return None
    sizes = [_size(part) for part in (content.values() if isinstance(content, Mapping) else content)]
    return sum(size for size in sizes if size is not None) if None not in sizes else None


def _copy(content: Any) -> Any:  # noqa: ANN401  # of the same kind
    if isinstance(content, Tensor):
        return content.detach().clone()
    if isinstance(content, np.ndarray):
        return content.copy()
    if isinstance(content, Mapping):
        return {name: _copy(part) for name, part in content.items()}
    if isinstance(content, (list, tuple)):
        return [_copy(part) for part in content] if isinstance(content, list) else tuple(_copy(part) for part in content)
    return content
