"""The kernels over distances give what the loops on a CPU give."""

from __future__ import annotations

import torch

from tests.kernels.device import DEVICE


def test_square_distances_in_the_plane_are_those_of_the_cpu():
    from tb_timetravel.kernels.distances import square_distances_in_plane

    points = torch.randn(1_300, 2, generator=torch.Generator().manual_seed(0))
    rows = torch.tensor([0, 7, 1_299])
    expected = (points[rows][:, None] - points).square().sum(2)
    assert torch.equal(square_distances_in_plane(points.to(DEVICE), rows.to(DEVICE)).cpu()[:, rows].diagonal(), torch.zeros(3))
    torch.testing.assert_close(square_distances_in_plane(points.to(DEVICE), rows.to(DEVICE)).cpu(), expected, rtol=1e-5, atol=1e-6)


def test_distances_below_limits_are_counted():
    from tb_timetravel.kernels.distances import count_below

    generator = torch.Generator().manual_seed(0)
    distances, limits = torch.rand(5, 2_100, generator=generator), torch.rand(5, 3, generator=generator)
    distances[0, 0], limits[1] = torch.inf, -torch.inf
    expected = (distances[:, :, None] < limits[:, None]).sum((1, 2))
    assert torch.equal(count_below(distances.to(DEVICE), limits.to(DEVICE)).cpu(), expected)


def test_the_smallest_of_short_rows_are_found_in_order():
    from tb_timetravel.kernels.distances import smallest

    distances = torch.randn(6, 700, generator=torch.Generator().manual_seed(0))
    distances[0, 5] = torch.inf
    expected, at = distances.topk(4, largest=False)
    values, index = smallest(distances.to(DEVICE), 4)
    assert torch.equal(values.cpu(), expected)
    assert torch.equal(index.cpu(), at)


def test_every_column_is_found_once_where_distances_are_equal_or_infinite():
    from tb_timetravel.kernels.distances import smallest

    distances = torch.tensor([[1.0, 1.0, torch.inf, torch.inf, 0.0]])
    values, index = smallest(distances.to(DEVICE), 5)
    assert values.tolist() == [[0.0, 1.0, 1.0, torch.inf, torch.inf]]
    assert index.tolist() == [[4, 0, 1, 2, 3]]


def test_the_smallest_of_each_whole_group_of_columns_is_found():
    from tb_timetravel.kernels.distances import minima_of_groups

    distances = torch.randn(5, 2_700, generator=torch.Generator().manual_seed(0))
    distances[0, :64] = torch.inf
    found = minima_of_groups(distances.to(DEVICE), 64).cpu()
    assert torch.equal(found, distances[:, : 42 * 64].reshape(5, 42, 64).amin(2))
