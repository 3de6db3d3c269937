"""Where the branches of a training left each other: each the earlier one with which it shares most epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tb_timetravel.store.branches import Fork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tb_timetravel.exchange.contents import Branch


def forks_of(branches: Sequence[Branch]) -> list[Fork | None]:
    """Tell where each branch left an earlier one, None of one that shares no epoch with any before it."""
    return [_fork(branch, branches[:at]) for at, branch in enumerate(branches)]


def _fork(branch: Branch, before: Sequence[Branch]) -> Fork | None:
    shared = [_n_shared(branch, other) for other in before]
    n = max(shared, default=0)
    if n == 0:
        return None
    left = before[shared.index(n)]
    return Fork(run=left.name, step=left.steps[n - 1], own_step=branch.steps[n - 1])


def _n_shared(one: Branch, other: Branch) -> int:
    """Count the epochs, the same directories, with which two branches begin."""
    n = 0
    for a, b in zip(one.epochs, other.epochs, strict=False):
        if a.directory != b.directory:
            break
        n += 1
    return n
