"""`timetravel insight` in a real logdir: what it stores, and how it ends."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel.cli import main
from tb_timetravel.errors import FitCancelled
from tb_timetravel.insight import read_insight
from tb_timetravel.insight.descriptions import COLUMNS, EVENTS
from tb_timetravel.insight.events import KINDS
from tb_timetravel.insight.film import log_events
from tb_timetravel.insight.reading import columns_of
from tb_timetravel.insight.recording import insight_key, record_insight
from tb_timetravel.schema import InsightStatus
from tb_timetravel.store import FilmStore, InsightStore, StatusFile, open_reader, probe_directory
from tb_timetravel.store.status import INSIGHT, JobLock
from tests.insight.runs import log_noisy_run
from tests.serve.served import FILM, write_film, write_probe

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    log_noisy_run(root / "noisy")
    assert main(["insight", str(root)]) == 0
    return root


@pytest.fixture
def root(recorded: Path, tmp_path: Path) -> Path:
    return shutil.copytree(recorded, tmp_path / "runs")


def directory_of(root: Path) -> str:
    return probe_directory(str(root / "noisy"), "probe")


def test_everything_that_is_read_is_stored(root: Path):
    reader, store = open_reader(directory_of(root)), InsightStore(directory_of(root))
    (insight,) = store.insights()
    read = read_insight(reader)
    for name, values in columns_of(read).items():
        np.testing.assert_array_equal(
            store.column(insight, name), np.where(values == -1, np.nan, values) if name == "looks_like" else values
        )
    np.testing.assert_array_equal(store.evidence(insight), np.stack(list(read.evidence.columns.values()), 1))
    for position, step in enumerate(log_events(reader)):
        for name, samples in step.samples.items():
            found = store.events(insight, name)
            assert found.positions[found.offsets[position] : found.offsets[position + 1]].tolist() == samples.tolist()


def test_everything_that_is_stored_is_described():
    assert set(EVENTS) == set(KINDS)
    for words in [*COLUMNS.values(), *EVENTS.values()]:
        assert words.description.endswith(".")
        assert words.label
        assert words.group
    reader_names = {"confidence", "self_influence", "suspicion", "looks_like", "rare_position"}
    assert reader_names <= set(COLUMNS)


def test_the_events_of_a_film_are_those_of_the_one_that_the_tab_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    directory = write_probe(tmp_path / "digits")
    write_film(directory)
    write_film(directory, "c" * 16, method="pca", created_at=3e9)
    assert main(["insight", str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith(f" of the film {FILM}\n")
    assert main(["insight", str(tmp_path), "--film", "c" * 16]) == 0
    assert [insight.film for insight in InsightStore(directory).insights()] == ["c" * 16, FILM]


def test_a_film_that_is_not_there_is_a_sentence(root: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["insight", str(root), "--film", "0" * 16]) == 1
    assert "film.json" in capsys.readouterr().err
    assert StatusFile(directory_of(root), INSIGHT).read().state == "failed"


def test_the_key_tells_data_and_films_apart(tmp_path: Path):
    films = [write_film(write_probe(tmp_path / "digits"), key) for key in ("a" * 16, "b" * 16)]
    keys = [insight_key(data, film) for data in ("0" * 16, "1" * 16) for film in (None, *films)]
    assert len(set(keys)) == 6


def test_the_key_tells_what_a_live_film_was_before_it_grew(tmp_path: Path):
    film = replace(write_film(write_probe(tmp_path / "digits"), "a" * 16), live=True)
    shorter = replace(film, steps=film.steps[:-1])
    assert insight_key("0" * 16, film) != insight_key("0" * 16, shorter)


def test_progress_goes_up_to_the_end_and_can_stop_the_reading(root: Path):
    directory = directory_of(root)
    shutil.rmtree(InsightStore(directory).directory)
    told: list[float] = []

    def stop(fraction: float, _: str) -> None:
        told.append(fraction)
        if fraction > 0.8:
            raise FitCancelled("it was cancelled")

    reader, store, films = open_reader(directory), InsightStore(directory), FilmStore(directory)
    with pytest.raises(FitCancelled):
        record_insight(reader, store, films, None, stop)
    assert store.insights() == []
    told.clear()
    record_insight(reader, store, films, None, lambda fraction, _: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)
    assert len(store.insights()) == 1


def test_a_wish_to_cancel_stops_it(root: Path):
    directory = directory_of(root)
    shutil.rmtree(InsightStore(directory).directory)
    file, begun = StatusFile(directory, INSIGHT), InsightStatus(state="starting", started_at=5.0)
    file.write(begun)
    file.request_cancel(begun)
    command = [sys.executable, "-c", "import sys; from tb_timetravel import cli, job; job._WRITE_EVERY_S = 0; sys.exit(cli.main())"]
    with subprocess.Popen([*command, "insight", str(root), "--from-tab"], stdin=subprocess.PIPE) as process:
        assert process.wait(60) == 3
    assert file.read().state == "cancelled"


def test_it_ends_with_the_tensorboard_that_started_it(root: Path):
    shutil.rmtree(InsightStore(directory_of(root)).directory)
    command = [sys.executable, "-c", "import sys, time; from tb_timetravel import cli; sys.exit(cli.main())"]
    slow = "from tb_timetravel.insight import recording; real = recording.read_insight; "
    slow += "recording.read_insight = lambda *a, **o: (time.sleep(30), real(*a, **o)); "
    command[2] = command[2].replace("sys.exit(", slow + "sys.exit(")
    with subprocess.Popen([*command, "insight", str(root), "--from-tab"], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 3
    assert StatusFile(directory_of(root), INSIGHT).read().state == "interrupted"


def test_a_second_one_is_refused_with_a_sentence(root: Path, capsys: pytest.CaptureFixture[str]):
    with JobLock(directory_of(root), INSIGHT):
        assert main(["insight", str(root)]) == 1
    assert "the reading for insight of" in capsys.readouterr().err


def test_it_loads_no_library_of_a_fit(root: Path):
    shutil.rmtree(InsightStore(directory_of(root)).directory)
    code = "import sys; from tb_timetravel.cli import main; main(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code, "insight", str(root)], capture_output=True, text=True, check=True).stdout.split()
    assert {"torch", "sklearn", "pynndescent", "numba"}.isdisjoint(loaded)
