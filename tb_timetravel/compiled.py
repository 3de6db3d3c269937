"""Loops that would spend most of their time carrying intermediate arrays to memory and back, compiled for the CPU by numba.

Every one of them has a twin of torch's operators beside its caller, which CUDA uses and which the tests hold these against. They take
arrays, not tensors. Several threads work on rows of their own.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np
import torch

from tb_timetravel.kernels.nearest import nearest_by_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.integer[Any]]

_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_ZERO = np.float32(0.0)
_CHUNK = 64
_SEGMENTS, _MANY = 32, 64
_MUCH = np.float32(1e-4)  # of a square distance
_MIN_ROWS_PER_THREAD = 128

Loop = TypeVar("Loop", bound="Callable[..., Any]")


def _compiled(loop: Loop) -> Loop:
    # sums may be taken in any order, which is what lets the compiler use vectors; what is not finite stays so. The error model of numpy
    # divides without asking for 0, or no loop with a division would be vectorised
    settings: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "arcp", "nsz"}}
    try:
        return cast("Loop", numba.njit(cache=True, **settings)(loop))
    except RuntimeError:  # neither the package's folder nor the user's cache can be written
        return cast("Loop", numba.njit(**settings)(loop))


def _over_rows(n: int, work: Callable[[int, int], Any]) -> list[Any]:
    """Do work(low, high) on parts of n rows, in as many threads as torch uses."""
    n_threads = max(1, min(torch.get_num_threads(), n // _MIN_ROWS_PER_THREAD))
    if n_threads == 1:
        return [work(0, n)]
    ends = np.linspace(0, n, n_threads + 1).astype(int).tolist()
    return list(_pool(n_threads).map(work, ends[:-1], ends[1:]))


_pools: dict[int, ThreadPoolExecutor] = {}


def _pool(n_threads: int) -> ThreadPoolExecutor:
    if n_threads not in _pools:
        _pools[n_threads] = ThreadPoolExecutor(n_threads, thread_name_prefix="compiled")
    return _pools[n_threads]


def attraction(y: Floats, starts: Ints, target: Ints, weight: Floats) -> Floats:
    """Sum 2 w_ij (y_j - y_i) / (1 + d_ij²) over the edges of each sample; see `fit.forces.attraction_force`.

    Parameters
    ----------
    y : (n, 2).
    starts : (n + 1,), where the edges of each sample begin in target and weight (n_edges,).

    Returns
    -------
    (n, 2)
    """
    return _pulled(y, y, starts, target, weight)


def attraction_among(y: Floats, fixed: Floats, index: Ints, weight: Floats) -> Floats:
    """Do the same for samples (m, 2) whose neighbours (m, k) are others, at fixed (n, 2)."""
    starts = np.arange(0, index.size + 1, index.shape[1], dtype=np.int32)
    return _pulled(y, fixed, starts, index.reshape(-1), weight.reshape(-1))


def _pulled(y: Floats, other: Floats, starts: Ints, target: Ints, weight: Floats) -> Floats:
    result = np.empty_like(y)
    _over_rows(len(y), lambda low, high: _attraction(y, other, starts, target, weight, low, high, result))
    return result


@_compiled
def _attraction(y: Floats, other: Floats, starts: Ints, target: Ints, weight: Floats, low: int, high: int, result: Floats) -> None:
    for i in range(low, high):
        x_here, y_here, x_force, y_force = y[i, 0], y[i, 1], _ZERO, _ZERO
        for edge in range(starts[i], starts[i + 1]):
            j = target[edge]
            dx, dy = other[j, 0] - x_here, other[j, 1] - y_here
            strength = weight[edge] / (_ONE + dx * dx + dy * dy)
            x_force += strength * dx
            y_force += strength * dy
        result[i, 0], result[i, 1] = _TWO * x_force, _TWO * y_force


def repulsion(y: Floats, other: Floats) -> tuple[Floats, float]:
    """Sum the push of other positions on each sample, (y_i - y_j) / (1 + d_ij²)², and the kernel 1 / (1 + d_ij²) over all pairs.

    Parameters
    ----------
    y, other : (n, 2), (m, 2).

    Returns
    -------
    (n, 2), and one number.
    """
    result = np.empty_like(y)
    xs, ys = np.ascontiguousarray(other[:, 0]), np.ascontiguousarray(other[:, 1])
    return result, sum(_over_rows(len(y), lambda low, high: _repulsion(y, xs, ys, low, high, result)))


@_compiled
def _repulsion(y: Floats, xs: Floats, ys: Floats, low: int, high: int, result: Floats) -> float:
    total = 0.0
    for i in range(low, high):
        x_here, y_here, x_force, y_force, row = y[i, 0], y[i, 1], _ZERO, _ZERO, _ZERO
        for j in range(len(xs)):
            dx, dy = x_here - xs[j], y_here - ys[j]
            kernel = _ONE / (_ONE + dx * dx + dy * dy)
            row += kernel
            square = kernel * kernel
            x_force += square * dx
            y_force += square * dy
        result[i, 0], result[i, 1] = x_force, y_force
        total += row
    return total


def add_ranking(force: Floats, y: Floats, reference: int, ranks: Ints, *, smoothing: float, scale: float) -> None:
    """Add the ranking force of one reference step to force (n_steps, n, 2); see `fit.motion.add_ranking_force`."""
    settings = (reference, y.dtype.type(smoothing), y.dtype.type(scale))
    _over_rows(y.shape[1], lambda low, high: _ranking(force, y, ranks, *settings, low, high))


@_compiled
def _ranking(force: Floats, y: Floats, ranks: Ints, reference: int, smoothing: float, scale: float, low: int, high: int) -> None:
    n_steps, tiny, few = len(y), np.float32(1e-8), np.float32(1.0 / (len(y) - 1))
    distance, wanted = np.empty(n_steps, y.dtype), np.empty(n_steps, y.dtype)
    for i in range(low, high):
        x_there, y_there, mean_distance, mean_rank = y[reference, i, 0], y[reference, i, 1], _ZERO, _ZERO
        for t in range(n_steps):
            dx, dy = y[t, i, 0] - x_there, y[t, i, 1] - y_there
            distance[t], wanted[t] = np.sqrt(dx * dx + dy * dy + tiny), np.float32(ranks[t, i])
            mean_distance += distance[t]
            mean_rank += wanted[t]
        mean_distance = (mean_distance - distance[reference]) * few
        mean_rank = (mean_rank - wanted[reference]) * few
        square, rank_square, product = _ZERO, _ZERO, _ZERO
        for t in range(n_steps):
            if t != reference:
                centered, rank = distance[t] - mean_distance, wanted[t] - mean_rank
                square += centered * centered
                rank_square += rank * rank
                product += centered * rank
        spread, rank_spread = np.sqrt(square), max(np.sqrt(rank_square), np.float32(1e-6))
        correlation = product / rank_spread / (spread + smoothing)
        of_rank = (_ONE - correlation) / (spread + smoothing) / rank_spread
        of_distance = (_ONE - correlation) / (spread + smoothing) * correlation / max(spread, np.float32(1e-12))
        x_total, y_total = _ZERO, _ZERO
        for t in range(n_steps):
            if t != reference:  # both centred terms have mean 0, and so has the slope
                slope = of_rank * (wanted[t] - mean_rank) - of_distance * (distance[t] - mean_distance)
                pull = scale * slope / distance[t]
                x_pull, y_pull = pull * (y[t, i, 0] - x_there), pull * (y[t, i, 1] - y_there)
                force[t, i, 0] += x_pull
                force[t, i, 1] += y_pull
                x_total += x_pull
                y_total += y_pull
        force[reference, i, 0] -= x_total
        force[reference, i, 1] -= y_total


def nearest_of(distances: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Find the k smallest of each row (b, n), smallest first: values and positions, (b, k) each, on any device.

    On a CPU, twice as fast as torch's own, and what is not finite is found at position 0.
    """
    if distances.device.type != "cpu":
        return nearest_by_groups(distances, k)
    values = torch.full((len(distances), k), torch.inf, dtype=distances.dtype)
    index = torch.zeros(len(distances), k, dtype=torch.int64)
    arrays = distances.numpy(), values.numpy(), index.numpy()
    _over_rows(len(distances), lambda low, high: _nearest_of(*arrays, low, high))
    return values, index


