"""Which sample of one probe set is which of another: the one of the same split with the same id in the user's dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tb_timetravel.schema import Probe
    from tb_timetravel.store.reading import ProbeReader


@dataclass(frozen=True, eq=False)
class Matched:
    """Samples that two probe sets have in common, in order of the first.

    Attributes
    ----------
    here : (n,) positions in the first.
    there : (n,) positions in the second.
    """

    here: NDArray[np.int64]
    there: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.here)

    def take(self, rows: NDArray[np.int64]) -> Matched:
        """Keep some of them."""
        return Matched(self.here[rows], self.there[rows])


def match_samples(one: ProbeReader, other: ProbeReader) -> Matched:
    """Pair the samples of two probe sets by the name of their split and their id.

    Each split has ids of its own, so an id alone would take a test sample for one of training; of an id that comes twice in a split the
    first counts. A probe set and itself have all samples in common.

    Raises
    ------
    StoreError : ids or splits cannot be read.
    """
    if one.directory == other.directory:
        every = np.arange(one.probe().n_samples)
        return Matched(every, every)
    (keys, first), (other_keys, other_first) = (_keys(reader, one.probe(), reader.probe()) for reader in (one, other))
    _, at, other_at = np.intersect1d(keys, other_keys, assume_unique=True, return_indices=True)
    here, there = first[at], other_first[other_at]
    order = np.argsort(here)
    return Matched(here[order], there[order])


def _keys(reader: ProbeReader, first: Probe, own: Probe) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give each different split and id of a probe set a number, and the position that has it; splits are counted as ``first`` has them."""
    known = {name: index for index, name in enumerate(first.split_names)}
    of_split = np.array([known.get(name, -1) for name in own.split_names], np.int64)
    splits = of_split[np.asarray(reader.splits(own))]
    rows = np.flatnonzero(splits >= 0)
    keys, at = np.unique(splits[rows] * 2**32 + np.asarray(reader.ids(own), np.int64)[rows], return_index=True)
    return keys, rows[at]
