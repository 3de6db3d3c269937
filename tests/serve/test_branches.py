"""The tree of runs that a run belongs to, told from what lies beside each run, whatever that says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tb_timetravel.serve.branches import connected
from tb_timetravel.store import probe_directory
from tb_timetravel.store.branches import Fork, write_branch
from tests.serve.served import STEPS, Served, serve, write_events, write_probe

if TYPE_CHECKING:
    from pathlib import Path

FORKS = {"study/a": None, "study/b": Fork(run="a", step=5, own_step=5), "study/c": Fork(run="b", step=9, own_step=0), "study/d": None}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for run, fork in FORKS.items():
        write_events(tmp_path / "runs" / run)
        write_branch(write_probe(tmp_path / "runs" / run), fork)
    for run in ("study/plain", "b"):
        write_events(tmp_path / "runs" / run)
        write_probe(tmp_path / "runs" / run)
    return tmp_path / "runs"


def tree(served: Served, run: str) -> list[tuple[str, str | None]]:
    branches = served.get("branches", run=run, tag="probe").json["branches"]
    return [(branch["run"], branch["fork"] and branch["fork"]["run"]) for branch in branches]


def test_every_run_of_a_tree_tells_the_whole_tree(root: Path):
    served = serve(root)
    for run in ("study/a", "study/b", "study/c"):
        assert tree(served, run) == [("study/a", None), ("study/b", "study/a"), ("study/c", "study/b")]
        assert served.get("run", run=run, tag="probe").json["has_branches"] is True
    found = served.get("branches", run="study/a", tag="probe").json["branches"][2]
    assert found == {"run": "study/c", "tag": "probe", "steps": list(STEPS), "fork": {"run": "study/b", "step": 9, "own_step": 0}}


def test_a_run_in_no_tree_stands_alone(root: Path):
    served = serve(root)
    for run in ("study/plain", "study/d", "b"):
        assert tree(served, run) == [(run, None)]
    assert served.get("run", run="study/plain", tag="probe").json["has_branches"] is False


def test_the_tree_is_the_same_wherever_its_directory_was_moved(root: Path):
    assert tree(serve(root / "study"), "b") == [("a", None), ("b", "a"), ("c", "b")]
    root.joinpath("study").rename(root / "moved")
    assert tree(serve(root), "moved/a") == [("moved/a", None), ("moved/b", "moved/a"), ("moved/c", "moved/b")]


def test_a_run_whose_record_is_damaged_is_left_out_and_says_so_itself(root: Path):
    (root / "study/b/plugins/timetravel/probe/branch.json").write_text("{")
    served = serve(root)
    assert tree(served, "study/a") == [("study/a", None)]
    assert tree(served, "study/c") == [("study/c", None)]
    refused = served.get("branches", run="study/b", tag="probe")
    assert refused.status_code == 409
    assert "branch.json is not a readable" in refused.json["error"]


def test_runs_that_left_each_other_in_a_ring_stand_alone(root: Path):
    write_branch(probe_directory(str(root / "study/a"), "probe"), Fork(run="c", step=0, own_step=0))
    assert [tree(serve(root), run) for run in ("study/a", "study/b")] == [[("study/a", None)], [("study/b", None)]]
    assert connected("x", {"x": "x"}) == {"x"}
    assert connected("y", {"x": "x", "y": "x"}) == {"y"}


def test_no_such_run_or_tag_is_not_found(root: Path):
    served = serve(root)
    assert served.get("branches", run="nope", tag="probe").status_code == 404
    assert served.get("branches", run="study/a", tag="nope").status_code == 404
    assert served.get("branches", run="study/a").status_code == 400
