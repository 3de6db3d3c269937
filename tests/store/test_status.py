"""A fit as others see it, above all when its process is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tb_timetravel.errors import FitRunning
from tb_timetravel.schema import FitStatus, StageProgress
from tb_timetravel.store import FitLock, StatusFile
from tb_timetravel.store.status import is_held

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tb_timetravel.store.status import JobKind

FIT = """
import sys, time
from tb_timetravel.schema import FitStatus
from tb_timetravel.store import FitLock, StatusFile
with FitLock(sys.argv[1]):
    StatusFile(sys.argv[1]).write(FitStatus(state="running", stage="layout", fraction=0.4, eta_s=9.0))
    print("holding", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def fit(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", FIT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        yield process
        process.kill()


def test_a_killed_fit_is_reported_as_failed_with_its_last_words(tmp_path: Path, fit: subprocess.Popen[str]):
    status = StatusFile(str(tmp_path))
    (tmp_path / "fit.log").write_text("".join(f"line {i}\n\n" for i in range(30)) + "Killed\n")
    assert status.read().state == "running"
    fit.send_signal(signal.SIGKILL)
    fit.wait()
    found = status.read()
    assert (found.state, found.stage, found.eta_s) == ("failed", "layout", None)
    assert "ended without saying why" in (found.error or "")
    assert found.last_words[-1] == "Killed"
    assert len(found.last_words) == 12


def test_a_fit_that_ends_while_it_is_looked_at_has_not_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = StatusFile(str(tmp_path))
    file.write(FitStatus(state="running"))

    def look_as_it_ends(directory: str, kind: JobKind[FitStatus]) -> bool:
        file.write(FitStatus(state="finished"))
        return is_held(directory, kind)

    monkeypatch.setattr("tb_timetravel.store.status.is_held", look_as_it_ends)
    found = file.read()
    assert (found.state, found.error) == ("finished", None)


def test_a_second_fit_of_the_same_data_is_refused_and_the_first_goes_on(tmp_path: Path, fit: subprocess.Popen[str]):
    with pytest.raises(FitRunning, match="already running"), FitLock(str(tmp_path)):
        pytest.fail("two fits at once")
    assert fit.poll() is None
    assert StatusFile(str(tmp_path)).read().state == "running"


def test_the_lock_of_a_killed_fit_is_free(tmp_path: Path, fit: subprocess.Popen[str]):
    assert is_held(str(tmp_path))
    fit.kill()
    fit.wait()
    assert not is_held(str(tmp_path))
    with FitLock(str(tmp_path)):
        assert is_held(str(tmp_path))
    assert not is_held(str(tmp_path))


def test_the_lock_is_free_again_when_the_fit_fails(tmp_path: Path):
    lock = FitLock(str(tmp_path))  # held here, as a lock that nobody names any more is free by itself
    with pytest.raises(RuntimeError), lock:
        raise RuntimeError
    assert not is_held(str(tmp_path))
    del lock


def test_without_a_fit_there_is_nothing_to_say(tmp_path: Path):
    assert StatusFile(str(tmp_path)).read() == FitStatus()
    assert not is_held(str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_status_is_read_back_with_the_time_of_writing(tmp_path: Path):
    status = FitStatus(state="finished", fraction=1.0, stages=(StageProgress(stage="graph", fraction=1.0),), started_at=5.0)
    StatusFile(str(tmp_path)).write(status)
    found = StatusFile(str(tmp_path)).read()
    assert replace(found, updated_at=None) == status
    assert abs((found.updated_at or 0.0) - time.time()) < 5


@pytest.mark.parametrize(("age_s", "state"), [(1.0, "starting"), (120.0, "failed")])
def test_a_fit_that_was_started_has_a_minute_to_take_its_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age_s: float, state: str):
    StatusFile(str(tmp_path)).write(FitStatus(state="starting"))
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + age_s)
    assert StatusFile(str(tmp_path)).read().state == state


@pytest.mark.parametrize("state", ["finished", "failed", "cancelled", "interrupted"])
def test_a_fit_that_said_how_it_ended_is_believed(tmp_path: Path, state: str):
    StatusFile(str(tmp_path)).write(FitStatus(state=state))  # type: ignore[arg-type]
    assert StatusFile(str(tmp_path)).read().state == state


def test_a_damaged_status_is_a_failed_fit_and_no_traceback(tmp_path: Path):
    (tmp_path / "fit.json").write_bytes(b"{")
    found = StatusFile(str(tmp_path)).read()
    assert found.state == "failed"
    assert "not a readable FitStatus" in (found.error or "")


def test_last_words_are_short_and_never_break(tmp_path: Path):
    (tmp_path / "fit.log").write_bytes(b"\xff" * 9000 + b"\n\n  \nlast\n")
    words = StatusFile(str(tmp_path)).last_words()
    assert words[-1] == "last"
    assert all(len(word) <= 500 for word in words)


def test_a_wish_to_stop_is_for_one_fit_alone(tmp_path: Path):
    file, first, second = StatusFile(str(tmp_path)), FitStatus(started_at=1.5), FitStatus(started_at=2.5)
    assert not file.cancel_requested(first)
    file.request_cancel(first)
    assert file.cancel_requested(first)
    assert not file.cancel_requested(second)


def test_the_lock_of_a_remote_store_is_one_for_this_machine_and_user():
    directory = f"memory://locks/{os.getpid()}"
    assert not is_held(directory)
    with FitLock(directory):
        assert is_held(directory)
    assert not is_held(directory)
