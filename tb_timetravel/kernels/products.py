"""Distances by matrix products, on a GPU by its tensor cores without losing digits."""

from __future__ import annotations

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
    squares = base.square().sum(1)[None]
    if base.device.type != "cuda" or base.shape[1] < _WORTH_IT:
        return lambda points: torch.addmm(squares, points, base.T, alpha=-2.0)  # (b, d), (d, n) -> (b, n)
    first, rest = split(base)
    parts = torch.cat([first, rest, first], 1).T  # (3 d, n)

    def distances(points: torch.Tensor) -> torch.Tensor:
        first, rest = split(points)
        with _tensor_cores():
            return torch.addmm(squares, torch.cat([first, first, rest], 1), parts, alpha=-2.0)

    return distances


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
