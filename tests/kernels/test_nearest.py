"""The smallest of each row, group by group."""

from __future__ import annotations

import torch

from tb_timetravel.kernels.nearest import nearest_by_groups


def test_the_smallest_of_long_rows_are_found_in_groups():
    distances = torch.randn(9, 2_000, generator=torch.Generator().manual_seed(0))
    distances[0, 1_990:] -= 9.0  # beyond the last whole group of 64
    distances[1, 5] = torch.inf
    values, index = distances.topk(7, largest=False)
    found, at = nearest_by_groups(distances, 7)
    assert torch.equal(found, values)
    assert torch.equal(at, index)
