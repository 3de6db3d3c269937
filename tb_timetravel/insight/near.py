"""What lies near a sample, or near the middle of several, in the representation of a step: exact, among all samples of every split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight.measures import blocks
from tb_timetravel.insight.source import affordable_steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tb_timetravel.schema import LoggedStep
    from tb_timetravel.store import ProbeReader

    Metric = Literal["euclidean", "cosine"]

METRICS = ("euclidean", "cosine")
_MOST = 2**26  # distances kept together: 256 MB


@dataclass(frozen=True, eq=False)
class Near:
    """The nearest samples at a step, nearest first; of equally near ones the earlier.

    Attributes
    ----------
    step : the logged step.
    positions : (n_queries, n), never what was asked about.
    distances : (n_queries, n); Euclidean from 0 up, cosine, 1 - cos, in [0, 2]. Infinite where there is none, as for a vector of zeros.
    """

    step: int
    positions: NDArray[np.int64]
    distances: NDArray[np.float32]


def nearest(representations: NDArray[Any], samples: Sequence[int], k: int) -> NDArray[np.int64]:
    """Find the k nearest of each sample by Euclidean distance.

    Parameters
    ----------
    representations : (n, d), of any real type; read once, in blocks, so that a memory-mapped step of any size fits.
    samples : positions, each in 0 … n − 1.
    k : at most n − 1.

    Returns
    -------
    (len(samples), k) positions, nearest first, of equally near ones the earlier; never the sample itself.
    """
    queries = np.asarray(representations[list(samples)], np.float32)
    return _search(representations, queries, [[sample] for sample in samples], k, "euclidean")[0]


def near(
    reader: ProbeReader, samples: Sequence[int], step: int, n: int = 10, *, metric: Metric = "euclidean", as_one: bool = False
) -> Near:
    """Find what was near each sample at a logged step; fewer than n where there are fewer.

    Parameters
    ----------
    samples : positions.
    metric : ``euclidean`` or ``cosine``.
    as_one : ask about the mean of the samples instead, and so get one row: what is like them all and is not among them. By cosine
        it is the mean of their directions.

    Raises
    ------
    InvalidData : what is asked for means nothing.
    NotFound : there is no such sample or step.
    StoreError : the log cannot be read.
    """
    logged = next((known for known in reader.steps() if known.step == step), None)
    if logged is None:
        raise NotFound(f"expected a logged step, got {step}, which is not; choose one that is")
    return _near(reader, samples, logged, n, metric, as_one=as_one)


def near_through_time(
    reader: ProbeReader,
    samples: Sequence[int],
    n: int = 10,
    *,
    metric: Metric = "euclidean",
    as_one: bool = False,
    most_bytes: int | None = None,
) -> Iterator[Near]:
    """Find what was near at every logged step, one after the other; other parameters and errors are those of ``near``.

    Parameters
    ----------
    most_bytes : so many are gone through, about; of a longer log evenly spaced steps are asked. Any number if not given.
    """
    steps = reader.steps()
    if most_bytes is not None:
        steps = affordable_steps(reader.probe(), steps, most_bytes, n_passes=1 if as_one else len(samples))
    for logged in steps:
        yield _near(reader, samples, logged, n, metric, as_one=as_one)


def _near(reader: ProbeReader, samples: Sequence[int], logged: LoggedStep, n: int, metric: Metric, *, as_one: bool) -> Near:
    probe, n_queries = reader.probe(), 1 if as_one else len(samples)
    most = max(1, _MOST // probe.n_samples)
    if not (samples and n_queries <= most and n >= 1 and metric in METRICS):
        raise InvalidData(
            f"expected 1 to {most} samples, n from 1 up and the metric {' or '.join(METRICS)}, "
            f"got {len(samples)} samples, n {n} and {metric!r}"
        )
    for sample in samples:
        if not 0 <= sample < probe.n_samples:
            raise NotFound(f"expected a sample from 0 to {probe.n_samples - 1}, got {sample}")
    x = reader.read(probe, logged).representations
    queries, left_out = np.asarray(x[list(samples)], np.float32), [[sample] for sample in samples]
    if as_one:
        queries = (_directions(queries) if metric == "cosine" else queries).mean(0, keepdims=True)
        left_out = [sorted(set(samples))]
    positions, distances = _search(x, queries, left_out, min(n, probe.n_samples - len(left_out[0])), metric)
    return Near(logged.step, positions, distances)


def _directions(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to length 1; NaN of a vector of zeros."""
    with np.errstate(invalid="ignore"):
        return np.asarray(x / np.sqrt(np.einsum("ij,ij->i", x, x))[:, None], np.float32)


def _search(
    representations: NDArray[Any], queries: NDArray[np.float32], left_out: Sequence[Sequence[int]], k: int, metric: Metric
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the k nearest of each query (n_queries, d), but for those left out; positions and distances, (n_queries, k)."""
    n, d = representations.shape
    distances = np.empty((len(queries), n), np.float32)
    if metric == "cosine":
        queries = _directions(queries)
    for rows in blocks(n, d):
        block = np.asarray(representations[rows], np.float32)
        if metric == "cosine":
            block = _directions(block)
        for query, found in zip(queries, distances, strict=True):
            difference = block - query  # of the product of long vectors that are alike, no digits would be left
            found[rows] = np.einsum("ij,ij->i", difference, difference)
    distances[np.isnan(distances)] = np.inf  # what is not a number is near to nothing
    positions = np.empty((len(queries), k), np.int64)
    for row, (out, found) in enumerate(zip(left_out, distances, strict=True)):
        found[list(out)] = np.inf
        limit = np.partition(found, k - 1)[k - 1] if k else 0.0
        candidates = np.setdiff1d(np.flatnonzero(found <= limit), out)  # in order
        positions[row] = candidates[np.argsort(found[candidates], kind="stable")[:k]]
    chosen = np.take_along_axis(distances, positions, axis=1)  # squares; of directions, |a - b|² is 2 (1 - cos)
    return positions, np.asarray(chosen / 2.0 if metric == "cosine" else np.sqrt(chosen), np.float32)
