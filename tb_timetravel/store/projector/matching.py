"""Whether the rows of all steps are the same samples; where they are not, which row is which sample."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tb_timetravel.errors import NotPlayable
from tb_timetravel.store.projector.metadata import metadata_digest, read_metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class StepRows(NamedTuple):
    """The rows of a step, and where it is said what they are; metadata is None where nothing says it."""

    step: int
    n_rows: int
    metadata: tuple[str, tuple[int, str]] | None  # path and stamp


@dataclass(frozen=True, eq=False)
class Matching:
    """The samples that all steps have, in the order of the first step with metadata.

    Attributes
    ----------
    rows : per step the row of each sample, (n_samples,), or None where row i is sample i.
    digests : per step 16 hexadecimal digits, others when rows are matched otherwise.
    """

    n_samples: int
    rows: tuple[NDArray[np.int64] | None, ...]
    digests: tuple[str, ...]


@functools.lru_cache(maxsize=16)
def match_samples(steps: tuple[StepRows, ...]) -> Matching:
    """Match the samples of all steps.

    Where the metadata of all steps is the same, so are the samples. Else they are matched by the first column whose values name each
    sample once at every step; samples that a step lacks are left out. Without one, an equal number of rows and a column that no step
    changes are taken for the same samples in the same order.

    Raises
    ------
    NotPlayable : it cannot be told which rows are the same sample.
    """
    described = [step.metadata for step in steps if step.metadata is not None]
    same_number = len({step.n_rows for step in steps}) == 1
    if same_number and len({metadata_digest(*metadata)[0] for metadata in described}) <= 1:
        return _matching(steps[0].n_rows, [None] * len(steps))
    compared = [_compare(described[0], metadata) for metadata in described]
    if len(described) == len(steps):
        rows = _match_by_column(compared)
        if rows is not None:
            return _matching(len(rows[0]), [None if _is_identity(r, step.n_rows) else r for r, step in zip(rows, steps, strict=True)])
    if same_number and set.intersection(*(set(one.unchanged) for one in compared)):
        return _matching(steps[0].n_rows, [None] * len(steps))
    other = next((s for s in steps if s.n_rows != steps[0].n_rows), None)
    what = f"{other.n_rows} samples at step {other.step}" if other else "others, or another order, at a later step"
    raise NotPlayable(
        f"expected the {steps[0].n_rows} samples of step {steps[0].step} at every step, found {what}, and no column of metadata that "
        "names each sample once; log the same samples in the same order, or add a column with an id for each"
    )


def _matching(n_samples: int, rows: list[NDArray[np.int64] | None]) -> Matching:
    digests = tuple("" if r is None else hashlib.blake2b(r.tobytes(), digest_size=8).hexdigest() for r in rows)
    return Matching(n_samples, tuple(rows), digests)


def _is_identity(rows: NDArray[np.int64], n_rows: int) -> bool:
    return len(rows) == n_rows and bool((rows == np.arange(n_rows)).all())


@dataclass(frozen=True, eq=False)
class _Comparison:
    """A step's metadata beside that of the first.

    Attributes
    ----------
    rows : name of a column whose values name each sample once in both -> the row of each sample of the first, -1 where the step lacks it.
    unchanged : names of columns that tell samples apart and have the same value in each row of both.
    """

    rows: dict[str, NDArray[np.int64]]
    unchanged: tuple[str, ...]


@functools.lru_cache(maxsize=1024)  # so that a new step costs no look at all that came before
def _compare(first: tuple[str, tuple[int, str]], other: tuple[str, tuple[int, str]]) -> _Comparison:
    rows, unchanged = {}, []
    reference, metadata = read_metadata(first[0]), read_metadata(other[0])
    for name in dict.fromkeys(column.name for column in reference.columns):
        known, found = reference.find(name), metadata.find(name)
        if known is None or found is None:
            continue
        if known.n_distinct > 1 and known.values == found.values:
            unchanged.append(name)
        if known.is_unique and found.is_unique:
            place = {value: row for row, value in enumerate(found.values)}
            rows[name] = np.array([place.get(value, -1) for value in known.values], np.int64)
    return _Comparison(rows, tuple(unchanged))


def _match_by_column(compared: Sequence[_Comparison]) -> list[NDArray[np.int64]] | None:
    """Find the rows of the samples that all steps have, by the first column that names each once everywhere; None where there is none."""
    for name in compared[0].rows:
        found = [one.rows[name] for one in compared if name in one.rows]
        if len(found) == len(compared):
            shared = np.logical_and.reduce([rows >= 0 for rows in found])  # (n_samples of the first,)
            if shared.sum() >= 2:
                return [rows[shared] for rows in found]
    return None
