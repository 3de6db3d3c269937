"""Disks that are full, may only be read, or are gone: what was there stays readable, and what happened is said in a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.errors import StoreError
from tb_timetravel.store import FilmStore, StatusFile, open_reader, probe_directory
from tb_timetravel.store.status import is_held
from tests.faults.children import HEAD, N_CLASSES, N_SAMPLES, arrays_of
from tests.serve.served import serve, write_events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OF_PROBE = {"run": "run", "tag": "probe"}


def mounted(directory: Path, options: str) -> bool:
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(directory)], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own of 1 MB, with a run of four steps."""
    place = tmp_path / "disk"
    place.mkdir()
    if not sys.platform.startswith("linux") or not mounted(place, "size=1m"):
        pytest.skip("nothing can be mounted here")
    try:
        write_events(place / "run")
        film = TimeTravel(str(place / "run"), labels=np.arange(N_SAMPLES) % N_CLASSES)
        for step in range(4):
            film.log_arrays(step, *arrays_of(step), head=HEAD)
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path, *, but: int) -> None:
    """Leave so many bytes on a disk."""
    free = os.statvfs(place)
    n_bytes = free.f_bavail * free.f_frsize - but
    (place / "filler").write_bytes(bytes(max(0, n_bytes)))


def check_steps(place: Path, n_steps: int) -> None:
    reader = open_reader(probe_directory(str(place / "run"), "probe"))
    probe, steps = reader.probe(), reader.steps()
    assert len(steps) == n_steps
    for step in steps:
        np.testing.assert_array_equal(reader.read(probe, step).logits, arrays_of(step.step)[1])


def answer_all(place: Path) -> None:
    served = serve(place)
    for route in ("runs", "run", "fit", "samples", "selections", "columns", "neighbors"):
        response = served.get(route, **OF_PROBE, step=0, samples=0, k=3)
        assert response.status_code < 500, response.data


@pytest.mark.parametrize("left", [0, 4096, 12_288, 20_480])
def test_a_full_disk_costs_the_step_that_found_it_and_none_before(small_disk: Path, left: int):
    film = TimeTravel(str(small_disk / "run"), labels=np.arange(N_SAMPLES) % N_CLASSES)
    fill(small_disk, but=left)
    before = {path.name for path in (small_disk / "run/plugins/timetravel/probe/steps").iterdir()}
    with pytest.raises(StoreError, match=r"No space left on device.*; earlier steps are intact, so free space"):
        film.log_arrays(9, *arrays_of(9), head=HEAD)
    assert {path.name for path in (small_disk / "run/plugins/timetravel/probe/steps").iterdir()} == before
    check_steps(small_disk, 4)
    answer_all(small_disk)
    (small_disk / "filler").unlink()
    film.log_arrays(9, *arrays_of(9), head=HEAD)
    check_steps(small_disk, 5)


@pytest.mark.parametrize("left", [4096, 32_768])
def test_a_fit_on_a_full_disk_fails_in_a_sentence_and_goes_on_once_there_is_room(
    small_disk: Path, capsys: pytest.CaptureFixture[str], left: int
):
    directory = probe_directory(str(small_disk / "run"), "probe")
    fill(small_disk, but=left)
    assert main(["fit", str(small_disk), "--method", "pca", "--device", "cpu"]) == 1
    said = capsys.readouterr().err
    assert "of free disk for 120 samples at 4 steps, found 0.0" in said or f"No space left on device: '{directory}" in said
    assert StatusFile(directory).read().state in ("failed", "none")  # there may be no room to say it
    assert not is_held(directory)
    check_steps(small_disk, 4)
    answer_all(small_disk)
    (small_disk / "filler").unlink()
    assert main(["fit", str(small_disk), "--method", "pca", "--device", "cpu"]) == 0
    assert any(not film.is_preview for film in FilmStore(directory).films())


def test_nothing_is_saved_on_a_full_disk_and_what_was_saved_stays(small_disk: Path):
    served = serve(small_disk)
    body = {**OF_PROBE, "name": "mine", "ranges": [[0, 1]]}
    assert served.post("selections", body).status_code == 200
    fill(small_disk, but=0)
    refused = served.post("selections", {**body, "name": "more"})
    assert refused.status_code == 409
    assert "No space left on device" in refused.json["error"]
    assert [saved["name"] for saved in served.get("selections", **OF_PROBE).json["selections"]] == ["mine"]
    started = served.post("fit", OF_PROBE)
    assert started.status_code == 409
    assert "No space left on device" in started.json["error"]
    assert not is_held(probe_directory(str(small_disk / "run"), "probe"))


def test_a_disk_that_may_only_be_read_is_shown_and_said_to_be(small_disk: Path, capsys: pytest.CaptureFixture[str]):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    try:
        check_steps(small_disk, 4)
        answer_all(small_disk)
        served = serve(small_disk)
        described, saved = served.get("run", **OF_PROBE).json, served.get("selections", **OF_PROBE).json
        for reason in (described["cannot_fit"], saved["cannot_save"]):
            assert "cannot be written; start TensorBoard with --timetravel_cache DIR" in reason
        assert served.post("fit", OF_PROBE).status_code == 403
        refused = served.post("selections", {**OF_PROBE, "name": "mine", "ranges": [[0, 1]]})
        assert (refused.status_code, "--timetravel_cache DIR" in refused.json["error"]) == (409, True)
        assert main(["fit", str(small_disk), "--method", "pca", "--device", "cpu"]) == 1
        assert "--cache DIR" in capsys.readouterr().err
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)


def test_a_logdir_that_vanishes_under_a_tensorboard_is_nobodys_error_and_may_come_back(tmp_path: Path):
    place = tmp_path / "runs"
    write_events(place / "run")
    film = TimeTravel(str(place / "run"), labels=np.arange(N_SAMPLES) % N_CLASSES)
    film.log_arrays(0, *arrays_of(0), head=HEAD)
    served = serve(place)
    assert served.get("run", **OF_PROBE).status_code == 200
    shutil.move(place, tmp_path / "away")
    for route in ("run", "fit", "samples", "selections", "columns", "neighbors"):
        response = served.get(route, **OF_PROBE, step=0, samples=0, k=3)
        assert response.status_code == 404
        assert response.json["error"]
    assert served.post("fit", OF_PROBE).status_code == 404
    assert served.post("selections", {**OF_PROBE, "name": "mine", "ranges": [[0, 1]]}).status_code == 404
    assert not place.exists()
    shutil.move(tmp_path / "away", place)
    assert served.get("run", **OF_PROBE).status_code == 200
    check_steps(place, 1)
