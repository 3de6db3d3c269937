"""``kill -9`` at any moment, of the training, of the fit and of TensorBoard: what was complete stays readable, and nothing needs a hand.

``TT_KILLS`` says how often; a few times in ``make test``, a hundred in ``make faults``.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.frame import decode_frame
from tb_timetravel.store import FilmStore, StatusFile, data_fingerprint, open_reader, probe_directory
from tb_timetravel.store.status import is_held
from tests.faults.children import HEAD, N_CLASSES, N_SAMPLES, arrays_of
from tests.serve.served import serve
from tests.tensorboard_process import running_tensorboard

if TYPE_CHECKING:
    from collections.abc import Callable

CHILD = str(Path(__file__).with_name("children.py"))


def kills(usual: int) -> range:
    """Number the kills of one kind, as many as ``TT_KILLS`` says."""
    return range(int(os.environ.get("TT_KILLS", usual)))


def start(*arguments: str) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).parents[2])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, CHILD, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def check_steps(directory: str) -> int:
    """Compare every step that exists with what was logged, and count them."""
    reader = open_reader(directory)
    probe, steps = reader.probe(), reader.steps()
    for step in steps:
        snapshot, (x, logits) = reader.read(probe, step), arrays_of(step.step)
        np.testing.assert_array_equal(snapshot.representations, x)
        np.testing.assert_array_equal(snapshot.logits, logits)
    return len(steps)


@pytest.mark.parametrize("seed", kills(4))
def test_a_training_that_is_killed_leaves_every_complete_step(tmp_path: Path, seed: int):
    chance = random.Random(seed)
    known = 0
    for _ in range(2):  # the second goes on where the first was ended
        process = start("log", str(tmp_path / "run"))
        assert process.stdout is not None
        process.stdout.readline()  # one step is there for certain
        time.sleep(chance.uniform(0.0, 0.4))
        kill(process)
        found = check_steps(probe_directory(str(tmp_path / "run"), "probe"))
        assert found >= max(1, known)
        known = found
    film = TimeTravel(str(tmp_path / "run"), labels=np.arange(N_SAMPLES) % N_CLASSES)
    film.log_arrays(500, *arrays_of(500), head=HEAD)
    assert check_steps(probe_directory(str(tmp_path / "run"), "probe")) == known + 1


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("logged")
    film = TimeTravel(str(root / "run"), labels=np.arange(N_SAMPLES) % N_CLASSES)
    for step in range(4):
        film.log_arrays(step, *arrays_of(step), head=HEAD)
    return root


def status_of(directory: str) -> str:
    return StatusFile(directory).read().state


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("seed", kills(2))
def test_a_fit_that_is_killed_leaves_no_lock_and_is_told_and_goes_on(logged: Path, seed: int):
    directory = probe_directory(str(logged / "run"), "probe")
    process = start("fit", str(logged), "pca")
    wait_until(lambda: status_of(directory) != "none" and (status_of(directory) == "running" or process.poll() is not None))
    time.sleep(random.Random(seed).uniform(0.0, 3.0))
    kill(process)
    status = StatusFile(directory).read()
    assert status.state in ("failed", "finished")
    assert status.state == "finished" or "Retry resumes" in (status.error or "")
    assert not is_held(directory)
    assert check_steps(directory) == 4
    answer = serve(logged).get("run", run="run", tag="probe")
    assert answer.status_code in (200, 404)  # no event file, no run of TensorBoard's
    for film in FilmStore(directory).films():  # the preview, or all
        for step in film.steps:
            decode_frame(FilmStore(directory).frame(film.film, step.step, step.frame))


def test_a_fit_after_all_that_makes_the_film(logged: Path):
    assert main(["fit", str(logged), "--method", "pca", "--device", "cpu"]) == 0
    directory = probe_directory(str(logged / "run"), "probe")
    reader = open_reader(directory)
    assert data_fingerprint(reader.probe(), reader.steps()) in {
        film.fingerprint for film in FilmStore(directory).films() if not film.is_preview
    }


def children_of(pid: int) -> list[int]:
    # by thread: the fit was begun by one that answered a request
    return [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc tells of processes on Linux alone")
@pytest.mark.parametrize("seed", kills(1))
def test_no_fit_outlives_a_tensorboard_that_is_killed(tmp_path: Path, seed: int):
    run = tmp_path / "runs/run"
    film = TimeTravel(str(run), labels=np.arange(N_SAMPLES) % N_CLASSES)
    for step in range(6):
        film.log_arrays(step, *arrays_of(step), head=HEAD)
    directory = probe_directory(str(run), "probe")
    with running_tensorboard("--logdir", str(tmp_path / "runs"), output=tmp_path / "said.txt") as board:
        body = json.dumps({"run": "run", "tag": "probe", "method": "joint", "device": "cpu"}).encode()
        headers = {"Content-Type": "application/json", "X-Time-Travel": "1"}
        wait_until(lambda: bool(board.json("/data/plugin/timetravel/runs")["runs"]))
        request = urllib.request.Request(board.url.rstrip("/") + "/data/plugin/timetravel/fit", body, headers)  # noqa: S310  # ours
        assert json.load(urllib.request.urlopen(request, timeout=60))["started"]  # noqa: S310
        wait_until(lambda: status_of(directory) == "running")
        time.sleep(random.Random(seed).uniform(0.0, 2.0))
        children = children_of(board.pid)
        assert children
        os.kill(board.pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, children)))
    assert status_of(directory) in ("interrupted", "failed", "finished")
    wait_until(lambda: not is_held(directory))  # a process is told dead while some of its threads still end, and with them its lock
    assert check_steps(directory) == 6
