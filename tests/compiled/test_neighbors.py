from __future__ import annotations

import pytest
import torch

from tb_timetravel import compiled


def distances(n_rows: int, n: int) -> torch.Tensor:
    return torch.randn(n_rows, n, generator=torch.Generator().manual_seed(0)).square()


@pytest.mark.parametrize(("n", "k"), [(5, 5), (31, 1), (1000, 15), (1000, 40), (1003, 250)])
def test_the_nearest_are_those_of_a_full_sort(n: int, k: int):
    table = distances(600, n)  # more rows than one thread takes
    values, index = compiled.nearest_of(table, k)
    ordered = table.sort(1)
    assert torch.equal(values, ordered.values[:, :k])
    assert torch.equal(index, ordered.indices[:, :k])


def test_of_equally_near_ones_the_first_counts():
    table = torch.randint(0, 40, (300, 1003), generator=torch.Generator().manual_seed(0)).float()
    values, index = compiled.nearest_of(table, 9)
    ordered = table.sort(dim=1, stable=True)
    assert torch.equal(values, ordered.values[:, :9])
    assert torch.equal(index, ordered.indices[:, :9])


def test_a_search_that_goes_on_finds_what_one_search_finds():
    table = distances(300, 90)
    table[:, 40:60] = table[:, 5:25]  # of equally near ones the first counts
    values, index = torch.full((300, 7), torch.inf), torch.zeros(300, 7, dtype=torch.int64)
    for first in (0, 30, 60):
        compiled.look_for_nearer(table[:, first : first + 30].contiguous(), first, values, index)
    expected = compiled.nearest_of(table, 7)
    assert torch.equal(values, expected[0])
    assert torch.equal(index, expected[1])


def test_the_nearest_by_differences_are_those_of_a_full_sort():
    points, rows = torch.randn(600, 3, generator=torch.Generator().manual_seed(0)), torch.arange(599, 0, -2)
    table = (points[rows][:, None] - points).square().sum(2)
    table[torch.arange(len(rows)), rows] = torch.inf
    values, index = compiled.nearest_by_differences(points[rows], points, rows, 9)
    ordered = table.sort(1)
    torch.testing.assert_close(values, ordered.values[:, :9])
    assert torch.equal(index, ordered.indices[:, :9])
    themselves = compiled.nearest_by_differences(points[rows], points, torch.full_like(rows, -1), 1)
    assert torch.equal(themselves[1][:, 0], rows)


def test_who_is_nearer_than_others_is_counted_beyond_a_reach():
    points = torch.randint(0, 9, (300, 2), generator=torch.Generator().manual_seed(0)).float()  # most distances occur many times
    rows, others = torch.arange(40, 300), torch.arange(40 * 5).reshape(40, 5).repeat(7, 1)[:260] % 40
    table = (points[rows][:, None] - points).square().sum(2)
    table[torch.arange(len(rows)), rows] = torch.inf
    limits = table.gather(1, others)
    expected = (table[:, None] < limits[:, :, None]).sum(2)
    reach = torch.full((len(rows),), 20.0)
    assert torch.equal(compiled.count_nearer(points, rows, others, torch.zeros(len(rows))), expected)
    assert torch.equal(compiled.count_nearer(points, rows, others, reach), torch.where(limits > 20.0, expected, 0))


def test_distances_of_pairs_are_those_of_differences():
    x, rows = torch.randn(300, 40, generator=torch.Generator().manual_seed(0)), torch.arange(299, 10, -1)
    others = torch.stack([rows // 2, rows - 1], 1)
    torch.testing.assert_close(compiled.square_distances_of_pairs(x, rows, others), (x[rows][:, None] - x[others]).square().sum(2))


def test_what_is_not_finite_is_never_near():
    table = torch.tensor([[torch.inf, 3.0, torch.nan, 1.0]])
    values, index = compiled.nearest_of(table, 3)
    assert values.tolist() == [[1.0, 3.0, torch.inf]]
    assert index.tolist() == [[3, 1, 0]]


@pytest.mark.parametrize("apart", [0.0, 300.0])  # so far from the origin that products round by more than samples lie apart
def test_who_is_nearer_in_a_tile_is_counted_by_differences_where_products_round(apart: float):
    x = torch.randn(200, 20, generator=torch.Generator().manual_seed(0)) + apart
    rows, others = torch.arange(150, 200), torch.arange(150).reshape(50, 3)
    square, first = x.square().sum(1), 40
    tile = square[rows, None] + square[first:] - 2.0 * x[rows] @ x[first:].T
    tile[torch.arange(50), rows - first] = torch.inf
    limits = compiled.square_distances_of_pairs(x, rows, others)
    slack = 2.0**-20 * (3.0 * square[rows, None] + 2.0 * limits)
    truth = torch.cdist(x[rows].double(), x.double(), compute_mode="donot_use_mm_for_euclid_dist")
    truth[torch.arange(50), rows] = torch.inf
    nearer = truth[:, None, first:] < truth.gather(1, others)[:, :, None]
    counts = torch.full((50, 3), 7)
    compiled.count_nearer_in_tile(tile, first, x, rows, others, limits, slack, counts)
    assert torch.equal(counts - 7, nearer.sum(2))
