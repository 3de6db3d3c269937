"""Forces of a layout on a CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.compiled.loop import as_machine_code, over_rows

if TYPE_CHECKING:
    from tb_timetravel.compiled.loop import Floats, Ints

_ONE = np.float32(1.0)
_TWO = np.float32(2.0)
_ZERO = np.float32(0.0)


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
    over_rows(len(y), lambda low, high: _attraction(y, other, starts, target, weight, low, high, result))
    return result


@as_machine_code
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
    return result, sum(over_rows(len(y), lambda low, high: _repulsion(y, xs, ys, low, high, result)))


@as_machine_code
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
    over_rows(y.shape[1], lambda low, high: _ranking(force, y, ranks, *settings, low, high))


@as_machine_code
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
