"""From TensorBoard's names to directories."""

from __future__ import annotations

import os
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tensorboard.plugins.base_plugin import TBContext

from tb_timetravel.errors import NotFound, StoreError
from tb_timetravel.serve.locate import Asker, Recent, RunLocator
from tests.serve.served import serve, write_events, write_probe

if TYPE_CHECKING:
    from pathlib import Path

ASKER = Asker(None, "")


class Runs:
    """A data provider that knows runs, and how often it was asked."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.n_asked = 0

    def list_runs(self, _: object, *, experiment_id: str) -> list[SimpleNamespace]:
        assert experiment_id == ""
        self.n_asked += 1
        return [SimpleNamespace(run_name=name) for name in self.names]


def locator(logdir: str | None, *names: str, paths: dict[str, str] | None = None) -> RunLocator:
    multiplexer = None if paths is None else SimpleNamespace(RunPaths=lambda: paths)
    return RunLocator(TBContext(logdir=logdir, data_provider=Runs(*names), multiplexer=multiplexer))


def test_runs_lie_below_the_logdir():
    assert locator("/logs", ".", "a/b c#").run_directory(ASKER, ".") == "/logs"
    assert locator("/logs/", "a/b c#").run_directory(ASKER, "a/b c#") == "/logs/a/b c#"


def test_home_and_relative_logdirs_become_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert locator("~/runs", "a").run_directory(ASKER, "a") == f"{tmp_path}/runs/a"
    assert locator("runs", "a").run_directory(ASKER, "a") == f"{tmp_path}/runs/a"


def test_remote_logdirs_keep_their_scheme():
    assert locator("s3://bucket/runs/", "a/b").run_directory(ASKER, "a/b") == "s3://bucket/runs/a/b"
    assert locator("memory://runs", ".").run_directory(ASKER, ".") == "memory://runs"


def test_with_a_logdir_spec_the_multiplexer_tells():
    assert locator("", "r1/.", paths={"r1/.": "/elsewhere/p1"}).run_directory(ASKER, "r1/.") == "/elsewhere/p1"


def test_without_a_logdir_a_run_cannot_be_found():
    with pytest.raises(NotFound, match="start TensorBoard with --logdir"):
        locator("", "a").run_directory(ASKER, "a")


@pytest.mark.parametrize("run", ["..", "a/../../b", "/etc", "a\0"])
def test_a_name_that_leads_outside_is_refused_even_if_a_provider_lists_it(run: str):
    with pytest.raises(NotFound):
        locator("/logs", run).run_directory(ASKER, run)


def test_a_run_that_appeared_a_moment_ago_is_found():
    found = locator("/logs", "a")
    found.run_directory(ASKER, "a")
    found._provider.names.append("b")
    assert found.run_directory(ASKER, "b") == "/logs/b"


def test_many_requests_ask_for_the_runs_once():
    found = locator("/logs", "a")
    for _ in range(100):
        found.run_directory(ASKER, "a")
    assert found._provider.n_asked == 1


def test_a_run_behind_a_symbolic_link_is_served_as_tensorboard_serves_it(tmp_path: Path):
    write_events(tmp_path / "disk" / "digits")
    write_probe(tmp_path / "disk" / "digits")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "linked").symlink_to(tmp_path / "disk" / "digits")
    served = serve(tmp_path / "runs")
    assert served.get("runs").json["runs"][0]["run"] == "linked"
    assert served.get("run", run="linked", tag="probe").status_code == 200


def test_a_link_inside_the_logdir_is_followed_and_one_that_leads_out_of_it_is_not(tmp_path: Path):
    logdir = tmp_path / "runs"
    for run in ("inside", "outside", "source"):
        write_events(logdir / run)
        (logdir / run / "plugins" / "timetravel").mkdir(parents=True)
    write_probe(tmp_path / "secret")
    write_probe(logdir / "source")
    (logdir / "inside/plugins/timetravel/probe").symlink_to(logdir / "source/plugins/timetravel/probe")
    (logdir / "outside/plugins/timetravel/probe").symlink_to(tmp_path / "secret/plugins/timetravel/probe")
    served = serve(logdir)
    assert served.get("run", run="inside", tag="probe").status_code == 200
    refused = served.get("run", run="outside", tag="probe")
    assert (refused.status_code, "symbolic link" in refused.json["error"]) == (409, True)
    assert [entry["run"] for entry in served.get("runs").json["unreadable"]] == ["outside"]
    with pytest.raises(StoreError):
        locator(str(logdir), "outside").probe_directory(ASKER, "outside", "probe")


def test_a_deleted_run_disappears(tmp_path: Path):
    for run in ("a", "b"):
        write_events(tmp_path / run)
        write_probe(tmp_path / run)
    served = serve(tmp_path)
    for root, _, names in os.walk(tmp_path / "a", topdown=False):
        for name in names:
            os.unlink(os.path.join(root, name))
    assert [run["run"] for run in served.get("runs").json["runs"]] == ["b"]
    assert served.get("run", run="a", tag="probe").status_code == 404


def test_recent_answers_are_made_once_and_then_anew():
    recent: Recent[int] = Recent(keep_s=0.05)
    numbers = iter(range(10))
    assert [recent.get("a", lambda: next(numbers)) for _ in range(3)] == [0, 0, 0]
    assert recent.get("a", lambda: next(numbers), anew=True) == 1
    time.sleep(0.06)
    assert recent.get("a", lambda: next(numbers)) == 2


def test_recent_answers_are_few():
    recent: Recent[int] = Recent()
    for number in range(100):
        recent.get(str(number), lambda: 0)
    assert len(recent._answers) == 16
