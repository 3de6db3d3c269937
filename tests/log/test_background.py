"""Steps that are written in a thread of their own: all of them, as they were, in bounded memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.errors import StoreError
from tb_timetravel.log.background import Background
from tb_timetravel.store import DynamicsReader, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

N = 20
CODE = """
import sys, numpy as np
from tb_timetravel import TimeTravel
film = TimeTravel(sys.argv[1], labels=np.arange(20) % 2, background=True)
for step in range(5):
    film.log_arrays(step, np.full((20, 4), float(step), np.float32))
"""


def read(run: Path) -> dict[int, np.ndarray]:
    reader = DynamicsReader(probe_directory(str(run), "probe"))
    return {step.step: np.array(reader.read(reader.probe(), step).representations) for step in reader.steps()}


def test_a_step_is_stored_as_it_was_when_it_was_logged_whatever_becomes_of_the_array(tmp_path: Path):
    film, x = TimeTravel(str(tmp_path), labels=np.arange(N) % 2, background=True), np.empty((N, 4), np.float32)
    for step in range(6):
        x[:] = step
        film.log_arrays(step, x, np.full((N, 2), step), head=None)
    x[:] = -1.0
    film.flush()
    assert {step: set(found.ravel().tolist()) for step, found in read(tmp_path).items()} == {step: {float(step)} for step in range(6)}


def test_a_process_that_ends_has_written_everything(tmp_path: Path):
    subprocess.run([sys.executable, "-c", CODE, str(tmp_path)], check=True, timeout=60)
    assert list(read(tmp_path)) == [0, 1, 2, 3, 4]


def test_what_cannot_be_written_is_raised_by_the_next_call_and_later_steps_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    film, x = TimeTravel(str(tmp_path), labels=np.arange(N) % 2, background=True), np.zeros((N, 4), np.float32)
    film.log_arrays(0, x)
    film.flush()
    with monkeypatch.context() as disk:
        disk.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        film.log_arrays(1, x)
        with pytest.raises(StoreError, match=r"step 1 could not be written .* earlier steps are intact"):
            film.flush()
        film.log_arrays(2, x)
        film._background._pieces.join()  # type: ignore[union-attr]
    with pytest.raises(StoreError, match="step 2"):
        film.log_arrays(3, x)  # is taken on all the same
    film.flush()
    assert list(read(tmp_path)) == [0, 3]


def test_what_nobody_is_left_to_catch_is_said_at_the_end(capsys: pytest.CaptureFixture[str]):
    def fail(_: int) -> None:
        raise StoreError("no room")

    background = Background(fail)
    background.put(1)
    background._finish(os.getpid())
    assert capsys.readouterr().err == "timetravel: no room\n"


def test_a_process_that_logs_nothing_has_nothing_to_wait_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tb_timetravel.log.recorder._writes", lambda: False)
    film = TimeTravel(str(tmp_path), labels=np.arange(N) % 2, background=True)
    monkeypatch.undo()
    film.flush()  # the group of processes may be gone by now


def test_more_than_a_few_pieces_wait_until_there_is_room():
    may_write, written = threading.Event(), []

    def write(piece: int) -> None:
        may_write.wait(10)
        written.append(piece)

    background = Background(write)
    for piece in range(3):  # one is at work, two wait
        background.put(piece)
    fourth = threading.Thread(target=background.put, args=(3,))
    fourth.start()
    fourth.join(0.3)
    assert fourth.is_alive()
    may_write.set()
    fourth.join(10)
    background.flush()
    assert written == [0, 1, 2, 3]


def test_without_it_there_is_nothing_to_wait_for(tmp_path: Path):
    film = TimeTravel(str(tmp_path), labels=np.arange(N) % 2)
    film.log_arrays(0, np.zeros((N, 4), np.float32))
    assert list(read(tmp_path)) == [0]
    film.flush()
