"""The curves beside a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tb_timetravel.serve.scalars import related_runs
from tests.serve.served import Served, serve, write_events, write_probe

if TYPE_CHECKING:
    from pathlib import Path


def test_the_runs_own_scalars_come_with_loss_and_accuracy_chosen(served: Served):
    assert served.get("scalar_tags", run="digits").json["scalars"] == [
        {"run": "digits", "tag": "loss/train", "name": "loss/train", "preselected": True},
        {"run": "digits", "tag": "lr", "name": "lr", "preselected": False},
    ]


def test_a_curve_has_steps_values_and_times(served: Served):
    answer = served.get("scalars", run="digits", tag="loss/train").json
    assert answer == {"steps": [1, 2, 3], "values": [0.5, None, 0.25], "wall_times": [1e9 + 1, 1e9 + 2, 1e9 + 3]}


def test_nested_and_parent_runs_are_named_and_other_experiments_left_out(tmp_path: Path):
    write_events(tmp_path, marked=False, scalars=("world",))
    for run in ("exp", "exp/train", "exp/other", "exp/other/train", "else"):
        write_events(tmp_path / run, marked=False, scalars=("epoch_loss",))
    for run in ("exp", "exp/other"):
        write_probe(tmp_path / run)
    scalars = serve(tmp_path).get("scalar_tags", run="exp").json["scalars"]
    assert [(scalar["run"], scalar["name"]) for scalar in scalars] == [
        ("exp", "epoch_loss"),
        ("exp/train", "train/epoch_loss"),
        (".", "world"),
    ]


def test_every_run_is_nested_in_the_logdir_itself():
    assert related_runs(".", [".", "train", "validation", "old"], [".", "old"]) == [".", "train", "validation"]
    assert related_runs("a/b", ["a", "a/b", "a/bc", "."], ["a/b"]) == ["a/b", "a", "."]


@pytest.mark.parametrize("tag", ["loss", "Loss/train", "epoch_loss", "val_acc", "accuracy/test", "train.loss", "Accuracy"])
def test_loss_and_accuracy_are_recognised(tmp_path: Path, tag: str):
    write_events(tmp_path / "a", scalars=(tag, "glossary", "account", "evaluation_loss_vs_iterations"))
    chosen = [scalar["tag"] for scalar in serve(tmp_path).get("scalar_tags", run="a").json["scalars"] if scalar["preselected"]]
    assert chosen == [tag]
