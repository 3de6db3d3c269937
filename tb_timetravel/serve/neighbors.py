"""The true nearest neighbors of a few samples: exact, over the representations of one step, among all samples of every split."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.store import open_reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

MAX_SAMPLES = 16  # of one request
MAX_NEIGHBORS = 30
_CHUNK = 2**20  # numbers looked at together: 4 MB
_REMEMBERED = 8192  # samples at a step, 240 bytes each


def nearest(representations: NDArray[Any], samples: Sequence[int], k: int) -> NDArray[np.int64]:
    """Find the k nearest of each sample by Euclidean distance.

    Parameters
    ----------
    representations : (n, d), of any real type; read once, in chunks, so that a memory-mapped step of any size fits.
    samples : positions, each in 0 … n − 1.
    k : at most n − 1.

    Returns
    -------
    (len(samples), k) positions, nearest first, of equally near ones the earlier; never the sample itself.
    """
    n, d = representations.shape
    queries = np.asarray(representations[list(samples)], np.float32)  # (q, d)
    distances = np.empty((len(samples), n), np.float32)
    rows = max(1, _CHUNK // max(1, d))
    for start in range(0, n, rows):
        chunk = np.asarray(representations[start : start + rows], np.float32)
        for query, found in zip(queries, distances, strict=True):
            difference = chunk - query
            found[start : start + rows] = np.einsum("ij,ij->i", difference, difference)
    distances[np.isnan(distances)] = np.inf  # what is not a number is near to nothing
    distances[np.arange(len(samples)), list(samples)] = np.inf
    order = np.empty((len(samples), k), np.int64)
    for row, (sample, found) in enumerate(zip(samples, distances, strict=True)):
        limit = np.partition(found, k - 1)[k - 1]
        candidates = np.flatnonzero(found <= limit)
        candidates = candidates[candidates != sample]
        order[row] = candidates[np.argsort(found[candidates], kind="stable")[:k]]
    return order


class NeighborSearch:
    """Looks neighbors up, one request at a time, and remembers what it found."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[tuple[str, str, int], list[int]] = OrderedDict()  # directory, digest of the step, sample

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
        with self._lock:
            keys = [(directory, logged.digest, sample) for sample in samples]
            missing = [key for key in dict.fromkeys(keys) if key not in self._found]
            if missing:
                representations = reader.read(probe, logged).representations
                order = nearest(representations, [sample for _, _, sample in missing], most)
                self._found.update(zip(missing, order.tolist(), strict=True))
            answer = [self._found[key][:k] for key in keys]
            while len(self._found) > _REMEMBERED:
                self._found.popitem(last=False)
        return answer
