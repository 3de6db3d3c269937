"""Time Travel for TensorBoard: training as a film of samples and decision regions.

>>> from tb_timetravel import TimeTravel  # doctest: +SKIP
>>> film = TimeTravel(writer, model, head=model.fc, data=probe_loader, class_names=names)  # doctest: +SKIP
>>> film.log(epoch)  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tb_timetravel.log import TimeTravel

__all__ = ["TimeTravel", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name == "TimeTravel":  # on first use: TensorBoard imports this package at its start and needs none of it
        from tb_timetravel.log import TimeTravel

        return TimeTravel
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
