"""Directories of training dynamics, each file damaged in turn: an import refuses in a sentence or writes what can be read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tb_timetravel.errors import TimeTravelError
from tb_timetravel.exchange.opening import open_contents
from tests.exchange.directories import write_classic, write_process
from tests.untrusted.damage import damaged

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

N_EXAMPLES = int(os.environ.get("TT_FUZZ_EXAMPLES", "60"))


@pytest.fixture(scope="module")
def directories(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("dynamics")
    write_classic(root / "classic")
    write_process(root / "process")
    return [root / "classic", root / "process"]


@settings(max_examples=N_EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_a_damaged_file_of_another_system_is_refused_or_read(directories: list[Path], data: st.DataObject, random: Random):
    directory = data.draw(st.sampled_from(directories))
    path = data.draw(st.sampled_from(sorted(path for path in directory.rglob("*") if path.is_file())))
    whole = path.read_bytes()
    path.write_bytes(damaged(path.name, whole, random))
    try:
        contents = open_contents(str(directory))
        for epoch in contents.epochs:
            for part in (*epoch.features, *epoch.logits):
                part.take(part.rows)
        if contents.media is not None:
            contents.media.pages(contents.epochs[0].rows[:4])
    except TimeTravelError:
        pass
    finally:
        path.write_bytes(whole)
