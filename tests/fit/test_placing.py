from __future__ import annotations

import torch

from tb_timetravel.fit.placing import settle


def left_or_right(z: torch.Tensor) -> torch.Tensor:
    return (z[:, 0] >= 0).long()  # the territory of class 0 is x < 0


def test_a_sample_in_foreign_territory_settles_at_the_nearest_spot_of_its_own():
    positions = torch.tensor([[0.3, 0.0], [-2.0, 0.0], [9.0, 0.0]])
    moved = settle(positions, torch.tensor([0, 0, 0]), left_or_right, reach=0.5)
    assert float(moved[0, 0]) < 0
    assert 0.3 < float((moved[0] - positions[0]).norm()) < 0.36
    assert torch.equal(moved[1:], positions[1:])  # one is at home, one finds no home within reach


def test_many_astray_samples_settle_each_near_its_own_place():
    positions = torch.stack([torch.full((200,), 0.1), torch.linspace(-5, 5, 200)], 1)
    moved = settle(positions, torch.zeros(200, dtype=torch.long), left_or_right, reach=0.5)
    assert bool((left_or_right(moved) == 0).all())
    assert len(moved.unique(dim=0)) == 200
