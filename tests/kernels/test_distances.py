"""The kernels over distances give what the loops on a CPU give."""

from __future__ import annotations

import torch

from tb_timetravel import compiled
from tests.kernels.device import DEVICE


def test_square_distances_in_the_plane_are_those_of_the_cpu():
    from tb_timetravel.kernels.distances import square_distances_in_plane

    points = torch.randn(1_300, 2, generator=torch.Generator().manual_seed(0))
    rows = torch.tensor([0, 7, 1_299])
    expected = torch.from_numpy(compiled.square_distances_in_plane(points.numpy(), rows.numpy()))
    assert torch.equal(square_distances_in_plane(points.to(DEVICE), rows.to(DEVICE)).cpu()[:, rows].diagonal(), torch.zeros(3))
    torch.testing.assert_close(square_distances_in_plane(points.to(DEVICE), rows.to(DEVICE)).cpu(), expected, rtol=1e-5, atol=1e-6)


def test_distances_below_limits_are_counted():
    from tb_timetravel.kernels.distances import count_below

    generator = torch.Generator().manual_seed(0)
    distances, limits = torch.rand(5, 2_100, generator=generator), torch.rand(5, 3, generator=generator)
    distances[0, 0], limits[1] = torch.inf, -torch.inf
    expected = (distances[:, :, None] < limits[:, None]).sum((1, 2))
    assert torch.equal(count_below(distances.to(DEVICE), limits.to(DEVICE)).cpu(), expected)
