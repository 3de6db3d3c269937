from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import torch

import tb_timetravel
from tb_timetravel import compiled

if TYPE_CHECKING:
    from pathlib import Path


def test_threads_give_what_one_gives():
    table, before = torch.randn(2000, 300, generator=torch.Generator().manual_seed(0)), torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = compiled.nearest_of(table, 7)
        torch.set_num_threads(4)
        four = compiled.nearest_of(table, 7)
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(a, b) for a, b in zip(one, four, strict=True))


def test_where_no_cache_can_be_written_loops_are_compiled_anew(tmp_path: Path):
    package = shutil.copytree(tb_timetravel.__path__[0], tmp_path / "tb_timetravel", ignore=shutil.ignore_patterns("static", "__pycache__"))
    (package / "compiled" / "__pycache__").touch()  # no folder can be made here, nor in any other place that numba tries
    nowhere = {"NUMBA_CACHE_DIR": "/dev/null/none", "XDG_CACHE_HOME": "/dev/null/none", "HOME": "/dev/null", "PYTHONPATH": str(tmp_path)}
    code = "import torch; from tb_timetravel import compiled; print(compiled.nearest_of(torch.tensor([[2.0, 1.0]]), 1)[1].item())"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | nowhere, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout.strip() == "1", done.stderr


SHARED_BY_NUMBA = """
import torch
from tb_timetravel import compiled, fit
import numba

@numba.njit(parallel=True)
def loop(n):
    total = 0
    for i in numba.prange(n):
        total += i
    return total

torch.set_num_threads(1)
assert torch.get_num_threads() == 1  # torch makes up its mind when it is first asked
with compiled.as_many_threads_as_torch():
    inside = numba.get_num_threads()
    loop(1000)
print(inside, torch.get_num_threads(), numba.get_num_threads())
"""


def test_libraries_that_share_loops_by_numba_take_as_many_threads_as_torch_and_leave_it_as_many():
    environment = os.environ | {"NUMBA_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", SHARED_BY_NUMBA], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["1", "1", "2"], done.stderr
