from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import torch

from tb_timetravel import compiled
from tb_timetravel.fidelity.spatial import count_below_by_torch

if TYPE_CHECKING:
    from pathlib import Path


def distances(n_rows: int, n: int) -> torch.Tensor:
    return torch.randn(n_rows, n, generator=torch.Generator().manual_seed(0)).square()


@pytest.mark.parametrize(("n", "k"), [(5, 5), (31, 1), (1000, 15), (1000, 40)])
def test_the_nearest_are_those_of_a_full_sort(n: int, k: int):
    table = distances(600, n)  # more rows than one thread takes
    values, index = compiled.nearest_of(table, k)
    ordered = table.sort(1)
    assert torch.equal(values, ordered.values[:, :k])
    assert torch.equal(index, ordered.indices[:, :k])


def test_a_search_that_goes_on_finds_what_one_search_finds():
    table = distances(300, 90)
    table[:, 40:60] = table[:, 5:25]  # of equally near ones the first counts
    values, index = torch.full((300, 7), torch.inf), torch.zeros(300, 7, dtype=torch.int64)
    for first in (0, 30, 60):
        compiled.look_for_nearer(table[:, first : first + 30].contiguous(), first, values, index)
    expected = compiled.nearest_of(table, 7)
    assert torch.equal(values, expected[0])
    assert torch.equal(index, expected[1])


def test_distances_in_the_plane_are_those_of_a_loop_over_differences():
    points, rows = torch.randn(600, 2, generator=torch.Generator().manual_seed(0)), torch.arange(599, 0, -2)
    found = torch.from_numpy(compiled.square_distances_in_plane(points.numpy(), rows.numpy()))
    torch.testing.assert_close(found, (points[rows][:, None] - points).square().sum(2))


def test_what_is_not_finite_is_never_near():
    table = torch.tensor([[torch.inf, 3.0, torch.nan, 1.0]])
    values, index = compiled.nearest_of(table, 3)
    assert values.tolist() == [[1.0, 3.0, torch.inf]]
    assert index.tolist() == [[3, 1, 0]]


def test_what_lies_below_limits_is_counted_as_by_torch():
    table = distances(300, 500)
    limits = table[:, :9].contiguous()
    counted = torch.from_numpy(compiled.count_below(table.numpy(), limits.numpy()))
    assert torch.equal(counted, count_below_by_torch(table, limits).long())


def test_threads_give_what_one_gives():
    table, before = distances(2000, 300), torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = compiled.nearest_of(table, 7)
        torch.set_num_threads(4)
        four = compiled.nearest_of(table, 7)
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(a, b) for a, b in zip(one, four, strict=True))


def test_where_no_cache_can_be_written_loops_are_compiled_anew(tmp_path: Path):
    source = tmp_path / "compiled.py"
    with open(compiled.__file__, encoding="utf-8") as file:
        source.write_text(file.read(), encoding="utf-8")
    code = "import torch, compiled; print(compiled.nearest_of(torch.tensor([[2.0, 1.0]]), 1)[1].item())"
    # a cache that cannot be: numba finds no place to keep what it compiles
    no_cache = {"NUMBA_CACHE_LOCATOR_CLASSES": "", "NUMBA_CACHE_DIR": "/dev/null/none", "HOME": "/dev/null", "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | no_cache, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "1", done.stderr
