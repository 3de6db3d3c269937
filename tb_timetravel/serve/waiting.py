"""Jobs that wait for their turn: a machine does a few at a time, and one that fits fifty probe sets at once fits none.

Each has a status of its own on disk, with its place in the line. Who keeps the line renews them, so that one whose TensorBoard has ended is
known by its silence (``store/status.py``).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from tb_timetravel.errors import FitError, StoreError
from tb_timetravel.store import StatusFile, results_directory
from tb_timetravel.store.files import exists
from tb_timetravel.store.status import Status, is_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.store.status import JobKind

MOST_WAITING = 50
_RENEW_S = 20.0

Asked = TypeVar("Asked")


@dataclass(frozen=True)
class Waiting(Generic[Asked, Status]):
    """A job that was asked for, and its status so far."""

    asked: Asked
    status: Status


class Line(Generic[Asked, Status]):
    """A line of jobs of a kind, first come, first served; whoever calls holds the lock."""

    def __init__(self, kind: JobKind[Status], lock: threading.Lock, begin_next: Callable[[], None]) -> None:
        self._kind, self._lock, self._begin_next = kind, lock, begin_next
        self._waiting: dict[str, Waiting[Asked, Status]] = {}  # directory -> who waits, in order
        self._renewing: threading.Timer | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, directory: str) -> bool:
        return directory in self._waiting

    def add(self, directory: str, asked: Asked, status: Status) -> Status:
        """Put a job at the end of the line.

        Raises
        ------
        FitError : it is too long.
        NotWritable, OSError : the status cannot be written.
        """
        if len(self._waiting) >= MOST_WAITING:
            what = f"{MOST_WAITING} in line for a {self._kind.words}"
            raise FitError(f"expected at most {what}, and as many wait; come back when one has begun, or cancel one")
        queued = replace(status, state="queued", position=len(self._waiting) + 1)
        StatusFile(directory, self._kind).write(queued)
        self._waiting[directory] = Waiting(asked, queued)
        self._renew_later()
        return queued

    def remove(self, directory: str) -> Waiting[Asked, Status]:
        """Take a job out of the line, wherever it stands; the others move up."""
        taken = self._waiting.pop(directory)
        self.renew()
        return taken

    def take(self) -> tuple[str, Waiting[Asked, Status]]:
        """Take the first."""
        directory = next(iter(self._waiting))
        return directory, self.remove(directory)

    def renew(self) -> None:
        """Write everybody's place in the line; of a run that was deleted meanwhile nothing is kept."""
        for position, (directory, waiting) in enumerate(self._waiting.items(), start=1):
            try:
                if exists(results_directory(directory)) and not is_held(directory, self._kind):  # a shell may be at it meanwhile
                    StatusFile(directory, self._kind).write(replace(waiting.status, position=position))
            except (StoreError, OSError):  # it is tried again when its turn comes
                continue

    def _renew_later(self) -> None:
        if self._renewing is None:
            self._renewing = threading.Timer(_RENEW_S, self._renew_from_timer)
            self._renewing.daemon = True
            self._renewing.start()

    def _renew_from_timer(self) -> None:
        with self._lock:
            self._renewing = None
            if self._waiting:
                self.renew()
                self._begin_next()  # one that has come to follow a training makes room without a word
                self._renew_later()
