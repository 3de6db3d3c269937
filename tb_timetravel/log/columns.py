"""Columns of the samples, as users hand them over: checked, and brought into the form in which they are stored."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.errors import InvalidData
from tb_timetravel.log.arrays import as_array, describe
from tb_timetravel.schema import MAX_COLUMN_NAME, MAX_COLUMN_VALUE, MAX_COLUMNS
from tb_timetravel.store.columns import SampleColumn, number_column, words_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LARGEST = 2**53  # whole numbers beyond are not told apart


def sample_columns(columns: object) -> tuple[SampleColumn, ...]:
    """Read columns: name -> a number or a short string of each sample, (n_samples,), None or NaN where there is none.

    Raises
    ------
    InvalidData : a name or a value cannot be stored.
    """
    if not isinstance(columns, Mapping):
        raise InvalidData(f"expected columns as a mapping of names to values, got {type(columns).__name__}; give {{'age': ages}}")
    if len(columns) > MAX_COLUMNS:
        raise InvalidData(f"expected at most {MAX_COLUMNS} columns, got {len(columns)}; log those that you will look at")
    return tuple(_column(_name(name), values) for name, values in columns.items())


def _name(name: object) -> str:
    if not isinstance(name, str) or name != name.strip() or not name.isprintable() or not 1 <= len(name) <= MAX_COLUMN_NAME:
        raise InvalidData(
            f"expected the name of a column as 1 to {MAX_COLUMN_NAME} characters without line ends or spaces around them, "
            f"got {str(name)[:120]!r}; rename it"
        )
    return name


def _column(name: str, values: object) -> SampleColumn:
    if isinstance(values, (str, bytes, Mapping)):
        raise InvalidData(f"expected a value of every sample in column {name!r}, got one {type(values).__name__}; give a list or an array")
    if isinstance(values, (list, tuple)):
        array = np.empty(len(values), object)  # numpy would turn 1 beside "a" into "1"
        array[:] = values
    else:
        array = as_array(values)
    if array.ndim != 1:
        raise InvalidData(f"expected column {name!r} of shape (n_samples,), got {describe(array)}; give one value for each sample")
    if array.dtype.kind in "iuf":
        return _numbers(name, array)
    items = [None if _is_nothing(item) else item for item in array.tolist()]
    known = [item for item in items if item is not None]
    if all(isinstance(item, numbers.Real) and not isinstance(item, bool) for item in known):
        if any(isinstance(item, numbers.Integral) and abs(int(item)) > _LARGEST for item in known):
            raise _too_large(name)
        return _numbers(name, np.array([np.nan if item is None else item for item in items], np.float64))
    if all(isinstance(item, (str, bool)) for item in known):
        return _words(name, ["" if item is None else str(item) for item in items])
    odd = next(item for item in known if not isinstance(item, str))
    raise InvalidData(
        f"expected numbers or strings in column {name!r}, got a {type(odd).__name__} among its {len(items)} values; "
        "give one or the other for all samples"
    )


def _is_nothing(item: Any) -> bool:  # noqa: ANN401  # whatever a list or an array holds
    return item is None or type(item).__name__ == "NAType" or (isinstance(item, float) and item != item)  # NaN


def _numbers(name: str, array: NDArray[Any]) -> SampleColumn:
    values = array.astype(np.float64)
    if np.isinf(values).any():
        raise InvalidData(f"expected finite numbers in column {name!r}, got infinity; give NaN where there is no value")
    if array.dtype.kind in "iu" and len(array) and float(np.abs(values).max()) > _LARGEST:
        raise _too_large(name)
    return number_column(name, values)


def _too_large(name: str) -> InvalidData:
    return InvalidData(f"expected whole numbers up to 2**53 in column {name!r}, got larger ones; give them as strings")


def _words(name: str, values: list[str]) -> SampleColumn:
    longest = max(map(len, values), default=0)
    if longest > MAX_COLUMN_VALUE:
        raise InvalidData(
            f"expected strings of at most {MAX_COLUMN_VALUE} characters in column {name!r}, got {longest}; give longer ones as texts"
        )
    return words_column(name, values)
