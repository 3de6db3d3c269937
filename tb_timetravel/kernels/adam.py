"""A step of Adam in one launch, which by torch's operators is fifteen and reads everything fifteen times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import triton
from triton import language as tl

if TYPE_CHECKING:
    import torch

_COLUMNS = 1024


@triton.jit
def _adam(
    parameter: tl.tensor, gradient: tl.tensor, mean: tl.tensor, square: tl.tensor, touched: tl.tensor, count: tl.tensor, rate: tl.tensor,
    beta: tl.tensor, beta_2: tl.tensor, epsilon: tl.tensor, n: tl.tensor, columns: tl.constexpr,
) -> None:  # fmt: skip
    row = tl.program_id(1).to(tl.int64)
    if tl.load(touched + row) != 0:
        j = tl.program_id(0) * columns + tl.arange(0, columns)
        inside, i = j < n, row * n + j
        beta_1, turns = tl.load(beta), tl.load(count + row)
        slope, mean_now, square_now = tl.load(gradient + i, mask=inside), tl.load(mean + i, mask=inside), tl.load(square + i, mask=inside)
        mean_now += (1.0 - beta_1) * (slope - mean_now)
        square_now += (1.0 - beta_2) * (slope * slope - square_now)
        spread = tl.sqrt(square_now / (1.0 - tl.exp2(turns * tl.log2(beta_2)))) + epsilon
        step = tl.load(rate) * mean_now / (1.0 - tl.exp2(turns * tl.log2(beta_1))) / spread
        tl.store(mean + i, mean_now, mask=inside)
        tl.store(square + i, square_now, mask=inside)
        tl.store(parameter + i, tl.load(parameter + i, mask=inside) - step, mask=inside)


def step(
    parameter: torch.Tensor, gradient: torch.Tensor, mean: torch.Tensor, square: torch.Tensor, touched: torch.Tensor, count: torch.Tensor,
    *, rate: torch.Tensor, beta: torch.Tensor, beta_2: float, epsilon: float,
) -> None:  # fmt: skip
    """Go one step down a gradient, in place.

    Parameters
    ----------
    parameter, gradient, mean, square : of one shape; all but the gradient contiguous.
    touched, count : (n_rows,) float, whether each row (an equal part of the parameter) is changed, and its steps up to this one.
    rate, beta : of one element each.
    """
    n_rows = len(touched)
    n = parameter.numel() // n_rows
    _adam[(triton.cdiv(n, _COLUMNS), n_rows)](
        parameter, gradient.contiguous(), mean, square, touched, count, rate, beta, beta_2, epsilon, n, columns=_COLUMNS
    )
