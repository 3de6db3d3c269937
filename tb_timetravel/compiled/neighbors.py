"""Who is near, and who is nearer, on a CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from tb_timetravel.compiled.loop import as_machine_code, over_rows
from tb_timetravel.kernels.nearest import nearest_by_groups

if TYPE_CHECKING:
    from tb_timetravel.compiled.loop import Floats, Ints

_ONE = np.float32(1.0)
_ZERO = np.float32(0.0)
_CHUNK = 64
_SEGMENTS, _MANY = 32, 64
_MUCH = np.float32(1e-4)  # of a square distance


def nearest_of(distances: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the k smallest of each row (b, n), smallest first: values and positions, (b, k) each, on any device.

    On a CPU, twice as fast as torch's own, and what is not finite is found at position 0.
    """
    if distances.device.type != "cpu":
        return nearest_by_groups(distances, k)
    values = torch.full((len(distances), k), torch.inf, dtype=distances.dtype)
    index = torch.zeros(len(distances), k, dtype=torch.int64)
    arrays = distances.numpy(), values.numpy(), index.numpy()
    over_rows(len(distances), lambda low, high: _nearest_of(*arrays, low, high))
    return values, index


@as_machine_code
def _nearest_of(distances: Floats, values: Floats, index: Ints, low: int, high: int) -> None:
    minima = np.empty(_n_groups(distances.shape[1], values.shape[1]), distances.dtype)
    for i in range(low, high):
        _look_in_groups(distances[i], values[i], index[i], minima)


@as_machine_code
def _n_groups(n: int, k: int) -> int:
    return n // max(1, min(_SEGMENTS, n // (4 * k)))


@as_machine_code
def _look_in_groups(row: Floats, best: Floats, at: Ints, minima: Floats) -> None:
    # the k smallest are no larger than the k-th smallest minimum of k groups or more, and few others are as small: of many, most time would
    # go into moving those aside that are found too early. A group is j and what is a multiple of n_groups away from it
    n, k, n_groups = len(row), len(best), len(minima)
    if k >= _MANY and n_groups >= k:
        minima[:] = np.inf
        for start in range(0, n - n_groups + 1, n_groups):
            part = row[start : start + n_groups]
            for j in range(n_groups):
                minima[j] = min(minima[j], part[j])
        best[:] = np.nextafter(np.partition(minima, k - 1)[k - 1], best.dtype.type(np.inf))
    _look_along(row, 0, best, at)


def look_for_nearer(distances: torch.Tensor, first: int, values: torch.Tensor, index: torch.Tensor) -> None:
    """Go on with a search on a CPU: put distances (b, n), to positions from `first` up, into what was found before, (b, k) each."""
    arrays = distances.numpy(), values.numpy(), index.numpy()
    over_rows(len(distances), lambda low, high: _nearest(*arrays, first, low, high))


@as_machine_code
def _nearest(distances: Floats, values: Floats, index: Ints, first: int, low: int, high: int) -> None:
    for i in range(low, high):
        _look_along(distances[i], first, values[i], index[i])


@as_machine_code
def _look_along(row: Floats, first: int, best: Floats, at: Ints) -> None:
    n, k = len(row), len(best)
    for start in range(0, n - _CHUNK + 1, _CHUNK):
        chunk, n_below, worst = row[start : start + _CHUNK], _ZERO, best[k - 1]
        for j in range(_CHUNK):  # a constant, which the compiler unrolls
            n_below += _ONE if chunk[j] < worst else _ZERO
        if n_below > _ZERO:
            _look_at(chunk, first + start, best, at)
    rest = n % _CHUNK
    _look_at(row[n - rest :], first + n - rest, best, at)


@as_machine_code
def _look_at(chunk: Floats, first: int, best: Floats, at: Ints) -> None:
    k = len(best)
    for j in range(len(chunk)):
        value = chunk[j]
        if value < best[k - 1]:
            place = k - 1
            while place > 0 and value < best[place - 1]:
                best[place], at[place] = best[place - 1], at[place - 1]
                place -= 1
            best[place], at[place] = value, first + j


def count_nearer_in_tile(
    tile: torch.Tensor, first: int, x: torch.Tensor, rows: torch.Tensor, others: torch.Tensor, limits: torch.Tensor, slack: torch.Tensor,
    counts: torch.Tensor,
) -> None:  # fmt: skip
    """Count the samples of a tile that are nearer to its rows than others are, and add that to counts (b, k), on a CPU.

    Parameters
    ----------
    tile : (b, m) square distances of the rows to the samples from `first` on, by products, which round.
    x : (n, d) all samples; the tile's rows are those at `rows` (b,), the others at `others` (b, k).
    limits : (b, k) square distances of the others, by differences.
    slack : (b, k) how far a distance of the tile may be from the truth. Where that is much of the limit, as in a class that collapsed far
        from the origin, what lies no farther from the limit is measured by differences; elsewhere rounding errs as often up as down.
    """
    arrays = tile.numpy(), x.numpy(), rows.numpy(), others.numpy(), limits.numpy(), slack.numpy(), counts.numpy()
    over_rows(len(tile), lambda low, high: _count_in_tile(first, *arrays, low, high))


