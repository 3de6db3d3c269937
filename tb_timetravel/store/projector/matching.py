"""Whether the rows of all steps are the same samples; where they are not, which row is which sample."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tb_timetravel.errors import NotPlayable
from tb_timetravel.store.projector.metadata import Metadata, metadata_digest, read_metadata

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
    described = [(at, step) for at, step in enumerate(steps) if step.metadata is not None]
    same_number = len({step.n_rows for step in steps}) == 1
    digests = {metadata_digest(*step.metadata)[0] for _, step in described if step.metadata is not None}
    if same_number and len(digests) <= 1:
        return _matching(steps[0].n_rows, [None] * len(steps))
    if len(described) == len(steps):
        rows = _match_by_column([read_metadata(step.metadata[0]) for step in steps if step.metadata is not None])
        if rows is not None:
            return _matching(len(rows[0]), [None if _is_identity(r, step.n_rows) else r for r, step in zip(rows, steps, strict=True)])
    if same_number and _some_column_stays([read_metadata(step.metadata[0]) for _, step in described if step.metadata is not None]):
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


def _match_by_column(metadata: Sequence[Metadata]) -> list[NDArray[np.int64]] | None:
    """Find the rows of the samples that all have, by the first column that names each once everywhere; None where there is no such."""
    for name in dict.fromkeys(column.name for column in metadata[0].columns):
        columns = [found for one in metadata if (found := one.find(name)) is not None]
        if len(columns) < len(metadata) or not all(column.is_unique for column in columns):
            continue
        places = [{value: row for row, value in enumerate(column.values)} for column in columns]
        shared = [value for value in columns[0].values if all(value in place for place in places)]
        if len(shared) >= 2:
            return [np.array([place[value] for value in shared], np.int64) for place in places]
    return None


def _some_column_stays(metadata: Sequence[Metadata]) -> bool:
    """Tell whether a column that tells samples apart has the same value in each row of all."""
    first = metadata[0]
    return any(
        column.n_distinct > 1 and all((found := one.find(column.name)) is not None and found.values == column.values for one in metadata)
        for column in first.columns
    )
