"""Where results lie: beside the run, or below a cache."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tb_timetravel.errors import NotWritable
from tb_timetravel.schema import FitStatus
from tb_timetravel.store import (
    FilmStore,
    FitLock,
    SelectionsFile,
    StatusFile,
    cache_directory,
    open_reader,
    probe_directory,
    results_directory,
    set_cache,
    why_no_fit,
    why_not_writable,
)
from tb_timetravel.store.status import is_held
from tests.permissions import needs_permissions
from tests.store.records import KEY, N, make_film, write_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OTHER_KEY = "fedcba9876543210"


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    set_cache(str(tmp_path / "cache"))
    yield tmp_path / "cache"
    set_cache(None)


@pytest.fixture
def directory(tmp_path: Path) -> str:
    directory = probe_directory(str(tmp_path / "runs" / "exp" / "digits"), "probe")
    write_run(directory)
    return directory


def files_below(path: Path) -> set[str]:
    return {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()}


def test_without_a_cache_results_lie_beside_what_was_logged(directory: str):
    assert cache_directory() is None
    assert results_directory(directory) == directory


def test_with_a_cache_nothing_is_written_to_the_logdir(directory: str, cache: Path, tmp_path: Path):
    before = files_below(tmp_path / "runs")
    with FitLock(directory):
        assert is_held(directory)
        file = StatusFile(directory)
        file.write(FitStatus(state="running", started_at=1.0))
        assert file.read().state == "running"
        file.request_cancel(file.read())
        films = FilmStore(directory)
        films.write_stage(KEY, "graph", {})
        films.write_film(make_film())
    SelectionsFile(directory).save("odd ones", [(0, 1)], N)
    assert files_below(tmp_path / "runs") == before
    assert not is_held(directory)
    assert [film.film for film in FilmStore(directory).films()] == [KEY]
    assert [selection.name for selection in SelectionsFile(directory).read(N)] == ["odd ones"]
    assert open_reader(directory).probe().n_samples == N
    assert {name.split("/")[-1] for name in files_below(cache)} >= {"film.json", "fit.json", "fit.cancel", "selections.json"}


def test_films_that_lie_in_the_logdir_are_seen_beside_those_of_the_cache(directory: str, tmp_path: Path):
    store = FilmStore(directory)
    frame = store.write_frame(KEY, 0, b"beside the run")
    store.write_film(make_film(created_at=1.0))
    set_cache(str(tmp_path / "cache"))
    try:
        store = FilmStore(directory)
        assert store.has(KEY)
        store.write_film(make_film(film=OTHER_KEY, created_at=2.0))
        assert [film.film for film in store.films()] == [OTHER_KEY, KEY]
        assert store.frame(KEY, 0, frame) == b"beside the run"
    finally:
        set_cache(None)
    assert FilmStore(directory).keys() == [KEY]


def test_selections_beside_the_run_are_what_a_cache_starts_with(directory: str, tmp_path: Path):
    SelectionsFile(directory).save("theirs", [(0, 0)], N)
    set_cache(str(tmp_path / "cache"))
    try:
        saved = SelectionsFile(directory).save("mine", [(1, 1)], N)
        assert [selection.name for selection in saved] == ["mine", "theirs"]
        assert [selection.name for selection in SelectionsFile(directory).delete("theirs", N)[1]] == ["mine"]
    finally:
        set_cache(None)
    assert [selection.name for selection in SelectionsFile(directory).read(N)] == ["theirs"]


@pytest.mark.parametrize(
    ("run_directory", "readable"),
    [
        ("/data/runs/exp/digits", "runs-exp-digits."),
        ("s3://bucket/digits", "bucket-digits."),
        ("gs://bucket/a/b/c d#%", "a-b-c-d."),
        ("memory://x/ünïcode", "x-n-code."),
        ("/", "run."),
        ("/" + "/".join(["x" * 200] * 5), "x" * 80 + "."),
    ],
)
def test_a_place_in_the_cache_is_named_after_the_run(cache: Path, run_directory: str, readable: str):
    name = results_directory(probe_directory(run_directory, "a/b"))
    assert name.startswith(f"{cache}/{readable}")
    assert name.endswith("/a%2Fb")
    assert os.path.dirname(os.path.dirname(name)) == str(cache)


def test_no_two_runs_share_a_place(cache: Path):
    runs = ["/a/b", "/a-b", "/a/b/c", "/A/b", "s3://a/b", "gs://a/b", "/x/a/b", "/a/b c", "/a/b-c", "s3://a/b/c", "/a/../a/c", "/../a//d"]
    places = {results_directory(probe_directory(run, tag)) for run in runs for tag in ("probe", "Probe", "..", "a/b", "a%2Fb")}
    assert len(places) == 5 * len(runs)
    assert len({place.lower().rsplit("/", 1)[0] for place in places}) == len(runs)  # also where the file system ignores case
    assert all(os.path.realpath(place).startswith(f"{cache}/") for place in places)


@pytest.mark.usefixtures("cache")
def test_a_linked_run_and_the_run_share_a_place(directory: str, tmp_path: Path):
    (tmp_path / "linked").symlink_to(tmp_path / "runs")
    assert results_directory(str(tmp_path / "linked/exp/digits/plugins/timetravel/probe")) == results_directory(directory)


@pytest.mark.usefixtures("cache")
def test_a_store_in_memory_cannot_be_fitted_by_another_process():
    assert "memory:// lives within this process" in (why_no_fit("memory://runs/digits/plugins/timetravel/probe") or "")
    set_cache("memory://cache")
    assert "lives within this process" in (why_no_fit("/runs/digits/plugins/timetravel/probe") or "")


def test_a_file_where_the_cache_should_be_is_named(directory: str, tmp_path: Path):
    (tmp_path / "file").write_text("")
    set_cache(str(tmp_path / "file"))
    try:
        with pytest.raises(OSError, match="file"), FitLock(directory):
            pytest.fail("locked nothing")
    finally:
        set_cache(None)


@needs_permissions
def test_a_read_only_run_names_the_flag_and_a_cache_helps(directory: str, tmp_path: Path):
    os.chmod(directory, 0o500)
    try:
        assert "--timetravel_cache DIR" in (why_not_writable(directory) or "")
        assert why_no_fit(directory) == why_not_writable(directory)
        with pytest.raises(NotWritable, match="--timetravel_cache DIR"), FitLock(directory):
            pytest.fail("locked what cannot be written")
        with pytest.raises(NotWritable, match="--timetravel_cache DIR"):
            SelectionsFile(directory).save("a", [(0, 0)], N)
        set_cache(str(tmp_path / "cache"))
        assert why_no_fit(directory) is None
        with FitLock(directory):
            FilmStore(directory).write_film(make_film())
        assert FilmStore(directory).keys() == [KEY]
    finally:
        set_cache(None)
        os.chmod(directory, 0o700)


@needs_permissions
def test_a_read_only_cache_names_itself(directory: str, tmp_path: Path):
    (tmp_path / "cache").mkdir(mode=0o500)
    set_cache(str(tmp_path / "cache"))
    try:
        assert f"the cache {tmp_path / 'cache'} cannot be written" in (why_no_fit(directory) or "")
    finally:
        set_cache(None)
