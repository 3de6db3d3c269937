"""One pass of the data through the user's model, which leaves no trace in it.

The representation of a sample is what goes into the head, its logits are what comes out. Both are copied by hooks that live only
during the pass; modes, gradients and random states are afterwards what they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from tb_timetravel.errors import InvalidData
from tb_timetravel.log.arrays import Head, reproduces
from tb_timetravel.log.batches import Batch, MediaCollector, Split, split_data, take_apart
from tb_timetravel.log.calling import call, unwrap
from tb_timetravel.log.head import HeadTap, affine, find_head
from tb_timetravel.log.media import NO_PAGES
from tb_timetravel.log.samples import Facts, label_array
from tb_timetravel.log.surroundings import undisturbed
from tb_timetravel.log.targets import target_columns, target_matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from tb_timetravel.schema import Task


@dataclass(frozen=True, eq=False)
class Captured:
    """What a pass found: representations (n, d), logits (n, c), the head where it is affine, and what is known of the samples.

    In a regression predictions (n, n_targets) stand in place of the logits, and there is no head.
    """

    representations: NDArray[np.float32]
    logits: NDArray[np.float32]
    head: Head | None
    facts: Facts


class ModelProbe:
    """A model, its head, and the data on which it is watched.

    Parameters
    ----------
    model : any wrapper (DDP, DataParallel, torch.compile) is taken off: a wrapped forward would wait for the other ranks.
    head : the last layers, as a module of the model or its dotted name.
    data : a DataLoader, a dataset, or a mapping from the name of a split to either.
    task : whether the head's outputs are logits, or predictions of the targets.
    """

    def __init__(self, model: object, head: object, data: object, *, task: Task = "classification") -> None:
        self.model = unwrap(model)
        self.head = find_head(self.model, head)
        self.splits = split_data(data)
        self._read_targets = _labels if task == "classification" else _numbers
        self._targets: NDArray[Any] | None = None  # of the first pass

    def capture(self, *, with_media: bool) -> Captured:
        """Run the data through the model.

        Raises
        ------
        InvalidData : the head is not one vector in, one vector out per sample, or the labels are not those of the first pass.
        """
        with undisturbed(self.model):
            collected = self.collect(self.model, self.head, lambda split: split.loader, with_media=with_media)
        return self.finish(collected, self.head)

    def collect(
        self, model: nn.Module, head: nn.Module, contents: Callable[[Split], Iterable[Any]], *, with_media: bool, copied: bool = False
    ) -> Collected:
        """Run batches through a model that is ready for it, this one or its copy.

        Parameters
        ----------
        contents : of a split, what its loader yields.
        copied : the model gets copies of these, as they are used again.

        Raises
        ------
        InvalidData : as ``capture``.
        """
        collected = Collected(MediaCollector() if with_media else None, self._read_targets)
        with HeadTap(head) as tap:
            for split in self.splits:
                before = collected.n_samples
                for content in contents(split):
                    batch = take_apart(content)
                    call(model, batch.inputs, copied=copied)
                    collected.add(batch, *tap.take())
                found = collected.n_samples - before
                if split.ids is not None and found != len(split.ids):
                    raise InvalidData(
                        f"expected {len(split.ids)} samples in split {split.name!r}, got {found}; collate_fn must keep every sample"
                    )
                ids = np.arange(found) if split.ids is None else split.ids
                collected.end_split(split.name, ids)
        return collected

    def finish(self, collected: Collected, head: nn.Module) -> Captured:
        """Check what was collected, and read the head that made it.

        Raises
        ------
        InvalidData : as ``capture``.
        """
        if not collected.n_samples:
            raise InvalidData("expected data with at least one sample, got none; look at the loader's dataset")
        targets = collected.targets()
        if self._targets is None:
            self._targets = targets
        elif not np.array_equal(self._targets, targets, equal_nan=targets.dtype.kind == "f"):
            what = "targets" if targets.dtype.kind == "f" else "labels"
            raise InvalidData(
                f"expected the same {what} in the same order as at the first step, got others; the data must not change or shuffle"
            )
        representations, logits = collected.arrays()
        pages = (collected.media.finish() if collected.media is not None else None) or NO_PAGES
        ids, splits = np.concatenate(collected.ids), tuple(collected.split_names)
        if targets.ndim == 2:
            facts = Facts(ids=ids, splits=splits, pages=pages, targets=target_columns(targets))
            return Captured(representations, logits, None, facts)
        weights = affine(head)
        if weights is not None and not (len(weights[1]) == logits.shape[1] and reproduces(weights, representations, logits)):
            weights = None  # a hook or an adapter changes what the weights say
        facts = Facts(labels=targets, ids=ids, splits=splits, class_names=self._class_names(logits.shape[1]), pages=pages)
        return Captured(representations, logits, weights, facts)

    def _class_names(self, n_logits: int) -> tuple[str, ...] | None:
        names = self.splits[0].class_names  # as the dataset tells them; of no use where the model has other classes
        return names if names is not None and len(names) == max(2, n_logits) else None


class Collected:
    """Gathers the batches of a pass."""

    def __init__(self, media: MediaCollector | None, read_targets: Callable[[object, int, int], NDArray[Any]]) -> None:
        self.media, self._read_targets = media, read_targets
        self.n_samples = 0
        self.ids: list[NDArray[np.int64]] = []
        self.split_names: list[str] = []
        self._pairs: list[tuple[Tensor, Tensor]] = []
        self._targets: list[NDArray[Any]] = []

    def add(self, batch: Batch, x: Tensor, logits: Tensor) -> None:
        """Take on a batch, what went into the head (b, d) and what came out (b, c)."""
        targets = self._read_targets(batch.targets, len(x), logits.shape[1])
        if len(targets) != len(x) or len(logits) != len(x):
            what = "label" if targets.ndim == 1 else "target"
            raise InvalidData(
                f"expected one vector per sample into the head, got {len(x)} in and {len(logits)} out for {len(targets)} {what}s; "
                f"choose a layer after pooling, or give every sample one {what}"
            )
        self._pairs.append((x, logits))
        self._targets.append(targets)
        self.n_samples += len(x)
        if self.media is not None:
            self.media.add(batch.inputs)

    def end_split(self, name: str, ids: NDArray[np.int64]) -> None:
        """Say which samples a split had."""
        self.ids.append(ids)
        self.split_names += [name] * len(ids)

    def targets(self) -> NDArray[Any]:
        """Give labels (n,), or targets (n, n_targets)."""
        return np.concatenate(self._targets)

    def arrays(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Give representations (n, d) and logits (n, c)."""
        x, logits = (torch.cat(parts).numpy() for parts in zip(*self._pairs, strict=True))
        return x, logits


def _labels(targets: object, n: int, _: int) -> NDArray[np.int64]:
    return np.full(n, -1) if targets is None else label_array(targets)


def _numbers(targets: object, n: int, n_outputs: int) -> NDArray[np.float64]:
    return np.full((n, n_outputs), np.nan) if targets is None else target_matrix(targets)
