"""How alike the representations of two runs are: linear CKA of every pair of their steps, debiased.

Kornblith et al., Similarity of Neural Network Representations Revisited (ICML 2019), with the unbiased HSIC of Song et al., Feature
Selection via Dependence Maximization (JMLR 2012), as Nguyen et al., Do Wide and Deep Networks Learn the Same Things? (ICLR 2021) use it:
the plain estimator finds unrelated representations of many features alike. That HSIC is the product of U-centred Gram matrices (Székely
and Rizzo, 2014) up to a factor which CKA cancels, so each step becomes one vector of length 1, and CKA the product of two of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight.matching import SEED, draw
from tb_timetravel.store import match_samples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tb_timetravel.schema import LoggedStep
    from tb_timetravel.store import ProbeReader

MOST_STEPS = 60  # of a run
MOST_SAMPLES = 2000
_LEAST_SAMPLES = 4  # with fewer, what is left of a Gram matrix is zero
_MOST_NUMBERS = 2**25  # kept of all steps together, and read of one: 128 MiB each
_MOST_WORK = 2**37  # multiplications: a few seconds of one core
_AT_ONCE = 8  # steps of the second run multiplied with all of the first
_FLAT = 1e-6  # spread, as a share of the size, below which a representation is rounding
_VOID = 1e-8  # root mean square of a U-centred Gram matrix below which it is: of a single sample that differs nothing is left


@dataclass(frozen=True, eq=False)
class Comparison:
    """How alike two runs are.

    Attributes
    ----------
    steps, with_steps : the logged steps of each that were compared.
    cka : (n_steps, n_with_steps), 1 where equal up to rotation and scale, around 0 where unrelated, which may be slightly less; NaN where
        a representation is the same for all samples, or is not a number.
    n_matched : samples that both runs have.
    n_used : as many of them were drawn, with ``seed``.
    """

    steps: tuple[int, ...]
    with_steps: tuple[int, ...]
    cka: NDArray[np.float32]
    n_matched: int
    n_used: int
    seed: int = SEED


def thinned(steps: Sequence[LoggedStep], most: int = MOST_STEPS) -> list[LoggedStep]:
    """Choose at most so many steps, evenly, the first and the last among them."""
    if len(steps) <= most:
        return list(steps)
    return [steps[index] for index in np.linspace(0, len(steps) - 1, most).round().astype(int)]


def affordable_samples(n_steps: int, n_with_steps: int, widths: tuple[int, int]) -> int:
    """Tell of how many samples two runs can be compared: at most 2,000, fewer of many steps or features.

    Parameters
    ----------
    widths : n_features of each run.
    """
    kept = math.isqrt(2 * _MOST_NUMBERS // max(1, n_steps))
    multiplied = math.isqrt(_MOST_WORK // max(1, n_steps * widths[0] + n_with_steps * widths[1]))
    return max(_LEAST_SAMPLES, min(MOST_SAMPLES, kept, multiplied, _MOST_NUMBERS // max(1, *widths)))


def directions(representations: NDArray[Any]) -> NDArray[np.float32] | None:
    """Turn a step's representations (n, d) into a vector of length 1 whose product with that of another step is their debiased linear CKA.

    The vector, (n (n - 1) / 2,), is the upper triangle of the U-centred Gram matrix. None where that is not defined: all samples alike, or
    something that is not a finite number.
    """
    x = np.asarray(representations, np.float32)
    n = len(x)
    size = float(np.abs(x).max(initial=0.0))
    if not 0.0 < size < math.inf:
        return None  # also of NaN
    x = x / size  # no square overflows
    x -= x.mean(0, dtype=np.float64).astype(np.float32)  # U-centring undoes any shift; small numbers keep their digits
    spread = float(np.abs(x).max())
    if spread <= _FLAT:
        return None
    x /= spread
    gram = x @ x.T
    np.fill_diagonal(gram, 0.0)
    sums = gram.sum(1, dtype=np.float64)
    row = sums / (n - 2) - sums.sum() / (2 * (n - 1) * (n - 2))
    gram -= row.astype(np.float32)[:, None]
    gram -= row.astype(np.float32)
    upper = gram[~np.tri(n, dtype=bool)]
    length = math.sqrt(float(np.einsum("i,i->", upper, upper, dtype=np.float64)))
    if length <= _VOID * n:
        return None
    return np.asarray(upper / length, np.float32)


def cka(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Measure debiased linear CKA of two representations of the same samples, (n, d) and (n, e); NaN where it is not defined.

    Raises
    ------
    InvalidData : they are not of the same samples, or of fewer than 4.
    """
    if one.ndim != 2 or other.ndim != 2 or len(one) != len(other) or len(one) < _LEAST_SAMPLES:
        raise InvalidData(
            f"expected two representations (n_samples, n_features) of the same {_LEAST_SAMPLES} or more samples, "
            f"got {one.shape} and {other.shape}"
        )
    first, second = directions(one), directions(other)
    return math.nan if first is None or second is None else float(first @ second)


