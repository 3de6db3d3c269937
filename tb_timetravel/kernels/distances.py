"""Loops over rows of distances."""

from __future__ import annotations

import torch
import triton
from triton import language as tl

_COLUMNS = 1024  # of a row, at a time
LONGEST = 4096  # row that `smallest` holds in registers
_GROUPS = 32  # of a row, whose minima one program finds


@triton.jit
def _plane(points: tl.tensor, rows: tl.tensor, result: tl.tensor, n: tl.tensor, columns: tl.constexpr) -> None:
    i, j = tl.program_id(0).to(tl.int64), tl.program_id(1) * columns + tl.arange(0, columns)
    here = points + 2 * tl.load(rows + i)
    dx = tl.load(here) - tl.load(points + 2 * j, mask=j < n, other=0.0)
    dy = tl.load(here + 1) - tl.load(points + 2 * j + 1, mask=j < n, other=0.0)
    tl.store(result + i * n + j, dx * dx + dy * dy, mask=j < n)


def square_distances_in_plane(points: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Give the square distances of some of the points (n, 2) to all of them by differences, (b,) -> (b, n)."""
    points, n = points.contiguous(), len(points)
    result = points.new_empty(len(rows), n)
    _plane[(len(rows), triton.cdiv(n, _COLUMNS))](points, rows, result, n, columns=_COLUMNS)
    return result


@triton.jit
def _below(distances: tl.tensor, limits: tl.tensor, result: tl.tensor, n: tl.tensor, k: tl.constexpr, columns: tl.constexpr) -> None:
    i = tl.program_id(0).to(tl.int64)
    total = tl.zeros((columns,), tl.int32)
    for begin in range(0, n, columns):
        j = begin + tl.arange(0, columns)
        row = tl.load(distances + i * n + j, mask=j < n, other=float("inf"))
        for which in tl.static_range(k):
            total += (row < tl.load(limits + i * k + which)).to(tl.int32)
    tl.store(result + i, tl.sum(total, 0).to(tl.int64))


def count_below(distances: torch.Tensor, limits: torch.Tensor) -> torch.Tensor:
    """Count, over all limits of a row, the distances below them, of (b, n) and (b, k) -> (b,); limits are below infinity."""
    result = torch.empty(len(distances), dtype=torch.int64, device=distances.device)
    _below[(len(distances),)](distances, limits.contiguous(), result, distances.shape[1], k=limits.shape[1], columns=_COLUMNS)
    return result


@triton.jit
def _smallest(
    distances: tl.tensor, values: tl.tensor, index: tl.tensor, n: tl.tensor, k: tl.tensor, columns: tl.constexpr
) -> None:  # fmt: skip
    i, j = tl.program_id(0).to(tl.int64), tl.arange(0, columns)
    row = tl.load(distances + i * n + j, mask=j < n, other=float("inf"))
    left = j < n
    for which in range(k):
        smallest = tl.min(tl.where(left, row, float("inf")), 0)
        at = tl.min(tl.where(left & (row <= smallest), j, n - 1), 0)  # what is not a number comes last
        tl.store(values + i * k + which, smallest)
        tl.store(index + i * k + which, at.to(tl.int64))
        left = left & (j != at)


def smallest(distances: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Do as `compiled.nearest_of`, of at most `LONGEST` columns: torch's own search sorts, which takes many times as long."""
    distances, (b, n) = distances.contiguous(), distances.shape
    values, index = distances.new_empty(b, k), torch.empty(b, k, dtype=torch.int64, device=distances.device)
    columns = triton.next_power_of_2(n)
    _smallest[(b,)](distances, values, index, n, k, columns=columns, num_warps=max(1, min(8, columns // 512)))
    return values, index


@triton.jit
def _minima(distances: tl.tensor, result: tl.tensor, n: tl.tensor, n_groups: tl.tensor, groups: tl.constexpr, width: tl.constexpr) -> None:
    i, group = tl.program_id(1).to(tl.int64), tl.program_id(0) * groups + tl.arange(0, groups)
    known = group < n_groups
    at = group[:, None] * width + tl.arange(0, width)[None]
    row = tl.load(distances + i * n + at, mask=known[:, None], other=float("inf"))
    tl.store(result + i * n_groups + group, tl.min(row, 1), mask=known)


def minima_of_groups(distances: torch.Tensor, width: int) -> torch.Tensor:
    """Find the smallest of each whole group of columns, (b, n) -> (b, n // width); torch's own reduction reads at a third of the speed.

    Parameters
    ----------
    width : a power of two.
    """
    distances, (b, n) = distances.contiguous(), distances.shape
    n_groups = n // width
    result = distances.new_empty(b, n_groups)
    _minima[(triton.cdiv(n_groups, _GROUPS), b)](distances, result, n, n_groups, groups=_GROUPS, width=width)
    return result
