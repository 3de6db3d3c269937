"""The tree of a training that was continued in several ways from the same epoch, as paths from its root to its leaves."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from tb_timetravel.errors import Corrupt
from tb_timetravel.exchange.reading import read_json

if TYPE_CHECKING:
    from collections.abc import Sequence


class Node(msgspec.Struct):
    """An epoch, and the one that it was trained on from: "" or null where that is none."""

    value: int
    pid: int | str | None = None
    name: str = ""


def read_tree(path: str) -> list[list[int]]:
    """Read an ``iteration_structure.json`` and list its branches: see `branches_of`."""
    return branches_of(read_json(path, list[Node]), path)


def branches_of(nodes: Sequence[Node], path: str) -> list[list[int]]:
    """List the numbers of the epochs from the root to each leaf, in order of the leaves.

    Raises
    ------
    Corrupt : a number is there twice, a parent is none of the nodes, or the nodes form a ring.
    """
    parents = {node.value: None if node.pid in ("", None) else node.pid for node in nodes}
    if len(parents) != len(nodes) or not nodes:
        twice = [value for value, count in Counter(node.value for node in nodes).items() if count > 1]
        raise Corrupt(f"expected a node for every epoch in {path}, each once, found {f'{twice[0]} twice' if twice else 'none'}; mend it")
    unknown = [parent for parent in parents.values() if parent is not None and parent not in parents]
    if unknown:
        raise Corrupt(f"expected parents that are nodes themselves in {path}, found {unknown[0]!r}; mend it")
    followed = set(parents.values())
    leaves = [value for value in parents if value not in followed]
    branches = [_path_to(leaf, parents, path) for leaf in leaves]
    if len({value for branch in branches for value in branch}) != len(parents):
        raise Corrupt(f"expected a tree in {path}, found epochs that follow each other in a ring; mend it")
    return branches


def _path_to(leaf: int, parents: dict[int, int | str | None], path: str) -> list[int]:
    found, at = [], leaf
    while True:
        found.append(at)
        parent = parents[at]
        if parent is None:
            return found[::-1]
        if not isinstance(parent, int) or len(found) > len(parents):
            raise Corrupt(f"expected a tree in {path}, found no way from {leaf} to a root; mend it")
        at = parent
