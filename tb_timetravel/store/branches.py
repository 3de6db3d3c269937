"""Where a run left another: a training that was continued in several ways is a run per branch, each with the steps that they share.

The record names the other run by the last part of its name alone, as both lie in one directory: it stays right wherever that is moved to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

from tb_timetravel.errors import Corrupt
from tb_timetravel.schema import Step, Versioned
from tb_timetravel.store.files import below, exists, read_record, write_record

_NAME = "branch.json"
LastName = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"^[^/\\\x00]+$")]


@dataclass(frozen=True, kw_only=True)
class Fork:
    """The last step that a run shares with the one that it left."""

    run: LastName  # last part of that run's name
    step: Step  # its number there
    own_step: Step  # its number here


@dataclass(frozen=True, kw_only=True)
class BranchRecord(Versioned):
    """A run's place in a tree of runs."""

    fork: Fork | None  # None: it begins at the root


def has_branches(directory: str) -> bool:
    """Tell whether a probe set is of a run in a tree, without opening a file."""
    return exists(below(directory, _NAME))


def read_branch(directory: str) -> BranchRecord | None:
    """Read the place of a probe set's run in its tree, None where it is in none.

    Raises
    ------
    UnsupportedVersion, Corrupt
    """
    path = below(directory, _NAME)
    if not exists(path):
        return None
    record = read_record(path, BranchRecord)
    if record.fork is not None and record.fork.run in (".", ".."):
        raise Corrupt(f"expected the name of a run in {path}, found {record.fork.run!r}; import the run again")
    return record


def write_branch(directory: str, fork: Fork | None) -> None:
    """Write the place of a probe set's run in its tree.

    Raises
    ------
    NotWritable, OSError
    """
    write_record(below(directory, _NAME), BranchRecord(fork=fork))
