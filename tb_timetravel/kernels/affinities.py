"""Weights of neighbours in one launch: the bisection is two dozen rounds of a dozen operators otherwise."""

from __future__ import annotations

import math

import torch
import triton
from triton import language as tl

_ROWS = 16  # that one program takes


@triton.jit
def _weights(d2: tl.tensor, width: tl.tensor, known: tl.tensor) -> tl.tensor:
    p = tl.where(known, tl.exp(-(d2 - tl.min(d2, 1)[:, None]) / width[:, None]), 0.0)
    return p / tl.sum(p, 1)[:, None]


@triton.jit
def _affinities(
    distances: tl.tensor, result: tl.tensor, n: tl.tensor, k: tl.tensor, entropy: tl.tensor, tiny: tl.tensor, n_bisections: tl.tensor,
    rows: tl.constexpr, columns: tl.constexpr,
) -> None:  # fmt: skip
    i, j = tl.program_id(0).to(tl.int64) * rows + tl.arange(0, rows), tl.arange(0, columns)
    known = (i < n)[:, None] & (j < k)[None]
    at = i[:, None] * k + j[None]
    d, first = tl.load(distances + at, mask=known, other=0.0), tl.load(distances + i * k, mask=i < n, other=0.0)
    d2 = tl.where(known, d * d - (first * first)[:, None], 0.0)
    scale = tl.maximum(tl.sum(d2, 1) / k, tiny)
    d2 = tl.where(known, d2, float("inf"))
    low, high = tl.full((rows,), -12.0, tl.float32), tl.full((rows,), 12.0, tl.float32)  # log2 of the width in units of the row's mean
    for _ in range(n_bisections):
        middle = (low + high) / 2.0
        p = _weights(d2, scale * tl.exp2(middle), known)
        too_flat = -tl.sum(p * tl.log(tl.maximum(p, 1e-30)), 1) > entropy
        low, high = tl.where(too_flat, low, middle), tl.where(too_flat, middle, high)
    tl.store(result + at, _weights(d2, scale * tl.exp2((low + high) / 2.0), known), mask=known)


def affinities(distances: torch.Tensor, perplexity: float, n_bisections: int) -> torch.Tensor:
    """Do as `fit.graph.affinities`."""
    distances, (n, k) = distances.contiguous(), distances.shape
    result = torch.empty_like(distances)
    _affinities[(triton.cdiv(n, _ROWS),)](
        distances, result, n, k, math.log(perplexity), torch.finfo(distances.dtype).tiny, n_bisections,
        rows=_ROWS, columns=triton.next_power_of_2(k),
    )  # fmt: skip
    return result
