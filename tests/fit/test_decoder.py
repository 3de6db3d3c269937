from __future__ import annotations

import numpy as np
import torch

from tb_timetravel.fit.decoder import DecoderConfig, shortfall
from tb_timetravel.fit.placing import follow_layout
from tests.fit.data import drifting_classes, dynamics_of
from tests.fit.test_methods import Kept


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
