"""Distances by matrix products, on a GPU by its tensor cores without losing digits."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WORTH_IT = 32  # features; below, writing the distances takes longer than the product
_KEPT = -(2**13)  # mask of the bits of a float32 that a TF32 has


def square_distances_to(base: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Make ``|b_j|² - 2 q_i · b_j``, the square distances of points to a base less the points' own squares, (b, d) -> (b, n).

    Tensor cores multiply numbers of 11 bits. A number is the sum of its first 11 bits and the rest, and three products of these make up
    that of the numbers but for 2⁻²¹ of it (Ootomo and Yokota 2022), in less than half the time of one in float32.

    Parameters
    ----------
    base : (n, d), centred: then the squares are small, and their difference keeps its digits.
    """
    if base.device.type != "cuda" or base.shape[1] < _WORTH_IT:
        squares = base.square().sum(1)[None]
        return lambda points: torch.addmm(squares, points, base.T, alpha=-2.0)  # (b, d), (d, n) -> (b, n)
    columns = columns_of_base(base).T  # (3 d + 8, n) or less

    def distances(points: torch.Tensor) -> torch.Tensor:
        with _tensor_cores():
            return columns_of_points(points) @ columns

    return distances


def tile_side() -> int:
    """Choose how many samples a side a tile of distances has, so that each thread's part of it stays in the cache of its core."""
    return 512 * math.isqrt(torch.get_num_threads())


def tiles_among(x: torch.Tensor, side: int) -> Iterator[tuple[int, int, torch.Tensor]]:
    """Give the square distances of all samples (n, d) among themselves, on a CPU, by half of the products: a tile serves its columns too.

    Parameters
    ----------
    x : centred.

    Yields
    ------
    First row, first column and distances of each tile; of every row the columns in ascending order. A sample is infinitely far from
    itself.
    """
    squares = x.square().sum(1)
    parts = [slice(first, first + side) for first in range(0, len(x), side)]
    for number, rows in enumerate(parts):
        for columns in parts[number:]:
            tile = torch.addmm(squares[None, columns], x[rows], x[columns].T, alpha=-2.0).add_(squares[rows, None])
            if rows == columns:
                tile.fill_diagonal_(math.inf)
            else:
                yield columns.start, rows.start, tile.T.contiguous()
            yield rows.start, columns.start, tile


def tiles_of_rows(x: torch.Tensor, rows: torch.Tensor, side: int) -> Iterator[tuple[int, int, torch.Tensor]]:
    """Do the same for some of the samples, (b,), among all; first rows are positions in `rows`."""
    squares = x.square().sum(1)
    for first_row in range(0, len(rows), side):
        of_tile = rows[first_row : first_row + side]
        some = x[of_tile]
        for first in range(0, len(x), side):
            columns = slice(first, first + side)
            tile = torch.addmm(squares[None, columns], some, x[columns].T, alpha=-2.0).add_(squares[of_tile, None])
            own = ((of_tile >= first) & (of_tile < first + side)).nonzero()[:, 0]
            tile[own, of_tile[own] - first] = math.inf
            yield first_row, first, tile


def columns_of_base(base: torch.Tensor) -> torch.Tensor:
    """Put the parts of a base side by side with those of its squares; added to the product they would be written and read once more."""
    (first, rest), square = split(base), base.square().sum(1, keepdim=True)
    largest, below = split(square)
    return torch.cat([first, rest, first, largest, *split(below), _padding(base)], 1)


def columns_of_points(points: torch.Tensor) -> torch.Tensor:
    """Put the parts of points side by side, so that their products with the columns of a base add up to ``|b_j|² - 2 q_i · b_j``."""
    first, rest = split(-2.0 * points)
    return torch.cat([first, first, rest, torch.ones_like(points[:, :3]), _padding(points)], 1)


def _padding(x: torch.Tensor) -> torch.Tensor:
    """Make the columns of zeros that bring three times those of x, and three more, to a multiple of 8: tensor cores want it."""
    return x.new_zeros(len(x), -(3 * x.shape[1] + 3) % 8)


def split(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Split numbers into what a TF32 holds of them and what is left."""
    first = (x.contiguous().view(torch.int32) & _KEPT).view(torch.float32)
    return first, x - first


@contextmanager
def _tensor_cores() -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
