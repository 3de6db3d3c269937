"""What TensorBoard reads of event files: it believes what they say, so a damaged one makes it raise whatever its parts raise."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from tb_timetravel.errors import Corrupt

if TYPE_CHECKING:
    from collections.abc import Iterator

_OF_DAMAGE = (DecodeError, ValueError, TypeError, LookupError, ArithmeticError, MemoryError)


@contextmanager
def reading_events(expected: str) -> Iterator[None]:
    """Put what a damaged event file makes TensorBoard raise into a sentence.

    Parameters
    ----------
    expected : what there should be, and where.

    Raises
    ------
    Corrupt
    """
    try:
        yield
    except _OF_DAMAGE as error:
        raise Corrupt(f"expected {expected}, found something else ({str(error)[:200]}); remove that event file, or log it again") from error
