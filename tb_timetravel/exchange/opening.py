"""Which layout a directory of training dynamics has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tb_timetravel.errors import NotFound
from tb_timetravel.exchange.classic import looks_classic, open_classic
from tb_timetravel.exchange.process import looks_like_process, open_process

if TYPE_CHECKING:
    from tb_timetravel.exchange.contents import Contents


def open_contents(path: str) -> Contents:
    """Open a directory of training dynamics.

    Raises
    ------
    NotFound, Corrupt, InvalidData : it is none, or something in it is not as the layout has it.
    """
    if looks_like_process(path):
        return open_process(path)
    if looks_classic(path):
        return open_classic(path)
    raise NotFound(
        f"expected training dynamics in {path}: Model/Epoch_<n>, or dataset and epochs/epoch_<k>; found neither; give the one above"
    )