@as_machine_code
def _count_in_tile(
    first: int, tile: Floats, x: Floats, rows: Ints, others: Ints, limits: Floats, slack: Floats, counts: Ints, low: int, high: int
) -> None:
    for i in range(low, high):
        row = tile[i]
        for which in range(limits.shape[1]):
            limit, doubt, other = limits[i, which], slack[i, which], others[i, which] - first
            if doubt < _MUCH * limit:
                counts[i, which] += _n_below(row, limit)
                if 0 <= other < len(row) and row[other] < limit:
                    counts[i, which] -= 1
                continue
            surely, perhaps = _n_below_either(row, limit - doubt, limit + doubt)
            counts[i, which] += surely
            if surely < perhaps:
                counts[i, which] += _n_nearer_of_these(row, x, rows[i], first, other, limit, doubt)


@as_machine_code
def _n_below_either(row: Floats, low: float, high: float) -> tuple[int, int]:
    below_low, below_high = _ZERO, _ZERO  # as in `_n_below`
    for j in range(len(row)):
        below_low += _ONE if row[j] < low else _ZERO
        below_high += _ONE if row[j] < high else _ZERO
    return int(below_low), int(below_high)


@as_machine_code
def _n_nearer_of_these(row: Floats, x: Floats, here: int, first: int, other: int, limit: float, doubt: float) -> int:
    n_nearer = 0
    for j in range(len(row)):
        if limit - doubt <= row[j] < limit + doubt and j != other and _between(x[here], x[first + j]) < limit:
            n_nearer += 1
    return n_nearer


@as_machine_code
def _n_below(row: Floats, limit: float) -> int:
    n_below = _ZERO  # counted in floats, exact up to 2²⁴: as many at once as there are distances
    for j in range(len(row)):
        n_below += _ONE if row[j] < limit else _ZERO
    return int(n_below)


def nearest_by_differences(query: torch.Tensor, points: torch.Tensor, own: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the k of some points (n, d) nearest to others, on a CPU: square distances and positions, (b, k) each, nearest first.

    For few dimensions, where a product's rounding would decide between close neighbours. A row of distances stays in the cache.

    Parameters
    ----------
    query : (b, d).
    own : (b,) which point each of them is, and so not its own neighbour; -1 where it is none of them.
    """
    values = torch.full((len(query), k), torch.inf, dtype=points.dtype)
    index = torch.zeros(len(query), k, dtype=torch.int64)
    arrays = query.numpy(), points.T.contiguous().numpy(), own.numpy(), values.numpy(), index.numpy()
    over_rows(len(query), lambda low, high: _nearest_by_differences(*arrays, low, high))
    return values, index


@as_machine_code
def _nearest_by_differences(query: Floats, columns: Floats, own: Ints, values: Floats, index: Ints, low: int, high: int) -> None:
    row, minima = np.empty(columns.shape[1], columns.dtype), np.empty(_n_groups(columns.shape[1], values.shape[1]), columns.dtype)
    for i in range(low, high):
        _square_distances(query[i], columns, own[i], row)
        _look_in_groups(row, values[i], index[i], minima)


def count_nearer(points: torch.Tensor, rows: torch.Tensor, others: torch.Tensor, reach: torch.Tensor) -> torch.Tensor:
    """Count which points (n, d) are nearer to some of them, at `rows` (b,), than others (b, k) are: (b, k), on a CPU.

    Parameters
    ----------
    reach : (b,) square distances; of what is no farther, 0 are counted.
    """
    counts = torch.zeros_like(others)
    arrays = points[rows].numpy(), points.T.contiguous().numpy(), rows.numpy(), others.numpy(), reach.numpy(), counts.numpy()
    over_rows(len(rows), lambda low, high: _count_nearer(*arrays, low, high))
    return counts


@as_machine_code
def _count_nearer(
    query: Floats, columns: Floats, own: Ints, others: Ints, reach: Floats, counts: Ints, low: int, high: int
) -> None:  # fmt: skip
    row = np.empty(columns.shape[1], columns.dtype)
    for i in range(low, high):
        _square_distances(query[i], columns, own[i], row)
        for which in range(others.shape[1]):
            limit = row[others[i, which]]
            if limit > reach[i]:
                counts[i, which] = _n_below(row, limit)


@as_machine_code
def _square_distances(here: Floats, columns: Floats, own: int, row: Floats) -> None:
    row[:] = 0.0
    for axis in range(len(columns)):
        center = here[axis]
        for j in range(len(row)):
            difference = columns[axis, j] - center
            row[j] += difference * difference
    if own >= 0:
        row[own] = np.inf


def square_distances_of_pairs(x: torch.Tensor, rows: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Give the square distances of some rows (b,) of x (n, d) to others of it (b, k), by differences: (b, k), on a CPU."""
    result = torch.empty(others.shape, dtype=x.dtype)
    arrays = x.numpy(), rows.numpy(), others.numpy(), result.numpy()
    over_rows(len(rows), lambda low, high: _of_pairs(*arrays, low, high))
    return result


@as_machine_code
def _of_pairs(x: Floats, rows: Ints, others: Ints, result: Floats, low: int, high: int) -> None:
    for i in range(low, high):
        for which in range(others.shape[1]):
            result[i, which] = _between(x[rows[i]], x[others[i, which]])


@as_machine_code
def _between(here: Floats, there: Floats) -> float:
    total = _ZERO
    for feature in range(len(here)):
        difference = here[feature] - there[feature]
        total += difference * difference
    return float(total)
