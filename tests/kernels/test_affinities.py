"""One launch finds the weights that torch's operators find."""

from __future__ import annotations

import torch

from tb_timetravel.fit.graph import affinities as by_torch
from tests.kernels.device import DEVICE


def test_weights_are_those_of_torch_where_neighbours_are_ordinary_equally_far_or_copies():
    from tb_timetravel.kernels.affinities import affinities

    distances = (torch.rand(37, 30, generator=torch.Generator().manual_seed(0)) + 0.1).sort(1).values
    distances[3], distances[4], distances[5, :20] = 1.0, 0.0, 0.0
    expected = by_torch(distances, 11.0)
    found = affinities(distances.to(DEVICE), 11.0, 26).cpu()
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(found.sum(1), torch.ones(37))