@_compiled
def _nearest_of(distances: Floats, values: Floats, index: Ints, low: int, high: int) -> None:
    minima = np.empty(_n_groups(distances.shape[1], values.shape[1]), distances.dtype)
    for i in range(low, high):
        _look_in_groups(distances[i], values[i], index[i], minima)


@_compiled
def _n_groups(n: int, k: int) -> int:
    return n // max(1, min(_SEGMENTS, n // (4 * k)))


@_compiled
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
    _over_rows(len(distances), lambda low, high: _nearest(*arrays, first, low, high))


@_compiled
def _nearest(distances: Floats, values: Floats, index: Ints, first: int, low: int, high: int) -> None:
    for i in range(low, high):
        _look_along(distances[i], first, values[i], index[i])


@_compiled
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


@_compiled
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
    _over_rows(len(tile), lambda low, high: _count_in_tile(first, *arrays, low, high))


@_compiled
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


@_compiled
def _n_below_either(row: Floats, low: float, high: float) -> tuple[int, int]:
    below_low, below_high = _ZERO, _ZERO  # as in `_n_below`
    for j in range(len(row)):
        below_low += _ONE if row[j] < low else _ZERO
        below_high += _ONE if row[j] < high else _ZERO
    return int(below_low), int(below_high)


@_compiled
def _n_nearer_of_these(row: Floats, x: Floats, here: int, first: int, other: int, limit: float, doubt: float) -> int:
    n_nearer = 0
    for j in range(len(row)):
        if limit - doubt <= row[j] < limit + doubt and j != other and _between(x[here], x[first + j]) < limit:
            n_nearer += 1
    return n_nearer


