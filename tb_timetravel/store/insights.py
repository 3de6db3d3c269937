"""What was read of a log for insight, once for each state of its data and each film: a few values per sample, and the events of each step.

``insight/<key>/``::

    insight.json                        written last: an insight exists when it does
    column.<name>.npy                   (n_samples,) float32, NaN where there is none
    evidence.npy                        (n_samples, n_evidence) float32, NaN without a label
    event.<kind>.positions.npy          int32, of one step after the other, ascending in each
    event.<kind>.offsets.npy            (n_steps + 1,) int64, where each step begins
    jumps.targets.npy, jumps.sizes.npy  beside the positions of confidence_jump: int32, float32
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import Corrupt, NotFound, StoreError
from tb_timetravel.schema import Insight
from tb_timetravel.store.files import below, exists, is_local, join, listdir, read_array, read_record, remove, write_array, write_record
from tb_timetravel.store.places import keeping_results, result_directories

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

KEPT = 3  # newest of a probe set
JUMPS = "confidence_jump"
_KEY = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, eq=False)
class KindEvents:
    """The events of a kind at all steps.

    Attributes
    ----------
    positions : int32, those of the first step, then of the second, …
    offsets : (n_steps + 1,) int64.
    targets, sizes : beside the positions, of confidence jumps only.
    """

    positions: NDArray[np.int32]
    offsets: NDArray[np.int64]
    targets: NDArray[np.int32] | None = None
    sizes: NDArray[np.float32] | None = None


def choose_insight(insights: Iterable[Insight], fingerprint: str, film: str | None) -> Insight | None:
    """Choose the insight to show, of insights newest first: that of the film, where one is named, else of the present data, else any."""
    return min(insights, key=lambda one: (film is not None and one.film != film, one.fingerprint != fingerprint), default=None)


class InsightStore:
    """Reads and writes the insights of one probe set."""

    def __init__(self, directory: str) -> None:
        self._of = directory
        self._to_read = tuple(below(place, "insight") for place in result_directories(directory))
        self.directory = self._to_read[0]  # to which they are written

    def insights(self) -> list[Insight]:
        """Read the records of all, newest first; one that cannot be read is left out, it can be made again."""
        found = []
        for key in dict.fromkeys(name for place in self._to_read for name in listdir(place)):
            if _KEY.fullmatch(key):
                try:
                    found.append(self.insight(key))
                except StoreError:
                    continue
        return sorted(found, key=lambda insight: -insight.created_at)

    def insight(self, key: str) -> Insight:
        """Read a record.

        Raises
        ------
        NotFound, UnsupportedVersion, Corrupt
        """
        try:
            insight = read_record(self._found(key, "insight.json"), Insight)
        except NotFound as error:
            raise NotFound(f"insight {key} is not stored any more; ask for the run's insight again") from error
        if insight.insight != key or any(len(kind.counts) != len(insight.steps) for kind in insight.kinds):
            raise Corrupt(f"the record in {self._found(key)} contradicts itself; remove that directory and read the log for insight again")
        return insight

    def column(self, insight: Insight, name: str) -> NDArray[np.float32]:
        """Read a column, (n_samples,), NaN where there is none.

        Raises
        ------
        NotFound : it has no such column.
        Corrupt
        """
        known = [column.name for column in insight.columns]
        if name not in known:
            raise NotFound(f"expected a column of {', '.join(known)}; got {name[:40]!r}")
        return read_array(self._found(insight.insight, f"column.{name}.npy"), shape=(insight.n_samples,), dtype=np.float32)

    def evidence(self, insight: Insight) -> NDArray[np.float32]:
        """Read the evidence, (n_samples, n_evidence), columns as the record names them."""
        shape = (insight.n_samples, len(insight.evidence))
        return read_array(self._found(insight.insight, "evidence.npy"), shape=shape, dtype=np.float32)

    def events(self, insight: Insight, name: str) -> KindEvents:
        """Read the events of a kind.

        Raises
        ------
        NotFound : it has no such kind.
        Corrupt
        """
        kind = next((kind for kind in insight.kinds if kind.kind == name), None)
        if kind is None:
            raise NotFound(f"expected a kind of {', '.join(kind.kind for kind in insight.kinds)}; got {name[:40]!r}")
        n, key = sum(kind.counts), insight.insight
        offsets = read_array(self._found(key, f"event.{name}.offsets.npy"), shape=(len(insight.steps) + 1,), dtype=np.int64)
        positions = read_array(self._found(key, f"event.{name}.positions.npy"), shape=(n,), dtype=np.int32)
        are_samples = not n or 0 <= positions.min() <= positions.max() < insight.n_samples
        if not are_samples or not np.array_equal(offsets, np.cumsum([0, *kind.counts])):
            raise Corrupt(f"the events {name} in {self._found(key)} contradict their record; remove that directory and read the log again")
        if name != JUMPS:
            return KindEvents(positions, offsets)
        targets = read_array(self._found(key, "jumps.targets.npy"), shape=(n,), dtype=np.int32)
        return KindEvents(positions, offsets, targets, read_array(self._found(key, "jumps.sizes.npy"), shape=(n,), dtype=np.float32))

    def is_whole(self, key: str) -> bool:
        """Tell whether an insight and all its arrays can be read."""
        try:
            insight = self.insight(key)
            for column in insight.columns:
                self.column(insight, column.name)
            for kind in insight.kinds:
                self.events(insight, kind.kind)
            self.evidence(insight)
        except StoreError:
            return False
        return True

    def write(
        self,
        insight: Insight,
        columns: Mapping[str, NDArray[np.float32]],
        evidence: NDArray[np.float32],
        events: Mapping[str, KindEvents],
    ) -> None:
        """Write an insight, its record last, and remove all but the newest few.

        Raises
        ------
        NotWritable, OSError : the directory cannot be written.
        """
        with keeping_results(self._of):
            for name, values in columns.items():
                write_array(self._path(insight.insight, f"column.{name}.npy"), values)
            write_array(self._path(insight.insight, "evidence.npy"), evidence)
            for name, found in events.items():
                write_array(self._path(insight.insight, f"event.{name}.positions.npy"), found.positions)
                write_array(self._path(insight.insight, f"event.{name}.offsets.npy"), found.offsets)
                if found.targets is not None and found.sizes is not None:
                    write_array(self._path(insight.insight, "jumps.targets.npy"), found.targets)
                    write_array(self._path(insight.insight, "jumps.sizes.npy"), found.sizes)
            write_record(self._path(insight.insight, "insight.json"), insight)
            self._remove_old(insight.insight)

    def _remove_old(self, newest: str) -> None:
        kept = [newest, *(insight.insight for insight in self.insights() if insight.insight != newest)][:KEPT]
        for key in listdir(self.directory):
            if not _KEY.fullmatch(key) or key in kept or not is_local(self.directory):
                continue
            if not os.path.islink(join(self.directory, key)):
                remove(self._path(key, "insight.json"))  # first, so that nobody reads the rest of one that goes
                for name in listdir(self._path(key)):
                    remove(self._path(key, name))
                os.rmdir(self._path(key))

    def _path(self, key: str, *names: str) -> str:
        return below(self.directory, key, *names)

    def _found(self, key: str, *names: str) -> str:
        """Name a file where it lies: beside what was logged only if the insight is complete there, and nowhere before."""
        *earlier, last = self._to_read
        place = next((place for place in earlier if exists(below(place, key, "insight.json"))), last)
        return below(place, key, *names)
