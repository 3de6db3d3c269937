"""Numbers that a model is to predict, as users hand them over: kept as columns of the samples, so that what shows columns shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import InvalidData
from tb_timetravel.log.arrays import as_array, describe
from tb_timetravel.log.columns import sample_columns
from tb_timetravel.schema import MAX_COLUMNS
from tb_timetravel.store.columns import number_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tb_timetravel.store.columns import SampleColumn
    from tb_timetravel.store.dynamics import Snapshot


def target_matrix(value: object) -> NDArray[np.float64]:
    """Read targets as numbers (n_samples, n_targets), NaN where there is none; a list may have None there.

    Raises
    ------
    InvalidData : they are no numbers, not of one or two dimensions, or infinite.
    """
    if isinstance(value, (list, tuple)):
        value = [np.nan if number is None else number for number in value]
    array = as_array(value)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.dtype.kind not in "fiub" or array.shape[1] == 0:
        raise InvalidData(
            f"expected targets as numbers of shape (n_samples,) or (n_samples, n_targets), got {describe(array)}; reshape them"
        )
    if np.isinf(array).any():
        raise InvalidData("expected finite targets, got infinity; give NaN where there is none")
    return array.astype(np.float64)


def target_columns(targets: object) -> tuple[SampleColumn, ...]:
    """Make a column of each target: of a mapping by its names, of an array ``target``, or ``target 1``, ``target 2``, … of several.

    Raises
    ------
    InvalidData : a target cannot be stored, or there are too many.
    """
    if isinstance(targets, Mapping):
        columns = sample_columns(targets)
        odd = [column.info.name for column in columns if column.info.kind != "number"]
        if odd or not columns:
            raise InvalidData(f"expected targets as numbers, got {f'words in {odd[0]!r}' if odd else 'none'}; words are for columns=")
        return columns
    matrix = target_matrix(targets)
    m = matrix.shape[1]
    if m > MAX_COLUMNS:
        raise InvalidData(f"expected at most {MAX_COLUMNS} targets, got {m}; log those that you will look at")
    names = ["target"] if m == 1 else [f"target {number + 1}" for number in range(m)]
    return tuple(number_column(name, np.ascontiguousarray(matrix[:, at])) for at, name in enumerate(names))


def check_targets(targets: tuple[SampleColumn, ...], columns: tuple[SampleColumn, ...], snapshot: Snapshot) -> None:
    """Check that the first step predicts what the targets are, and that all columns together can be stored.

    Raises
    ------
    InvalidData
    """
    found = 0 if snapshot.predictions is None else snapshot.predictions.shape[1]
    if found and not targets:
        raise InvalidData("expected targets beside predictions, got none; give TimeTravel(…, targets=…), with NaN where there is none")
    if targets and not found:
        raise InvalidData(
            f"expected predictions of the {len(targets)} targets at step {snapshot.step}, got none; "
            "give log_arrays(…, predictions=…), or the numbers as columns= where nothing predicts them"
        )
    if found != len(targets):
        raise InvalidData(f"expected predictions of {len(targets)} targets at step {snapshot.step}, got {found}; log a column for each")
    names = [column.info.name for column in (*targets, *columns)]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise InvalidData(f"expected columns under other names than the targets and the partners, got {double!r} twice; rename one")
    if len(targets) + len(columns) > MAX_COLUMNS:
        raise InvalidData(f"expected at most {MAX_COLUMNS} targets and columns, got {len(targets) + len(columns)}; log fewer")
