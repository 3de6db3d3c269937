"""Jobs started from the tab: one child process each, which ends when TensorBoard does, however that ends.

The child holds the reading end of a pipe whose writing end is ours alone: when this process is gone, also by ``kill -9``, the child reads
the end of its input and stops. Everything else goes over the disk, so a job from a shell looks the same.
"""

from __future__ import annotations

import atexit
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Annotated, Any, Generic, Literal

import msgspec

from tb_timetravel.errors import FitRunning, InvalidData, StoreError
from tb_timetravel.schema import DEFAULT_METHOD, Digest, Step, find_method
from tb_timetravel.serve.methods import why_unavailable
from tb_timetravel.serve.waiting import Line
from tb_timetravel.store import StatusFile, cache_directory, results_directory
from tb_timetravel.store.choices import check_choices
from tb_timetravel.store.files import exists, is_local
from tb_timetravel.store.places import keeping_results
from tb_timetravel.store.status import LAST_BYTES, JobLock, Status, is_held, last_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from tb_timetravel.store.status import JobKind

logger = logging.getLogger(__name__)

_PATIENCE_S = 10.0  # for a child to stop by itself once asked, and again once told
_UNDER_WAY = ("queued", "starting", "running")
MOST_AT_ONCE = 2  # of a kind; each takes all cores that it finds, and memory besides


class ProbeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which probe set is meant."""

    run: Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
    tag: Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]

    def facts(self) -> dict[str, Any]:
        """Give fields of a job's status that are known before the job says anything."""
        return {}


