"""A run's place in a tree of runs: what is written is read, and what nobody would write is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tb_timetravel.errors import Corrupt, UnsupportedVersion
from tb_timetravel.store.branches import BranchRecord, Fork, has_branches, read_branch, write_branch

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("fork", [None, Fork(run="Epoch 3", step=7, own_step=3)])
def test_what_is_written_is_read(fork: Fork | None, tmp_path: Path):
    assert not has_branches(str(tmp_path))
    assert read_branch(str(tmp_path)) is None
    write_branch(str(tmp_path), fork)
    assert has_branches(str(tmp_path))
    assert read_branch(str(tmp_path)) == BranchRecord(fork=fork)


@pytest.mark.parametrize(
    "fork",
    [
        {"run": "..", "step": 1, "own_step": 1},
        {"run": "../other", "step": 1, "own_step": 1},
        {"run": "a\\b", "step": 1, "own_step": 1},
        {"run": "", "step": 1, "own_step": 1},
        {"run": "x" * 300, "step": 1, "own_step": 1},
        {"run": "Epoch_3", "step": -1, "own_step": 1},
        {"run": "Epoch_3", "step": 1},
        "Epoch_3",
    ],
    ids=str,
)
def test_a_place_that_nobody_would_write_is_refused(fork: Any, tmp_path: Path):
    (tmp_path / "branch.json").write_text(json.dumps({"format_version": 1, "fork": fork}))
    with pytest.raises(Corrupt):
        read_branch(str(tmp_path))


def test_a_newer_version_is_refused_and_a_link_that_leads_out_not_followed(tmp_path: Path):
    (tmp_path / "run").mkdir()
    (tmp_path / "elsewhere.json").write_text('{"format_version": 1, "fork": null}')
    (tmp_path / "run/branch.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(Corrupt, match="not followed"):
        read_branch(str(tmp_path / "run"))
    (tmp_path / "run/branch.json").unlink()
    (tmp_path / "run/branch.json").write_text('{"format_version": 2}')
    with pytest.raises(UnsupportedVersion):
        read_branch(str(tmp_path / "run"))
