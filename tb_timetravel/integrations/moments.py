"""When a callback logs."""

from __future__ import annotations

from typing import Literal

from tb_timetravel.errors import InvalidData

Every = Literal["epoch", "evaluation"] | int


def check_every(every: object) -> Every:
    """Check the argument ``every``: the end of every epoch, every evaluation, or a number of training steps.

    Raises
    ------
    InvalidData : it is none of these.
    """
    if every == "epoch":
        return "epoch"
    if every == "evaluation":
        return "evaluation"
    if isinstance(every, int) and not isinstance(every, bool) and every > 0:
        return every
    raise InvalidData(f"expected every as 'epoch', 'evaluation' or a number of training steps from 1 up, got {every!r}; choose one")


def passes(every: Every, before: int, now: int) -> bool:
    """Tell whether a multiple of the number of steps lies after ``before`` and not after ``now``."""
    return isinstance(every, int) and now // every > before // every
