"""The user's data as a pass that visits the same samples in the same order at every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, RandomSampler, SequentialSampler, Subset, SubsetRandomSampler

from tb_timetravel.errors import InvalidData
from tb_timetravel.log.media import Pages, TextPages, ThumbnailPages, channels_last, looks_like_pictures
from tb_timetravel.schema import DEFAULT_SPLIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

_BATCH_SIZE = 128  # of a dataset that comes without a loader
_LABEL_KEYS = ("labels", "label", "targets", "target")


@dataclass(frozen=True, eq=False)
class Split:
    """A named part of the data; ids are None where samples cannot be told by an index."""

    name: str
    loader: Iterable[Any]
    ids: NDArray[np.int64] | None  # (n,) indices in the user's dataset
    class_names: tuple[str, ...] | None  # as torchvision's datasets tell them


class Batch(NamedTuple):
    """What a loader yields, taken apart; targets are None where there are no labels."""

    inputs: Any
    targets: Any


def split_data(data: object) -> list[Split]:
    """Read the ``data`` argument: a loader, a dataset, or a mapping from the name of a split to either."""
    if isinstance(data, Mapping):
        if not data:
            raise InvalidData("expected data with at least one split, got an empty mapping; give {'train': loader, 'test': loader}")
        return [_fixed_order(part, str(name)) for name, part in data.items()]
    return [_fixed_order(data, DEFAULT_SPLIT)]


def _fixed_order(data: object, name: str) -> Split:
    if isinstance(data, DataLoader):
        return _reordered(data, name)
    if isinstance(data, tuple) or not hasattr(data, "__getitem__") or not hasattr(data, "__len__"):
        raise InvalidData(
            f"expected data as a DataLoader, a dataset or a mapping of these, got {type(data).__name__}; wrap tensors in TensorDataset"
        )
    dataset: Any = data
    loader = DataLoader(dataset, batch_size=_BATCH_SIZE, shuffle=False)
    return Split(name, loader, _user_ids(dataset, np.arange(len(dataset))), _class_names(dataset))


def _reordered(loader: DataLoader[Any], name: str) -> Split:
    """Build a loader like the user's that does not shuffle.

    A loader of its own even where theirs is in order: iterating theirs would restart persistent workers and advance its generator,
    and it may drop the last batch.
    """
    dataset: Any = loader.dataset
    if isinstance(dataset, IterableDataset):
        return Split(name, loader, None, None)  # its order is its own: labels are compared at every step
    batched = loader.batch_sampler is not None  # otherwise the dataset's items are batches
    rows = _visited(loader.sampler, len(dataset))
    ordered = DataLoader(
        dataset,
        batch_size=(loader.batch_size or getattr(loader.batch_sampler, "batch_size", None) or _BATCH_SIZE) if batched else None,
        sampler=rows.tolist(),
        num_workers=loader.num_workers,
        collate_fn=loader.collate_fn,
        pin_memory=loader.pin_memory,
        timeout=loader.timeout,
        worker_init_fn=loader.worker_init_fn,
        multiprocessing_context=loader.multiprocessing_context,
    )
    return Split(name, ordered, _user_ids(dataset, rows) if batched else None, _class_names(dataset))


def _visited(sampler: object, n: int) -> NDArray[np.int64]:
    """Find which rows a sampler visits, sorted: its fixed list where it has one, else all."""
    if isinstance(sampler, (RandomSampler, SequentialSampler)):
        return np.arange(n)
    indices = sampler.indices if isinstance(sampler, SubsetRandomSampler) else sampler
    if isinstance(indices, (list, tuple, range, np.ndarray, Tensor)):
        return np.unique(np.asarray(indices)).astype(np.int64)
    return np.arange(n)  # weighted, distributed or unknown: asking it for an order would advance its state


def _user_ids(dataset: Any, rows: NDArray[np.int64]) -> NDArray[np.int64]:  # noqa: ANN401  # a dataset is what has items
    while isinstance(dataset, Subset):
        rows = np.asarray(dataset.indices, dtype=np.int64)[rows]
        dataset = dataset.dataset
    return rows


def _class_names(dataset: Any) -> tuple[str, ...] | None:  # noqa: ANN401  # a dataset is what has items
    while isinstance(dataset, Subset):
        dataset = dataset.dataset
    classes = getattr(dataset, "classes", None)
    return tuple(str(name) for name in classes) if isinstance(classes, (list, tuple)) else None


def take_apart(batch: object) -> Batch:
    """Tell inputs from targets in what a loader yields: a pair, a mapping with a label key, or inputs alone."""
    if isinstance(batch, Mapping):
        key = next((key for key in _LABEL_KEYS if key in batch), None)
        inputs = {name: value for name, value in batch.items() if name != key}
        return Batch(inputs, None if key is None else batch[key])
    if isinstance(batch, (tuple, list)) and not _is_texts(batch):
        if len(batch) > 2:
            raise InvalidData(
                f"expected batches as (inputs, targets), got {len(batch)} parts; let collate_fn make a pair or a dict with 'labels'"
            )
        return Batch(batch[0], batch[1] if len(batch) == 2 else None)
    return Batch(batch, None)


def _is_texts(value: object) -> TypeGuard[Sequence[str]]:
    return isinstance(value, (tuple, list)) and bool(value) and all(isinstance(item, str) for item in value)


class MediaCollector:
    """Makes pages from the inputs of a pass, where these are pictures or texts."""

    def __init__(self) -> None:
        self._collector: Any = None
        self._complete = True  # every batch so far had something to show

    def add(self, inputs: object) -> None:
        """Look for pictures or texts in a batch's inputs."""
        shown = _media_of(inputs)
        if self._collector is None and shown is not None:
            self._collector = ThumbnailPages() if isinstance(shown, np.ndarray) else TextPages()
        if shown is None or isinstance(shown, np.ndarray) != isinstance(self._collector, ThumbnailPages):
            self._complete = False
        else:
            self._collector.add(shown)

    def finish(self) -> Pages | None:
        """Hand over the pages, None where not every sample has something to show."""
        return self._collector.finish() if self._collector is not None and self._complete else None


def _media_of(inputs: object) -> NDArray[Any] | Sequence[str] | None:
    if _is_texts(inputs):
        return inputs
    parts = list(inputs.values()) if isinstance(inputs, Mapping) else list(inputs) if isinstance(inputs, (tuple, list)) else [inputs]
    for part in parts:
        if _is_texts(part):
            return part
        if isinstance(part, Tensor) and part.layout == torch.strided:
            values = part.detach().cpu()
            array = (values.float() if values.is_floating_point() else values).numpy()
            if looks_like_pictures(array):
                return channels_last(array)
    return None
