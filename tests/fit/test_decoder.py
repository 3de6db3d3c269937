from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from tb_timetravel.fit.decoder import Decoder, DecoderConfig, fit_decoder, shortfall
from tb_timetravel.fit.heads import make_head
from tb_timetravel.fit.placing import follow_layout
from tb_timetravel.fit.spots import Square
from tests.fit.data import drifting_classes, dynamics_of
from tests.fit.test_methods import Kept

if TYPE_CHECKING:
    from tb_timetravel.fit.batches import Batch


def test_the_shortfall_is_zero_once_the_wanted_class_is_ahead_by_the_margin():
    logits = torch.tensor([[2.0, 1.0, 0.0], [1.1, 1.0, 0.0], [0.0, 1.0, 0.5]])
    torch.testing.assert_close(shortfall(logits, torch.tensor([0, 0, 0]), 0.5), torch.tensor([0.0, 0.4, 1.5]))


def test_territory_changes_less_where_no_prediction_does():
    x, (weight, bias) = drifting_classes(n_steps=2, n=60)
    dynamics = dynamics_of(np.stack([x[1], x[1] + 0.1]), (weight[[1, 1]], bias[[1, 1]]))  # nothing changes but a shift
    layout = torch.from_numpy(x[[1, 1], :, :2])
    changed = []
    for still_weight in (0.0, 3.0):
        config = DecoderConfig(min_batches=120, max_visits=0, still_weight=still_weight, near_weight=0.0)
        fitted = follow_layout(dynamics, layout, config, reach=0.0, seed=0, report=lambda *_: None, stages=Kept())
        spots = 8.0 * torch.rand(2000, 2, generator=torch.Generator().manual_seed(0)) - 4.0
        one, two = (fitted.decoded_logits(spots, t).argmax(1) for t in (0, 1))
        changed.append(float((one != two).float().mean()))
    assert changed[1] < 0.6 * changed[0]


def test_spots_lie_where_the_plane_is_drawn_and_layers_that_steps_share_go_at_their_own_rate():
    x, heads = drifting_classes(n_steps=1, n=60)
    dynamics, layout = dynamics_of(x, heads), torch.from_numpy(x[:, :, :2])
    config = DecoderConfig(min_batches=20, max_visits=0, width=16, shared_rate=0.0)
    head, decoder = make_head(dynamics, seed=0), Decoder(dynamics, layout, config)
    shared, own = ([p.clone() for p in of] for of in (decoder.network.mlp.shared(), decoder.network.mlp.modulation))
    drawn, spots = Square(torch.tensor([1.0, -2.0]), torch.tensor([9.0, 9.0])), []

    def also(batch: Batch, _: torch.Tensor) -> torch.Tensor:
        spots.append(batch.spots)
        return torch.zeros(())

    fit_decoder(dynamics, layout, head, decoder, config, lambda _: None, also, drawn)
    away = drawn.unit(torch.cat(spots))
    assert 0.95 < float(away.abs().max()) <= 1.0
    assert all(torch.equal(before, now) for before, now in zip(shared, decoder.network.mlp.shared(), strict=True))
    assert not any(torch.equal(before, now) for before, now in zip(own, decoder.network.mlp.modulation, strict=True))
