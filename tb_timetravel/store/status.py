"""A job at work, as everybody can see it: its status, its lock, its log, and the wish that it stop. A job fits, or reads a log for insight.

The lock is held by the job's process for as long as it lives and goes with it, however it ends; so a status that says ``running``
beside a free lock tells of a process that died. No lock ever needs a hand. On a remote store it is a claim that its holder renews
(``lease.py``), so there the death of a process on another machine shows after a minute and a half.
"""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from filelock import FileLock, Timeout

from tb_timetravel.errors import FitRunning, StoreError
from tb_timetravel.schema import FitStatus, InsightStatus, JobStatus
from tb_timetravel.store.files import below, exists, is_local, join, read_end, read_record, write_bytes, write_record
from tb_timetravel.store.lease import Lease, is_alive
from tb_timetravel.store.places import keeping_results, results_directory
from tb_timetravel.store.remote import is_of_one_process

if TYPE_CHECKING:
    from types import TracebackType

Status = TypeVar("Status", bound=JobStatus)
_GRACE_S = 60.0  # a process that was started has this long to take its lock
LAST_BYTES = 8192  # of what a job wrote, in which its last lines are looked for
_LAST_LINES = 12


@dataclass(frozen=True)
class JobKind(Generic[Status]):
    """A kind of job; a probe set can have one of each at work.

    Attributes
    ----------
    name : of its files, ``<name>.json``, ``.log``, ``.lock`` and ``.cancel``, and of its command.
    words : what it is called in a sentence, as ``the <words>``.
    again : what to do when it ended too soon.
    """

    name: str
    status: type[Status]
    words: str
    again: str


FIT = JobKind("fit", FitStatus, "fit", "Retry resumes at the first unfinished stage")
INSIGHT = JobKind("insight", InsightStatus, "reading for insight", "start it again")


def _lock_path(results: str, kind: JobKind[Any]) -> str:
    if is_local(results):
        return below(results, f"{kind.name}.lock")
    name = hashlib.blake2b(join(results, kind.name).encode(), digest_size=8).hexdigest()
    process = f".{os.getpid()}" if is_of_one_process(results) else ""
    return os.path.join(tempfile.gettempdir(), f"tb_timetravel.{os.getuid() if hasattr(os, 'getuid') else 0}.{name}{process}.lock")


def _needs_lease(results: str) -> bool:
    return not is_local(results) and not is_of_one_process(results)


def _machine(lock_path: str) -> str:
    """Name what shares this lock file: a machine, or a container of it."""
    try:
        found = os.stat(lock_path)
    except FileNotFoundError:
        return socket.gethostname()
    return f"{socket.gethostname()}:{found.st_dev}:{found.st_ino}"


class JobLock:
    """The right to work on a probe set, held as a context manager.

    Raises
    ------
    FitRunning : another process holds it.
    NotWritable : the job could keep nothing here.
    """

    def __init__(self, directory: str, kind: JobKind[Any]) -> None:
        self._directory, self._results, self._kind = directory, results_directory(directory), kind
        self._path = _lock_path(self._results, kind)
        self._lock = FileLock(self._path)
        self._lease: Lease | None = None

    def __enter__(self) -> None:
        with keeping_results(self._directory):
            if is_local(self._results):
                os.makedirs(self._results, exist_ok=True)  # of embeddings nothing lies there before their first job
            try:
                self._lock.acquire(timeout=2.0)  # longer than a look at the lock by `is_held` takes
                if _needs_lease(self._results):
                    self._lease = Lease(join(self._results, f"{self._kind.name}.lock"), _machine(self._path))
                    self._lease.take()
            except (Timeout, FitRunning) as error:
                self._lock.release()
                raise FitRunning(
                    f"the {self._kind.words} of {self._directory} is already running; follow it in the tab, or stop it with Cancel there"
                ) from error
            except BaseException:
                self._lock.release()
                raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._lease is not None:
            self._lease.give_back()
        self._lock.release()


class FitLock(JobLock):
    """The right to fit a probe set."""

    def __init__(self, directory: str) -> None:
        super().__init__(directory, FIT)


def is_held(directory: str, kind: JobKind[Any] = FIT) -> bool:
    """Tell whether some process is at work on this probe set now."""
    results = results_directory(directory)
    path = _lock_path(results, kind)
    is_locked = _is_locked(path)
    if is_locked or not _needs_lease(results):
        return is_locked
    return is_alive(join(results, f"{kind.name}.lock"), _machine(path))


def _is_locked(path: str) -> bool:
    if not os.path.exists(path):
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False  # a read-only directory: nobody can work here
    lock.release()
    return False


def last_lines(written: bytes) -> tuple[str, ...]:
    """Give the last lines of what a job wrote."""
    lines = written.decode(errors="replace").splitlines()
    return tuple(line.rstrip()[:500] for line in lines if line.strip())[-_LAST_LINES:]


class StatusFile(Generic[Status]):
    """The status of a job of one probe set: of its fit, where nothing else is said."""

    @overload
    def __init__(self: StatusFile[FitStatus], directory: str) -> None: ...

    @overload
    def __init__(self, directory: str, kind: JobKind[Status]) -> None: ...

    def __init__(self, directory: str, kind: JobKind[Any] = FIT) -> None:
        self._of, self._kind = directory, cast("JobKind[Status]", kind)
        self.directory = results_directory(directory)
        self.log_path = below(self.directory, f"{kind.name}.log")
        self._path = below(self.directory, f"{kind.name}.json")
        self._cancel_path = below(self.directory, f"{kind.name}.cancel")

    def write(self, status: Status) -> None:
        """Say what the job is doing now."""
        write_record(self._path, replace(status, updated_at=time.time()))

    def read(self) -> Status:
        """Read what the job is doing; a process that died is reported as failed, with its last words."""
        status = self._as_written()
        while status.state in ("starting", "running") and not (self._is_to_begin(status) or is_held(self._of, self._kind)):
            again = self._as_written()  # it may have ended between the two looks, and its last word comes before it lets go of the lock
            if again == status:
                error = f"the process of the {self._kind.words} ended without saying why (killed, or out of memory); {self._kind.again}"
                return replace(status, state="failed", eta_s=None, error=error, last_words=self.last_words())
            status = again
        if status.state == "queued" and not self._is_to_begin(status):
            return replace(status, state="interrupted", position=None, error="the TensorBoard in which it waited for its turn has ended")
        return status

    def _as_written(self) -> Status:
        if not exists(self._path):
            return self._kind.status()
        try:
            return read_record(self._path, self._kind.status)
        except StoreError as error:
            return self._kind.status(state="failed", error=str(error))

    @staticmethod
    def _is_to_begin(status: JobStatus) -> bool:
        """Tell whether a job that does not work yet is about to; not for ever where the clock was set back."""
        return status.state in ("queued", "starting") and abs(time.time() - (status.updated_at or 0.0)) < _GRACE_S

    def last_words(self) -> tuple[str, ...]:
        """Read the last lines that the job's process wrote."""
        if not exists(self.log_path):
            return ()
        return last_lines(read_end(self.log_path, LAST_BYTES))

    def request_cancel(self, status: Status) -> None:
        """Ask the job of this status to stop, wherever it runs; a later one does not see the wish."""
        write_bytes(self._cancel_path, repr(status.started_at).encode())

    def cancel_requested(self, status: Status) -> bool:
        """Tell whether somebody asked the job of this status to stop."""
        return exists(self._cancel_path) and read_end(self._cancel_path, 64) == repr(status.started_at).encode()