class BesideRequest(ProbeRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The run beside whose film another is laid, by the film that it shows unless one is named."""

    film: Digest | None = None


class FitRequest(ProbeRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to fit and how; what is None is left to the fit."""

    method: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    device: Literal["auto", "cpu", "cuda"] | None = None
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None
    start: Step | None = None
    end: Step | None = None
    every: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None  # steps
    follow: bool = False  # then place each new step as it is logged
    beside: BesideRequest | None = None

    def check(self) -> None:
        """Check what no field shows by itself.

        Raises
        ------
        InvalidData : the method is none, or lacks its package here; two fields contradict each other.
        """
        method = self.method or DEFAULT_METHOD
        check_choices(method=method, end=self.end, follow=self.follow, beside=self.beside is not None)
        if self.method is not None:
            reason = why_unavailable(find_method(self.method))
            if reason is not None:
                raise InvalidData(reason)
        if self.start is not None and self.end is not None and self.start > self.end:
            raise InvalidData(f"expected start up to end, got {self.start} and {self.end}")

    def facts(self) -> dict[str, Any]:
        """Name the method."""
        return {"method": self.method or DEFAULT_METHOD}


class LocatedFit(FitRequest, frozen=True, kw_only=True):
    """A fit whose other run was found; no body of a request may say where that lies."""

    beside_directory: str | None = None

    @classmethod
    def of(cls, request: FitRequest, beside_directory: str | None) -> LocatedFit:
        """Say of a request where the run lies beside which the film shall be laid."""
        return cls(**msgspec.structs.asdict(request), beside_directory=beside_directory)


class InsightRequest(ProbeRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to read for insight: the log, and a film of it where one is named."""

    film: Digest | None = None


def fit_command(request: FitRequest, run_directory: str) -> list[str]:
    """Build the command line of a fit."""
    flags = ["--follow"] if request.follow else []
    if request.beside is not None and isinstance(request, LocatedFit):
        flags += [f"--beside={request.beside_directory}", f"--beside-name={request.beside.run}", f"--beside-tag={request.beside.tag}"]
        flags += [] if request.beside.film is None else ["--beside-film", request.beside.film]
    return _command("fit", request, run_directory, ("method", "device", "seed", "start", "end", "every"), *flags)


def insight_command(request: InsightRequest, run_directory: str) -> list[str]:
    """Build the command line of a reading for insight."""
    return _command("insight", request, run_directory, ("film",))


def _command(name: str, request: ProbeRequest, run_directory: str, options: tuple[str, ...], *flags: str) -> list[str]:
    """Build a command line; the run's own directory stands for the logdir, so that no run's name need be found again."""
    command = [sys.executable, "-m", "tb_timetravel", name, run_directory, "--run", ".", f"--tag={request.tag}"]
    for option in options:
        value = getattr(request, option)
        if value is not None:
            command += [f"--{option}", str(value)]
    cache = cache_directory()
    return [*command, *(["--cache", cache] if cache is not None else []), *flags, "--from-tab"]


@dataclass(eq=False)
class _Job:
    """A child process at work."""

    process: subprocess.Popen[bytes]
    log: IO[bytes]
    was_cancelled: bool = False
    ended: threading.Event = field(default_factory=threading.Event)  # and its last status is written

    def last_words(self) -> tuple[str, ...]:
        self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, self.log.tell() - LAST_BYTES))
        return last_lines(self.log.read())


class Jobs(Generic[Status]):
    """The jobs of one kind that this TensorBoard started.

    Parameters
    ----------
    command : from a request and the run's directory to a command line.
    patience_s : given to a child to stop by itself once asked, and again once told.
    """

    def __init__(self, kind: JobKind[Status], command: Callable[[Any, str], list[str]], patience_s: float = _PATIENCE_S) -> None:
        self._kind = kind
        self._command = command
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}  # directory -> its child
        self._line: Line[tuple[ProbeRequest, str], Status] = Line(kind, self._lock, self._begin_next)

    def _n_at_work(self) -> int:
        """Count the jobs that keep the machine busy; one that follows a training mostly waits for its next step."""
        return sum(getattr(self.status(directory), "n_followed", None) is None for directory in self._jobs)

    def status(self, directory: str) -> Status:
        """Read what the job of a probe set is doing, wherever it was started."""
        return StatusFile(directory, self._kind).read()

    def start(self, request: ProbeRequest, run_directory: str, directory: str) -> tuple[bool, Status]:
        """Start a job unless one is under way, or let it wait for its turn; tell whether it was taken on, and what it is doing.

        Raises
        ------
        FitError : too many wait already.
        """
        before = self._jobs.get(directory)
        if before is not None and self.status(directory).state not in _UNDER_WAY:
            before.ended.wait(self._patience_s)  # it has said its last word, and is about to go
        with self._lock:
            status = self.status(directory)
            if directory in self._jobs or directory in self._line or status.state in _UNDER_WAY or is_held(directory, self._kind):
                return False, status
            asked = self._kind.status(state="starting", origin="tab", started_at=time.time(), **request.facts())
            if self._n_at_work() >= MOST_AT_ONCE:
                with keeping_results(directory):
                    return True, self._line.add(directory, (request, run_directory), asked)
            return self._begin(request, run_directory, directory, asked)

    def _begin(self, request: ProbeRequest, run_directory: str, directory: str, asked: Status) -> tuple[bool, Status]:
        try:
            with JobLock(directory, self._kind):  # keeps a second TensorBoard, or a shell, from starting one in this moment
                if self.status(directory).state != "starting":
                    return True, self._spawn(request, run_directory, directory, asked)
        except FitRunning:
            pass
        return False, self.status(directory)

    def _begin_next(self) -> None:
        """Begin as many of those that wait as there is room for."""
        while len(self._line) and self._n_at_work() < MOST_AT_ONCE:
            directory, waiting = self._line.take()
            try:
                file = StatusFile(directory, self._kind)
                if file.cancel_requested(waiting.status):  # by another TensorBoard, which knows nothing of this line
                    file.write(replace(waiting.status, state="cancelled", position=None))
                elif exists(results_directory(directory)):  # the run may have been deleted
                    self._begin(*waiting.asked, directory, replace(waiting.status, state="starting", position=None))
            except (OSError, StoreError):
                logger.exception("the %s in %s, which waited, cannot be started", self._kind.words, directory)

    def _spawn(self, request: ProbeRequest, run_directory: str, directory: str, status: Status) -> Status:
        file = StatusFile(directory, self._kind)
        file.write(status)
        log = open(file.log_path, "w+b") if is_local(file.directory) else tempfile.TemporaryFile()  # noqa: SIM115  # closed with the job
        try:
            process = subprocess.Popen(  # noqa: S603  # an argument list, never a shell
                self._command(request, run_directory),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in TensorBoard's terminal is not for the child: it ends by its input
                env={**os.environ, "PYTHONSAFEPATH": "1"},  # a directory that TensorBoard happens to stand in is no place to import from
            )
        except OSError as error:
            log.close()
            status = replace(status, state="failed", error=f"the process of the {self._kind.words} could not be started: {error}")
            file.write(status)
            return status
        job = self._jobs[directory] = _Job(process, log)
        atexit.register(job.process.stdin.close)  # type: ignore[union-attr]  # it is a pipe
        threading.Thread(target=self._watch, args=(directory, job), name=f"timetravel-{self._kind.name}", daemon=True).start()
        return status

    def _watch(self, directory: str, job: _Job) -> None:
        """Wait for the child, and say how it ended where it did not."""
        try:
            code = job.process.wait()
            if exists(results_directory(directory)):  # the run may have been deleted
                self._settle(directory, job, code)
        except (OSError, StoreError):
            logger.exception("the status of the %s in %s cannot be written", self._kind.words, directory)
        finally:
            with self._lock:
                del self._jobs[directory]
                self._begin_next()
            self._close(job)
            job.ended.set()

    def _close(self, job: _Job) -> None:
        stdin = job.process.stdin
        if stdin is not None:
            atexit.unregister(stdin.close)
            stdin.close()
        job.log.close()

    def _settle(self, directory: str, job: _Job, code: int) -> None:
        file = StatusFile(directory, self._kind)
        try:
            with JobLock(directory, self._kind):  # nobody is at it while we hold it, so a status that says otherwise is what the child left
                status = file.read()
                if job.was_cancelled and status.state not in ("finished", "cancelled"):
                    file.write(replace(status, state="cancelled", eta_s=None, error=None))
                elif status.state in _UNDER_WAY:
                    file.write(replace(status, state="failed", eta_s=None, error=self._epitaph(code), last_words=job.last_words()))
        except FitRunning:
            return  # one from a shell took over

    def cancel(self, directory: str) -> Status:
        """Ask the job of a probe set to stop; one that was started here and does not is ended."""
        file = StatusFile(directory, self._kind)
        with self._lock:
            if directory in self._line:
                waited = self._line.remove(directory).status
                if not is_held(directory, self._kind):  # else a shell is at it, and its status stands there
                    file.write(replace(waited, state="cancelled", position=None))
        status = self.status(directory)
        if status.state not in _UNDER_WAY:
            return status
        file.request_cancel(status)
        with self._lock:
            job = self._jobs.get(directory)
            if job is not None and not job.was_cancelled:
                job.was_cancelled = True
                threading.Thread(target=self._end, args=(job,), name="timetravel-cancel", daemon=True).start()
        return self.status(directory)

    def _end(self, job: _Job) -> None:
        for end in (job.process.terminate, job.process.kill):
            if job.ended.wait(self._patience_s):
                return
            end()

    def _epitaph(self, code: int) -> str:
        words = self._kind.words
        if code < 0:
            reason = " (out of memory, most often)" if code == -signal.SIGKILL else ""
            return f"the process of the {words} was ended by signal {-code}{reason}; {self._kind.again}"
        return f"the process of the {words} ended with exit code {code} before the {words} was finished; its last words say why"
