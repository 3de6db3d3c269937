"""Which choices for a fit go together, and with which probe sets: told before a process starts, and by the fit itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tb_timetravel.errors import InvalidData
from tb_timetravel.schema import DEFAULT_METHOD

if TYPE_CHECKING:
    from tb_timetravel.schema import Probe


def check_choices(*, method: str, end: int | None, follow: bool, beside: bool) -> None:
    """Check what a fit is asked to do besides fitting.

    Parameters
    ----------
    end : the last step, None where there is none.
    follow : whether it places each new step as it is logged.
    beside : whether it lays the film in the plane of another.

    Raises
    ------
    InvalidData : they contradict each other.
    """
    if follow and (method != DEFAULT_METHOD or end is not None):
        got = method if end is None else f"{method} and the end {end}"
        raise InvalidData(
            f"expected the method {DEFAULT_METHOD} and no end to follow a training, got {got}; "
            "no other method places later steps, and there is no end"
        )
    if follow and beside:
        raise InvalidData(
            "expected to follow a training or to lay a film beside another, got both; lay it beside when the training is over"
        )
    if beside and method != DEFAULT_METHOD:
        raise InvalidData(
            f"expected the method {DEFAULT_METHOD} to lay a film beside another, got {method}; leave out the method, or that run"
        )


def check_followed(probe: Probe) -> None:
    """Check that a fit can follow what is logged of these samples.

    Raises
    ------
    InvalidData : a live film tells nothing of their targets or pairs.
    """
    if probe.n_targets or probe.has_pairs:
        raise InvalidData("expected a run without targets and pairs to follow, of which a live film tells nothing; fit it as a whole")
