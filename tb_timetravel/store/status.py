"""A fit at work, as everybody can see it: its status, its lock, its log, and the wish that it stop.

The lock is held by the fitting process for as long as it lives and goes with it, however it ends; so a status that says ``running``
beside a free lock tells of a process that died. No lock ever needs a hand.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from tb_timetravel.errors import FitRunning, StoreError
from tb_timetravel.schema import FitStatus
from tb_timetravel.store.files import exists, is_local, join, read_bytes, read_record, write_bytes, write_record

if TYPE_CHECKING:
    from types import TracebackType

_GRACE_S = 60.0  # a process that was started has this long to take its lock
_LAST_LINES = 12


def _lock_path(directory: str) -> str:
    if is_local(directory):
        return join(directory, "fit.lock")
    name = hashlib.blake2b(directory.encode(), digest_size=8).hexdigest()  # a remote store cannot hold a lock: one per machine then
    return os.path.join(tempfile.gettempdir(), f"tb_timetravel.{os.getuid() if hasattr(os, 'getuid') else 0}.{name}.lock")


class FitLock:
    """The right to fit a probe set, held as a context manager.

    Raises
    ------
    FitRunning : another process holds it.
    """

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._lock = FileLock(_lock_path(directory))

    def __enter__(self) -> None:
        if is_local(self._directory):
            os.makedirs(self._directory, exist_ok=True)  # of embeddings nothing lies there before their first fit
        try:
            self._lock.acquire(timeout=2.0)  # longer than a look at the lock by `is_held` takes
        except Timeout as error:
            raise FitRunning(
                f"a fit of {self._directory} is already running; follow it in the tab, or stop it with Cancel there"
            ) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock.release()


def is_held(directory: str) -> bool:
    """Tell whether some process is fitting this probe set now."""
    path = _lock_path(directory)
    if not os.path.exists(path):
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False  # a read-only directory: nobody can fit here
    lock.release()
    return False


class StatusFile:
    """The status of the fit of one probe set."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.log_path = join(directory, "fit.log")
        self._path = join(directory, "fit.json")
        self._cancel_path = join(directory, "fit.cancel")

    def write(self, status: FitStatus) -> None:
        """Say what the fit is doing now."""
        write_record(self._path, replace(status, updated_at=time.time()))

    def read(self) -> FitStatus:
        """Read what the fit is doing; a process that died is reported as failed, with its last words."""
        if not exists(self._path):
            return FitStatus()
        try:
            status = read_record(self._path, FitStatus)
        except StoreError as error:
            return FitStatus(state="failed", error=str(error))
        if status.state == "starting" and time.time() - (status.updated_at or 0.0) < _GRACE_S:
            return status
        if status.state in ("starting", "running") and not is_held(self.directory):
            error_ = "the fit's process ended without saying why (killed, or out of memory); Retry resumes at the first unfinished stage"
            return replace(status, state="failed", eta_s=None, error=error_, last_words=self.last_words())
        return status

    def last_words(self) -> tuple[str, ...]:
        """Read the last lines that the fit's process wrote."""
        if not exists(self.log_path):
            return ()
        lines = read_bytes(self.log_path)[-8192:].decode(errors="replace").splitlines()
        return tuple(line.rstrip()[:500] for line in lines if line.strip())[-_LAST_LINES:]

    def request_cancel(self, status: FitStatus) -> None:
        """Ask the fit of this status to stop, wherever it runs; a later fit does not see the wish."""
        write_bytes(self._cancel_path, repr(status.started_at).encode())

    def cancel_requested(self, status: FitStatus) -> bool:
        """Tell whether somebody asked the fit of this status to stop."""
        return exists(self._cancel_path) and read_bytes(self._cancel_path) == repr(status.started_at).encode()