@_compiled
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
    _over_rows(len(query), lambda low, high: _nearest_by_differences(*arrays, low, high))
    return values, index


@_compiled
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
    _over_rows(len(rows), lambda low, high: _count_nearer(*arrays, low, high))
    return counts


@_compiled
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


@_compiled
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
    _over_rows(len(rows), lambda low, high: _of_pairs(*arrays, low, high))
    return result


@_compiled
def _of_pairs(x: Floats, rows: Ints, others: Ints, result: Floats, low: int, high: int) -> None:
    for i in range(low, high):
        for which in range(others.shape[1]):
            result[i, which] = _between(x[rows[i]], x[others[i, which]])


@_compiled
def _between(here: Floats, there: Floats) -> float:
    total = _ZERO
    for feature in range(len(here)):
        difference = here[feature] - there[feature]
        total += difference * difference
    return float(total)


def take(x: torch.Tensor, steps: torch.Tensor, samples: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Take some columns (c,) of some samples (m, b) at steps (m,) out of x (n_steps, n, d): (m, b, c), without whole rows on the way."""
    result = x.new_empty(*samples.shape, len(columns))
    _take(x.numpy(), steps.numpy(), samples.numpy(), columns.numpy(), result.numpy())
    return result


@_compiled
def _take(x: Floats, steps: Ints, samples: Ints, columns: Ints, result: Floats) -> None:
    for at in range(len(steps)):
        for i in range(samples.shape[1]):
            row = x[steps[at], samples[at, i]]
            for j in range(len(columns)):
                result[at, i, j] = row[columns[j]]


def read_grids(values: torch.Tensor, sizes: Sequence[int], u: torch.Tensor, result: torch.Tensor) -> None:
    """Read values between the nodes around positions, of several grids over the square from -1 to 1, whose edge is read beyond it.

    Parameters
    ----------
    values : (n_nodes, c), of one grid after the other, rows along the second axis.
    sizes : nodes along each axis of each grid, 2 at least.
    u : (b, 2).
    result : (b, 2 + c · n_grids), of which the first two columns are left alone.
    """
    arrays = values.numpy(), np.array(sizes), u.numpy(), result.numpy()
    _over_rows(len(u), lambda low, high: _read_grids(*arrays, low, high))


@_compiled
def _read_grids(values: Floats, sizes: Ints, u: Floats, result: Floats, low: int, high: int) -> None:
    n_channels, first = values.shape[1], 0
    for number in range(len(sizes)):
        size, column = sizes[number], 2 + number * n_channels
        for i in range(low, high):
            x, x_share = _beside_node(u[i, 0], size)
            y, y_share = _beside_node(u[i, 1], size)
            node = first + y * size + x
            for channel in range(n_channels):
                below = values[node, channel] * (_ONE - x_share) + values[node + 1, channel] * x_share
                above = values[node + size, channel] * (_ONE - x_share) + values[node + size + 1, channel] * x_share
                result[i, column + channel] = below * (_ONE - y_share) + above * y_share
        first += size * size


@_compiled
def _beside_node(u: float, size: int) -> tuple[int, float]:
    """Find the node before a place along an axis, and how far towards the next it is; what is no number is at the first."""
    last = np.float32(size - 1)
    place = (u + _ONE) * np.float32(0.5) * last
    place = min(place, last) if place > _ZERO else _ZERO
    node = min(int(place), size - 2)
    return node, place - np.float32(node)


def spread_over_grids(gradient: torch.Tensor, sizes: Sequence[int], u: torch.Tensor, result: torch.Tensor) -> None:
    """Add to each node its share of the gradients (b, 2 + c · n_grids) of what `read_grids` read; result (n_nodes, c)."""
    _spread_over_grids(gradient.numpy(), np.array(sizes), u.numpy(), result.numpy())


@_compiled
def _spread_over_grids(gradient: Floats, sizes: Ints, u: Floats, result: Floats) -> None:
    n_channels, first = result.shape[1], 0
    for number in range(len(sizes)):
        size, column = sizes[number], 2 + number * n_channels
        for i in range(len(u)):
            x, x_share = _beside_node(u[i, 0], size)
            y, y_share = _beside_node(u[i, 1], size)
            node = first + y * size + x
            for channel in range(n_channels):
                slope = gradient[i, column + channel]
                below, above = slope * (_ONE - y_share), slope * y_share
                result[node, channel] += below * (_ONE - x_share)
                result[node + 1, channel] += below * x_share
                result[node + size, channel] += above * (_ONE - x_share)
                result[node + size + 1, channel] += above * x_share
        first += size * size
