from __future__ import annotations

import torch

from tb_timetravel.fit.decoder import DecoderConfig
from tb_timetravel.fit.placing import follow_layout, settle
from tests.fit.data import drifting_classes, dynamics_of
from tests.fit.test_methods import Kept


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


def test_what_is_encoded_later_goes_beside_its_nearest_laid_out_samples():
    x, _ = drifting_classes(n_steps=2, n=60)
    dynamics, layout = dynamics_of(x, n_laid_out=50), torch.from_numpy(x[:, :50, :2])
    config = DecoderConfig(min_batches=20, max_visits=0, width=16)
    fitted = follow_layout(dynamics, layout, config, reach=0.0, seed=0, report=lambda *_: None, stages=Kept())
    again = fitted.encode(dynamics.representations(1)[:50], 1)  # the samples themselves: each is its own nearest, and counts most
    assert float((again - layout[1]).norm(dim=1).mean()) < 0.3 * float(layout[1].std())
    assert fitted.encode(dynamics.representations(0)[50:], 0).shape == (10, 2)
