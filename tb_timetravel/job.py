"""A job in its own process: it keeps its status on disk and a progress bar, and stops when somebody asks or its TensorBoard ends."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Generic

from tb_timetravel.errors import FitCancelled
from tb_timetravel.schema import DEFAULT_TAG
from tb_timetravel.store.files import is_local
from tb_timetravel.store.status import JobLock, Status, StatusFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tb_timetravel.store import ProbeLocation
    from tb_timetravel.store.status import JobKind

INTERRUPTED = 3  # exit code
_WRITE_EVERY_S, _WRITE_REMOTE_EVERY_S = 0.3, 2.0  # each costs a remote store several requests
_TELLING_S, _TELLING_FRACTION = 2.0, 0.05  # from when on the time that is left can be told


def title_of(location: ProbeLocation) -> str:
    """Name a probe set before its progress bar."""
    return location.run if location.tag == DEFAULT_TAG else f"{location.run} {location.tag}"


class Reporter(Generic[Status]):
    """Keeps the status on disk and the progress bar, and stops the job when somebody asks.

    Attributes
    ----------
    status : as it is now; on disk it may be a moment older.
    """

    def __init__(self, file: StatusFile[Status], status: Status, *, quiet: bool, title: str) -> None:
        from tqdm import tqdm

        self.status, self._file, self._written, self._checked, self._began = status, file, 0.0, 0.0, time.time()
        self._writing = threading.Lock()
        self._every_s = _WRITE_EVERY_S if is_local(file.directory) else _WRITE_REMOTE_EVERY_S
        form = "{desc} {bar} {percentage:3.0f} % [{elapsed} < {remaining}]"
        self._bar = tqdm(total=1.0, desc=title, disable=quiet, bar_format=form)

    def progress(self, fraction: float, words: str, **changes: object) -> None:
        """Say how much is done, from 0 to 1, what is being done, and change what else is given of the status.

        Raises
        ------
        FitCancelled : somebody asked the job to stop.
        """
        self._bar.set_description(f"{words:>9}", refresh=False)
        self._bar.update(fraction - self._bar.n)
        now = time.time()
        spent = now - self._began
        can_tell = spent > _TELLING_S and fraction > _TELLING_FRACTION
        eta_s = spent * (1.0 - fraction) / fraction if can_tell else None
        self.status = replace(self.status, fraction=fraction, eta_s=eta_s, **changes)  # type: ignore[arg-type]  # fields, by name
        if now - self._written < self._every_s:
            return
        self._stop_where_asked()
        self.update()

    def check(self) -> None:
        """Stop where somebody asks, without a word of progress; errors as those of `progress`."""
        now = time.time()
        if now - self._checked >= self._every_s:
            self._checked = now
            self._stop_where_asked()

    def _stop_where_asked(self) -> None:
        if self._file.cancel_requested(self.status):
            raise FitCancelled("it was cancelled")

    def update(self, **changes: object) -> None:
        """Change the status and write it."""
        with self._writing:
            self.status = replace(self.status, **changes)  # type: ignore[arg-type]  # fields, by name
            self._file.write(self.status)
            self._written = time.time()

    def fail(self, error: Exception) -> None:
        """Say why the job ends too soon."""
        self.update(state="failed", eta_s=None, error=str(error) or type(error).__name__, last_words=self._file.last_words())

    def end_with_parent(self) -> None:
        """End this process when the one that started it does: its end of our standard input closes then."""

        def watch() -> None:
            while os.read(sys.stdin.fileno(), 4096):  # not by sys.stdin: its lock, held here, would abort this process at its own end
                pass
            with self._writing:  # to the end: this is the last word
                self._file.write(replace(self.status, state="interrupted", eta_s=None))
                os._exit(INTERRUPTED)

        threading.Thread(target=watch, daemon=True).start()

    def close(self) -> None:
        """End the bar."""
        self._bar.close()


@contextmanager
def at_work(directory: str, kind: JobKind[Status], status: Status, *, from_tab: bool, title: str) -> Iterator[Reporter[Status]]:
    """Hold the right to a job, and say how it goes and how it ended.

    Parameters
    ----------
    status : what is known at its start.
    from_tab : whether TensorBoard started this process; then it ends with it, and shows no bar.
    title : stands before the bar.

    Raises
    ------
    FitRunning : another process is at it.
    NotWritable : nothing could be kept.
    """
    file = StatusFile(directory, kind)
    with JobLock(directory, kind):
        begun = file.read()
        started_at = begun.started_at if from_tab and begun.state == "starting" else time.time()  # a cancel may name it already
        status = replace(status, state="running", origin="tab" if from_tab else "shell", started_at=started_at)
        reporter = Reporter(file, status, quiet=from_tab, title=title)
        if from_tab:
            reporter.end_with_parent()
        try:
            yield reporter
        except (FitCancelled, KeyboardInterrupt) as stop:
            reporter.update(state="cancelled" if isinstance(stop, FitCancelled) else "interrupted", eta_s=None)
            raise
        except Exception as error:
            reporter.fail(error)
            raise
        finally:
            reporter.close()
        reporter.update(state="finished", fraction=1.0, eta_s=0.0)
