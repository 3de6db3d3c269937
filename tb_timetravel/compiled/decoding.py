"""What a batch of the decoder reads on a CPU, and the gradients of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.compiled.loop import as_machine_code, over_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

    from tb_timetravel.compiled.loop import Floats, Ints

_ONE = np.float32(1.0)
_ZERO = np.float32(0.0)


def take(x: torch.Tensor, steps: torch.Tensor, samples: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Take some columns (c,) of some samples (m, b) at steps (m,) out of x (n_steps, n, d): (m, b, c), without whole rows on the way."""
    result = x.new_empty(*samples.shape, len(columns))
    _take(x.numpy(), steps.numpy(), samples.numpy(), columns.numpy(), result.numpy())
    return result


@as_machine_code
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
    over_rows(len(u), lambda low, high: _read_grids(*arrays, low, high))


@as_machine_code
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


@as_machine_code
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


@as_machine_code
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
