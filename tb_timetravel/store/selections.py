"""Selections that people saved beside a probe set: a name and the positions of samples, all in one small file."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from tb_timetravel.errors import Corrupt, InvalidData, NotFound
from tb_timetravel.schema import SavedSelection, SavedSelections
from tb_timetravel.store.files import below, exists, read_record, write_record
from tb_timetravel.store.places import keeping_results, result_directories, results_directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_SELECTIONS = 200
MAX_RANGES = 200_000  # of all selections together: about 3 MB of JSON
_WRITING = threading.Lock()  # two people who save at once must not lose one of theirs


class SelectionsFile:
    """The saved selections of one probe set."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._path = below(results_directory(directory), "selections.json")

    def read(self, n_samples: int) -> tuple[SavedSelection, ...]:
        """Read what was saved, in order of the names.

        Raises
        ------
        UnsupportedVersion, Corrupt
        """
        paths = (below(place, "selections.json") for place in result_directories(self._directory))
        path = next(filter(exists, paths), None)  # those beside the run are what a cache starts with
        if path is None:
            return ()
        selections = read_record(path, SavedSelections).selections
        if any(not is_in_order(selection.ranges, n_samples) for selection in selections):
            raise Corrupt(f"{path} names samples that are not there; remove it")
        return selections

    def save(self, name: str, ranges: Sequence[tuple[int, int]], n_samples: int, *, replace: bool = True) -> tuple[SavedSelection, ...]:
        """Save a selection, and return all.

        Parameters
        ----------
        ranges : first and last position of neighboring samples, in order and apart.
        replace : whether it may take the place of one of that name.

        Raises
        ------
        InvalidData : the ranges are not such, the name is taken, or too much would be kept.
        NotWritable, OSError : the directory cannot be written.
        """
        if not ranges or not is_in_order(ranges, n_samples):
            raise InvalidData(f"expected ranges of positions from 0 to {n_samples - 1}, in order and apart, first before last")
        with _WRITING:
            known = self.read(n_samples)
            others = [selection for selection in known if selection.name != name]
            if not replace and len(others) < len(known):
                raise InvalidData(f"a selection named {name!r} was saved in the meantime; choose another name, or replace that one")
            if len(others) >= MAX_SELECTIONS:
                raise InvalidData(f"expected at most {MAX_SELECTIONS} saved selections; delete one first")
            if sum(len(selection.ranges) for selection in others) + len(ranges) > MAX_RANGES:
                raise InvalidData(f"the saved selections would be of more than {MAX_RANGES} separate pieces; delete one first")
            return self._write([*others, SavedSelection(name=name, ranges=tuple(ranges), saved_at=time.time())])

    def delete(self, name: str, n_samples: int) -> tuple[SavedSelection, tuple[SavedSelection, ...]]:
        """Delete a selection; return it, as it was last, and those that are left.

        Raises
        ------
        NotFound : there is none of that name.
        """
        with _WRITING:
            known = {selection.name: selection for selection in self.read(n_samples)}
            deleted = known.pop(name, None)
            if deleted is None:
                raise NotFound(f"no selection named {name!r} is saved")
            return deleted, self._write(known.values())

    def _write(self, selections: Iterable[SavedSelection]) -> tuple[SavedSelection, ...]:
        ordered = tuple(sorted(selections, key=lambda selection: selection.name))
        with keeping_results(self._directory):
            write_record(self._path, SavedSelections(selections=ordered))
        return ordered


def is_in_order(ranges: Sequence[tuple[int, int]], n_samples: int) -> bool:
    """Tell whether ranges of positions go up, do not touch, and end before n_samples."""
    end = -2
    for first, last in ranges:
        if first < end + 2 or last < first:
            return False
        end = last
    return end < n_samples
