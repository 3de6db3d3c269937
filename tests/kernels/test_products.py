"""Distances by products of parts of numbers."""

from __future__ import annotations

import torch

from tb_timetravel.kernels.products import columns_of_base, columns_of_points, split, square_distances_to


def test_the_parts_of_a_number_add_up_to_it_and_fit_tensor_cores():
    x = torch.randn(100, 7, generator=torch.Generator().manual_seed(0))
    first, rest = split(x)
    assert torch.equal(first + rest, x)
    assert torch.equal(split(first)[1], torch.zeros_like(x))
    assert float((rest / x).abs().max()) < 2**-10


def test_the_columns_of_points_and_base_multiply_to_square_distances_to_the_21st_bit():
    generator = torch.Generator().manual_seed(0)
    points, base = torch.randn(20, 64, generator=generator), torch.randn(30, 64, generator=generator)
    columns = columns_of_points(points), columns_of_base(base)
    assert columns[0].shape[1] == columns[1].shape[1] == 200
    found = columns[0].double() @ columns[1].double().T
    exact = base.double().square().sum(1) - 2.0 * points.double() @ base.double().T
    assert float((found - exact).abs().max()) < 2**-19 * float((points.abs() @ base.abs().T).max())


def test_square_distances_miss_the_points_own_square_alone():
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    generator = torch.Generator().manual_seed(0)
    base, points = torch.randn(400, 64, generator=generator), torch.randn(50, 64, generator=generator)
    found = square_distances_to(base.to(device))(points.to(device)).cpu() + points.square().sum(1, keepdim=True)
    torch.testing.assert_close(found, torch.cdist(points.double(), base.double()).square().float(), rtol=2e-5, atol=2e-5)
