"""The true nearest neighbors of a few samples: exact, over the representations of one step, among all samples of every split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight.near import nearest
from tb_timetravel.serve.kept import Kept
from tb_timetravel.store import open_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MAX_SAMPLES = 16  # of one request
MAX_NEIGHBORS = 30
_REMEMBERED = 8192  # samples at a step, 120 bytes and an array's own 112 each


class NeighborSearch:
    """Looks neighbors up, one request at a time, and remembers what it found."""

    def __init__(self) -> None:
        self._found: Kept[NDArray[np.int32]] = Kept(_REMEMBERED)  # by directory, digest of the step, and sample

    def find(self, directory: str, step: int, samples: Sequence[int], k: int) -> list[list[int]]:
        """Name the k nearest of each sample at a logged step, nearest first; fewer where there are fewer samples.

        Raises
        ------
        NotFound : no such step or sample.
        InvalidData : too many samples or neighbors are asked for.
        """
        if not 0 < len(samples) <= MAX_SAMPLES:
            raise InvalidData(f"expected 1 to {MAX_SAMPLES} samples, got {len(samples)}")
        if not 0 < k <= MAX_NEIGHBORS:
            raise InvalidData(f"expected k from 1 to {MAX_NEIGHBORS}, got {k}")
        reader = open_reader(directory)
        probe = reader.probe()
        for sample in samples:
            if sample >= probe.n_samples:
                raise NotFound(f"expected a sample from 0 to {probe.n_samples - 1}, got {sample}")
        logged = next((known for known in reader.steps() if known.step == step), None)
        if logged is None:
            raise NotFound(f"step {step} is not logged any more, so its neighbors cannot be told")
        most = min(MAX_NEIGHBORS, probe.n_samples - 1)
        if most == 0:
            return [[] for _ in samples]

        def look(missing: list[tuple[str, str, int]]) -> list[NDArray[np.int32]]:
            order = nearest(reader.read(probe, logged).representations, [sample for _, _, sample in missing], most)
            return [row.copy() for row in order.astype(np.int32)]  # a view would keep the rows of all that were asked about with it

        found = self._found.get_all([(directory, logged.digest, sample) for sample in samples], look)
        return [row[:k].tolist() for row in found]
