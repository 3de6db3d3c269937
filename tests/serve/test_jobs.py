"""Fits as real child processes, in every way they can end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tb_timetravel.errors import FitError, InvalidData
from tb_timetravel.schema import FitStatus
from tb_timetravel.serve.jobs import MOST_AT_ONCE, FitRequest, InsightRequest, Jobs, fit_command, insight_command
from tb_timetravel.serve.waiting import MOST_WAITING
from tb_timetravel.store import FitLock, StatusFile
from tb_timetravel.store.status import FIT, INSIGHT, is_held
from tests.serve.served import serve, write_probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHILD = str(Path(__file__).with_name("fitting_child.py"))
REQUEST = FitRequest(run="digits", tag="probe")


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return write_probe(tmp_path / "digits")


@pytest.fixture
def make_jobs(directory: str) -> Iterator[Callable[..., Jobs]]:
    made: list[Jobs] = []

    def make(behaviour: str, patience_s: float = 10.0) -> Jobs:
        made.append(Jobs(FIT, lambda *_: [sys.executable, CHILD, behaviour, directory], patience_s=patience_s))
        return made[-1]

    yield make
    for jobs in made:
        for job in list(jobs._jobs.values()):
            job.process.kill()
            job.ended.wait(5)


def wait_for(condition: Callable[[], bool], timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def wait_for_state(directory: str, *states: str) -> FitStatus:
    wait_for(lambda: StatusFile(directory).read().state in states)
    return StatusFile(directory).read()


def start(jobs: Jobs, directory: str) -> tuple[bool, FitStatus]:
    return jobs.start(REQUEST, os.path.dirname(directory), directory)


def test_a_fit_starts_from_the_tab_and_finishes(directory: str, make_jobs: Callable[..., Jobs]):
    jobs = make_jobs("finish")
    started, status = start(jobs, directory)
    assert started
    assert (status.state, status.origin, status.method) == ("starting", "tab", "joint")
    assert status.started_at == pytest.approx(time.time(), abs=10)
    wait_for_state(directory, "finished")
    wait_for(lambda: not jobs._jobs)


def test_what_the_process_writes_goes_to_its_log(directory: str, make_jobs: Callable[..., Jobs]):
    start(make_jobs("finish"), directory)
    wait_for_state(directory, "finished")
    assert Path(directory, "fit.log").read_text().startswith("fitting as")


def test_a_fit_says_by_which_method_from_the_start(directory: str, make_jobs: Callable[..., Jobs]):
    request = FitRequest(run="digits", tag="probe", method="pca")
    _, status = make_jobs("finish").start(request, os.path.dirname(directory), directory)
    assert status.method == "pca"


def test_a_process_that_dies_at_once_is_reported_with_its_last_words(directory: str, make_jobs: Callable[..., Jobs]):
    start(make_jobs("die"), directory)
    status = wait_for_state(directory, "failed")
    assert "exit code 1" in status.error
    assert status.last_words == ("ModuleNotFoundError: No module named 'nonsense'",)


def test_a_process_that_is_killed_is_reported(directory: str, make_jobs: Callable[..., Jobs]):
    jobs = make_jobs("crash")
    start(jobs, directory)
    status = wait_for_state(directory, "failed")
    wait_for(lambda: not jobs._jobs)
    assert "signal 9 (out of memory" in StatusFile(directory).read().error
    assert status.origin == "tab"


def test_a_command_that_cannot_be_run_is_reported(directory: str):
    started, status = start(Jobs(FIT, lambda *_: ["/nonexistent/python"]), directory)
    assert started
    assert status.state == "failed"
    assert "could not be started" in status.error
    assert StatusFile(directory).read().state == "failed"


def test_two_clicks_start_one_fit(directory: str, make_jobs: Callable[..., Jobs]):
    jobs = make_jobs("obedient")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: start(jobs, directory), range(8)))
    assert [started for started, _ in answers].count(True) == 1
    assert {status.state for _, status in answers} <= {"starting", "running"}
    jobs.cancel(directory)
    wait_for_state(directory, "cancelled")


def test_two_tensorboards_start_one_fit(directory: str, make_jobs: Callable[..., Jobs]):
    both = [make_jobs("obedient"), make_jobs("obedient")]
    barrier = threading.Barrier(2)

    def click(jobs: Jobs) -> bool:
        barrier.wait()
        return start(jobs, directory)[0]

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, both)) == [False, True]


def test_no_fit_starts_beside_one_from_a_shell(directory: str, make_jobs: Callable[..., Jobs]):
    with FitLock(directory):
        StatusFile(directory).write(FitStatus(state="running", origin="shell", started_at=1.0))
        started, status = start(make_jobs("finish"), directory)
    assert not started
    assert (status.state, status.origin) == ("running", "shell")


def test_a_fit_starts_again_after_one_that_died(directory: str, make_jobs: Callable[..., Jobs]):
    StatusFile(directory).write(FitStatus(state="running", started_at=1.0))  # and nobody holds the lock
    assert start(make_jobs("finish"), directory)[0]
    wait_for_state(directory, "finished")


def test_a_cancelled_fit_stops_by_itself(directory: str, make_jobs: Callable[..., Jobs]):
    jobs = make_jobs("obedient")
    start(jobs, directory)
    wait_for_state(directory, "running")
    jobs.cancel(directory)
    assert wait_for_state(directory, "cancelled", "failed").state == "cancelled"
    assert start(jobs, directory)[0]  # and the next one starts at once


def test_a_fit_that_ignores_cancel_and_terminate_is_killed(directory: str, make_jobs: Callable[..., Jobs]):
    jobs = make_jobs("stubborn", patience_s=0.3)
    start(jobs, directory)
    wait_for_state(directory, "running")
    process = jobs._jobs[directory].process
    began = time.monotonic()
    jobs.cancel(directory)
    jobs.cancel(directory)
    wait_for(lambda: not jobs._jobs)
    assert process.returncode == -signal.SIGKILL
    assert StatusFile(directory).read().state == "cancelled"
    assert time.monotonic() - began >= 0.6  # it was given its time, twice


def test_cancel_without_a_fit_changes_nothing(directory: str, make_jobs: Callable[..., Jobs]):
    assert make_jobs("finish").cancel(directory).state == "none"
    assert not Path(directory, "fit.cancel").exists()


def test_cancel_asks_a_fit_from_a_shell_too(directory: str, make_jobs: Callable[..., Jobs]):
    with FitLock(directory):
        status = FitStatus(state="running", origin="shell", started_at=5.0)
        StatusFile(directory).write(status)
        make_jobs("finish").cancel(directory)
    assert StatusFile(directory).cancel_requested(status)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_outlives_its_tensorboard(directory: str, how: signal.Signals):
    program = (
        "import signal, sys, time; from tb_timetravel.serve.jobs import FitRequest, Jobs; from tb_timetravel.store.status import FIT;"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0));"
        f"Jobs(FIT, lambda *_: [sys.executable, {CHILD!r}, 'obedient', {directory!r}])"
        f".start(FitRequest(run='digits', tag='probe'), {directory!r}, {directory!r}); time.sleep(60)"
    )
    tensorboard = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    try:
        wait_for_state(directory, "running")
    finally:
        tensorboard.send_signal(how)
        tensorboard.wait(60)
    assert wait_for_state(directory, "interrupted", "failed").state == "interrupted"
    wait_for(lambda: not is_held(directory))


def test_a_deleted_run_is_not_written_again(directory: str, make_jobs: Callable[..., Jobs]):
    jobs = make_jobs("obedient")
    start(jobs, directory)
    wait_for_state(directory, "running")
    subprocess.run(["rm", "-r", directory], check=True)
    jobs._jobs[directory].process.kill()
    wait_for(lambda: not jobs._jobs)
    assert not Path(directory).exists()


def test_the_command_names_the_runs_own_directory_and_cannot_be_mistaken_for_options():
    request = FitRequest(run="exp/a b", tag="--device", method="pca", device="cpu", seed=3, start=0, end=9, every=2)
    command = fit_command(request, "/logs/exp/a b")
    assert command[:6] == [sys.executable, "-m", "tb_timetravel", "fit", "/logs/exp/a b", "--run"]
    assert command[6:] == [
        ".",
        "--tag=--device",
        "--method",
        "pca",
        "--device",
        "cpu",
        "--seed",
        "3",
        "--start",
        "0",
        "--end",
        "9",
        "--every",
        "2",
        "--from-tab",
    ]
    assert fit_command(REQUEST, "/logs")[-1] == "--from-tab"
    assert not {"--seed", "--method"} & set(fit_command(REQUEST, "/logs"))


def test_the_command_of_a_reading_for_insight_names_the_film_where_there_is_one():
    command = insight_command(InsightRequest(run="digits", tag="a tag", film="a" * 16), "/logs/digits")
    assert command == [
        *(sys.executable, "-m", "tb_timetravel", "insight", "/logs/digits", "--run", ".", "--tag=a tag"),
        *("--film", "a" * 16, "--from-tab"),
    ]
    assert "--film" not in insight_command(InsightRequest(run="digits", tag="probe"), "/logs/digits")


def test_jobs_of_two_kinds_run_beside_each_other(directory: str, make_jobs: Callable[..., Jobs]):
    fits = make_jobs("obedient")
    start(fits, directory)
    wait_for_state(directory, "running")
    run_directory = os.path.dirname(os.path.dirname(os.path.dirname(directory)))
    insights = Jobs(INSIGHT, insight_command)
    request = InsightRequest(run="digits", tag="probe")
    assert insights.start(request, run_directory, directory)[0]
    wait_for(lambda: insights.status(directory).state == "finished")
    assert fits.status(directory).state == "running"
    fits.cancel(directory)
    wait_for_state(directory, "cancelled")


def test_the_fit_of_a_post_is_seen_by_get(logdir: Path):
    directory = str(logdir / "digits" / "plugins" / "timetravel" / "probe")
    jobs = Jobs(FIT, lambda *_: [sys.executable, CHILD, "finish", directory])
    served = serve(logdir, jobs=jobs)
    assert served.post("fit", {"run": "digits", "tag": "probe"}).json["started"] is True
    wait_for(lambda: served.get("fit", run="digits", tag="probe").json["state"] == "finished")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_directory_that_cannot_be_written_is_a_conflict(logdir: Path):
    directory = logdir / "digits" / "plugins" / "timetravel" / "probe"
    directory.chmod(0o500)
    response = serve(logdir).post("fit", {"run": "digits", "tag": "probe"})
    directory.chmod(0o700)
    assert response.status_code == 409


def test_a_cancelled_fit_is_cancelled_however_it_ended(directory: str, make_jobs: Callable[..., Jobs]):
    jobs = make_jobs("deaf", patience_s=0.3)
    start(jobs, directory)
    wait_for_state(directory, "running")
    jobs.cancel(directory)
    wait_for(lambda: not jobs._jobs)
    assert StatusFile(directory).read().state == "cancelled"


@pytest.fixture
def many(tmp_path: Path) -> list[str]:
    """Directories of probe sets, more than may be fitted and wait at once."""
    return [write_probe(tmp_path / f"run{n}", kind="none") for n in range(MOST_AT_ONCE + MOST_WAITING + 1)]


@pytest.fixture
def busy(many: list[str]) -> Iterator[Jobs]:
    jobs = Jobs(FIT, lambda _, above: [sys.executable, CHILD, "obedient", os.path.join(above, "probe")])
    for directory in many[:MOST_AT_ONCE]:
        assert start(jobs, directory)[1].state == "starting"
    yield jobs
    jobs._line._waiting.clear()
    for job in list(jobs._jobs.values()):
        job.process.kill()
        job.ended.wait(5)


def test_fifty_fits_wait_for_two_and_one_more_is_refused(busy: Jobs, many: list[str]):
    waiting, one_more = many[MOST_AT_ONCE:-1], many[-1]
    for place, directory in enumerate(waiting, start=1):
        assert start(busy, directory)[0]
        status = StatusFile(directory).read()
        assert (status.state, status.position, status.origin) == ("queued", place, "tab")
    with pytest.raises(FitError, match="expected at most 50 in line for a fit, and as many wait"):
        start(busy, one_more)
    assert StatusFile(one_more).read().state == "none"
    assert start(busy, waiting[0]) == (False, StatusFile(waiting[0]).read())
    assert len(busy._jobs) == MOST_AT_ONCE
    assert busy.cancel(waiting[1]).state == "cancelled"
    assert [StatusFile(directory).read().position for directory in waiting[:4]] == [1, None, 2, 3]


def test_who_waits_first_begins_first_once_there_is_room(busy: Jobs, many: list[str]):
    first, second = many[MOST_AT_ONCE : MOST_AT_ONCE + 2]
    start(busy, first)
    start(busy, second)
    wait_for_state(many[0], "running")
    busy.cancel(many[0])
    status = wait_for_state(first, "running")
    assert status.position is None
    assert (StatusFile(second).read().state, StatusFile(second).read().position) == ("queued", 1)
    wait_for(lambda: set(busy._jobs) == {many[1], first})


def test_a_wish_from_elsewhere_that_a_waiting_fit_stop_is_heard_at_its_turn_and_a_deleted_run_is_passed_over(busy: Jobs, many: list[str]):
    first, deleted, last = many[MOST_AT_ONCE : MOST_AT_ONCE + 3]
    for directory in (first, deleted, last):
        start(busy, directory)
    assert Jobs(FIT, fit_command).cancel(first).state == "queued"  # another TensorBoard
    shutil.rmtree(deleted)
    wait_for_state(many[0], "running")
    busy.cancel(many[0])
    wait_for_state(last, "running")
    assert StatusFile(first).read().state == "cancelled"
    assert not Path(deleted).exists()


@pytest.mark.parametrize("seconds", [-3600.0, 3600.0], ids=["set forward since", "set back since"])
def test_a_line_whose_tensorboard_ended_is_told_whatever_became_of_the_clock(directory: str, seconds: float):
    file = StatusFile(directory)
    for state, told in (("queued", "interrupted"), ("starting", "failed")):
        file.write(FitStatus(state=state, position=3 if state == "queued" else None, origin="tab", started_at=1.0))
        assert file.read().state == state
        record = Path(directory, "fit.json")
        changed = json.loads(record.read_bytes())
        record.write_text(json.dumps({**changed, "updated_at": time.time() + seconds}))
        assert file.read().state == told
        assert file.read().error


def test_a_fit_that_follows_is_asked_for_by_the_command_line_and_only_as_it_can_be_done():
    assert "--follow" in fit_command(replace(REQUEST, follow=True), "runs/digits")
    assert "--follow" not in fit_command(REQUEST, "runs/digits")
    for contradiction in ({"method": "pca"}, {"end": 5}):
        with pytest.raises(InvalidData, match="no end to follow a training"):
            replace(REQUEST, follow=True, **contradiction).check()
