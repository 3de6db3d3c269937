"""Probe sets are found where TensorBoard finds runs, and no tag leads out of its run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.backend.event_processing import plugin_event_multiplexer

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData
from tb_timetravel.store import ProbeLocation, find_probes, probe_directory, tags_of
from tb_timetravel.store.catalog import only
from tests.store.records import write_run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("tag", ["..", ".", "../../etc", "a/b", "a\\b", "/root", "C:\\x", "a\0b", ".hidden", "%2E%2E", "ünï ✓", "-", "con"])
def test_any_tag_is_one_directory_inside_the_run_and_is_read_back(tmp_path: Path, tag: str):
    directory = probe_directory(str(tmp_path), tag)
    write_run(directory, ())
    inside = tmp_path / "plugins" / "timetravel"
    assert os.path.realpath(os.path.dirname(directory)) == str(inside)
    assert not os.path.basename(directory).startswith(".")
    assert tags_of(str(tmp_path)) == [tag]


@given(st.lists(st.text(min_size=1), min_size=2, max_size=2, unique=True))
def test_different_tags_have_different_plain_directories(tags: list[str]):
    names = [probe_directory("/run", tag.encode(errors="replace").decode()) for tag in tags]
    for name in names:
        assert os.path.dirname(os.path.normpath(name)) == "/run/plugins/timetravel"
    if "?" not in "".join(tags):
        assert len({name for name, tag in zip(names, tags, strict=True) if tag.isprintable()}) == sum(tag.isprintable() for tag in tags)


def test_runs_are_named_as_tensorboard_names_them(tmp_path: Path):
    for run in (".", "a", "a/b", "c d#%"):
        TimeTravel(tmp_path / run).log_arrays(0, [[1.0]])
    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(tmp_path))
    assert {probe.run for probe in find_probes(str(tmp_path))} == set(multiplexer.Runs())
    assert {probe.run for probe in find_probes(f"{tmp_path}/")} == set(multiplexer.Runs())


def test_every_tag_of_a_run_is_found(tmp_path: Path):
    for tag in ("b", "a/c"):
        write_run(probe_directory(str(tmp_path / "run"), tag), ())
    assert [(probe.run, probe.tag) for probe in find_probes(str(tmp_path))] == [("run", "a/c"), ("run", "b")]


def test_a_directory_without_a_probe_is_no_tag(tmp_path: Path):
    os.makedirs(probe_directory(str(tmp_path), "empty"))
    assert find_probes(str(tmp_path)) == []
    assert find_probes(str(tmp_path / "none")) == []


def test_links_are_followed_and_circles_end(tmp_path: Path):
    write_run(probe_directory(str(tmp_path / "elsewhere" / "run"), "probe"), ())
    logdir = tmp_path / "logs"
    logdir.mkdir()
    (logdir / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(logdir)
    assert [probe.run for probe in find_probes(str(logdir))] == ["link/run"]


def test_probes_in_a_remote_store_are_found():
    pytest.importorskip("fsspec")
    for run in ("a", "a/b"):
        write_run(probe_directory(f"memory://catalog/logs/{run}", "my tag"), (0,))
    for logdir in ("memory://catalog/logs", "memory://catalog/logs/"):
        assert [(probe.run, probe.tag) for probe in find_probes(logdir)] == [("a", "my tag"), ("a/b", "my tag")]


def test_the_only_one_is_given_and_of_several_none():
    one, other = ProbeLocation("a", "probe", "a/probe"), ProbeLocation("b", "probe", "b/probe")
    assert only([one], "for a table") == one
    with pytest.raises(InvalidData, match="expected one probe set for a table, found 2; choose with --with"):
        only([one, other], "for a table", "--with")
