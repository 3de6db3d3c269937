"""Runs that are branches of one training tell which one they left, and where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from tb_timetravel.cli import main
from tb_timetravel.store import probe_directory
from tb_timetravel.store.branches import Fork, read_branch
from tests.exchange.directories import N_FEATURES, N_TEST, N_TRAIN, imported, write_classic

if TYPE_CHECKING:
    from pathlib import Path


def write_tree(path: Path, tree: dict[int, Any]) -> None:
    """Write a training whose epochs each name the one that it was trained on from."""
    write_classic(path, tuple(tree))
    (path / "iteration_structure.json").write_text(json.dumps([{"value": value, "pid": pid} for value, pid in tree.items()]))


def forks(logdir: Path, *runs: str) -> list[Fork | None]:
    records = [read_branch(probe_directory(str(logdir / run), "probe")) for run in runs]
    assert all(records)
    return [record.fork for record in records if record is not None]


def test_each_branch_tells_which_one_it_left_and_where(tmp_path: Path):
    write_tree(tmp_path / "faults", {1: "", 2: 1, 3: 2, 4: 1, 6: 4, 5: 4})
    assert main(["import", str(tmp_path / "faults"), str(tmp_path / "runs")]) == 0
    found = forks(tmp_path / "runs" / "faults", "Epoch_3", "Epoch_6", "Epoch_5")
    assert found == [None, Fork(run="Epoch_3", step=1, own_step=1), Fork(run="Epoch_6", step=4, own_step=4)]


def test_where_the_numbers_do_not_rise_a_branch_tells_both(tmp_path: Path):
    write_tree(tmp_path / "faults", {3: "", 5: 3, 7: 5, 2: 5})
    assert main(["import", str(tmp_path / "faults"), str(tmp_path / "runs")]) == 0
    assert imported(tmp_path / "runs", "faults/Epoch_2").steps == [1, 2, 3]
    assert forks(tmp_path / "runs" / "faults", "Epoch_7", "Epoch_2") == [None, Fork(run="Epoch_7", step=5, own_step=2)]


def test_runs_that_share_no_epoch_are_no_tree(tmp_path: Path):
    write_tree(tmp_path / "case", {1: "", 2: ""})
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 0
    assert not list((tmp_path / "runs").rglob("branch.json"))


def test_a_branch_that_is_not_imported_is_left_by_none(tmp_path: Path):
    write_tree(tmp_path / "case", {1: "", 2: 1, 3: 1, 4: 1})
    for split, n in (("train", N_TRAIN), ("test", N_TEST)):
        np.save(tmp_path / f"case/Model/Epoch_1/{split}_data.npy", np.full((n, N_FEATURES), np.nan))
        np.save(tmp_path / f"case/Model/Epoch_2/{split}_data.npy", np.full((n, N_FEATURES), np.nan))
    assert main(["import", str(tmp_path / "case"), str(tmp_path / "runs")]) == 1  # nothing is left of the first branch
    assert not (tmp_path / "runs/case/Epoch_2/plugins/timetravel/probe/branch.json").exists()
    assert forks(tmp_path / "runs/case", "Epoch_3", "Epoch_4") == [None, Fork(run="Epoch_3", step=1, own_step=1)]
