"""The tree of runs that a run belongs to: each run's steps, and where it left another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tb_timetravel.errors import StoreError
from tb_timetravel.schema import as_plain
from tb_timetravel.store import open_reader
from tb_timetravel.store.branches import has_branches, read_branch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tb_timetravel.serve.locate import Asker, RunLocator
    from tb_timetravel.store.branches import Fork

_MOST = 200  # runs that are looked at: a record is read of each


class _Member(NamedTuple):
    steps: list[int]
    fork: Fork | None


def tree_of(locator: RunLocator, asker: Asker, run: str, tag: str) -> list[dict[str, Any]]:
    """Describe the runs of a run's tree, in order of their names; only itself where it is in none.

    A run that cannot be read is left out, and one that left a run which is not there begins a tree of its own.

    Raises
    ------
    NotFound : there is no such run or tag.
    StoreError : the run itself cannot be read.
    """
    members = {run: _read(locator.probe_directory(asker, run, tag))}
    for other in _siblings(run, locator.runs(asker)):
        try:
            directory = locator.probe_directory(asker, other, tag)
            if has_branches(directory):
                members[other] = _read(directory)
        except (StoreError, OSError):
            continue  # it has no such tag, or the list of runs says what is wrong with it
    left = {name: _beside(name, member.fork.run) for name, member in members.items() if member.fork is not None}
    tree = connected(run, {name: other for name, other in left.items() if other in members})
    return [_describe(name, tag, members[name], left.get(name), tree) for name in sorted(tree)]


def _read(directory: str) -> _Member:
    record = read_branch(directory)
    return _Member([step.step for step in open_reader(directory).steps()], None if record is None else record.fork)


def _beside(run: str, last: str) -> str:
    """Name the run that lies in the same directory under another last name."""
    above, slash, _ = run.rpartition("/")
    return f"{above}{slash}{last}"


def _siblings(run: str, runs: Iterable[str]) -> list[str]:
    return [other for other in runs if _beside(other, "") == _beside(run, "") and other != run][: _MOST - 1]


def connected(run: str, left: Mapping[str, str]) -> set[str]:
    """Name the runs that are one tree with a run; runs that left each other in a ring, as no training does, are in no tree.

    Parameters
    ----------
    left : run -> the one that it left.
    """
    roots = {name: _root(name, left) for name in {run, *left, *left.values()}}
    return {run} | {name for name, root in roots.items() if root is not None and root == roots[run]}


def _root(run: str, left: Mapping[str, str]) -> str | None:
    at, seen = run, {run}
    while at in left:
        at = left[at]
        if at in seen:
            return None
        seen.add(at)
    return at


def _describe(run: str, tag: str, member: _Member, left: str | None, tree: set[str]) -> dict[str, Any]:
    fork = None if member.fork is None or left is None or left not in tree or len(tree) == 1 else {**as_plain(member.fork), "run": left}
    return {"run": run, "tag": tag, "steps": member.steps, "fork": fork}