def compare(one: ProbeReader, other: ProbeReader) -> Comparison:
    """Compare the representations of two runs, or of a run with itself, at every pair of at most 60 steps of each.

    Every step is read once, and of the second run a few at a time are in memory. Takes at most 2³⁷ multiplications for Gram matrices, a few
    seconds, and 128 MiB for those of the first run: of 60 steps at most 1,057 samples are drawn.

    Raises
    ------
    InvalidData : they have fewer than 4 samples in common.
    NotFound : one of them has no logged step.
    StoreError : a log cannot be read.
    """
    is_same = one.directory == other.directory
    steps, with_steps = (thinned(logged_steps(reader)) for reader in (one, other))
    widths = one.probe().n_features, other.probe().n_features
    matched = match_samples(one, other)
    most = affordable_samples(len(steps), 0 if is_same else len(with_steps), widths)
    drawn = draw(matched, most, least=_LEAST_SAMPLES)
    n_pairs = len(drawn) * (len(drawn) - 1) // 2
    kept = np.full((len(steps), n_pairs), np.nan, np.float32)
    for row, direction in zip(kept, _directions_of(one, steps, drawn.here), strict=True):
        row[:] = np.nan if direction is None else direction
    found = kept @ kept.T if is_same else _products(kept, _directions_of(other, with_steps, drawn.there), len(with_steps))
    return Comparison(
        tuple(step.step for step in steps), tuple(step.step for step in with_steps), found, n_matched=len(matched), n_used=len(drawn)
    )


def logged_steps(reader: ProbeReader) -> list[LoggedStep]:
    """List the logged steps of a run in order.

    Raises
    ------
    NotFound : there is none.
    """
    steps = reader.steps()
    if not steps:
        raise NotFound(f"expected logged steps in {reader.directory}, found none; log one")
    return steps


def _directions_of(reader: ProbeReader, steps: Sequence[LoggedStep], rows: NDArray[np.int64]) -> Iterator[NDArray[np.float32] | None]:
    probe = reader.probe()
    for step in steps:
        yield directions(reader.read(probe, step).representations[rows])


def _products(kept: NDArray[np.float32], coming: Iterator[NDArray[np.float32] | None], n: int) -> NDArray[np.float32]:
    """Multiply all vectors that are kept with those that come, a few at a time; (n_kept, n)."""
    found = np.empty((len(kept), n), np.float32)
    some = np.empty((min(n, _AT_ONCE), kept.shape[1]), np.float32)
    for start in range(0, n, _AT_ONCE):
        here = some[: min(_AT_ONCE, n - start)]
        for row in here:
            direction = next(coming)
            row[:] = np.nan if direction is None else direction
        found[:, start : start + len(here)] = kept @ here.T
    return found
