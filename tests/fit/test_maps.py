from __future__ import annotations

import torch

from tb_timetravel.fit.maps import shortfall


def test_the_shortfall_is_zero_once_the_wanted_class_is_ahead_by_the_margin():
    logits = torch.tensor([[2.0, 1.0, 0.0], [1.1, 1.0, 0.0], [0.0, 1.0, 0.5]])
    torch.testing.assert_close(shortfall(logits, torch.tensor([0, 0, 0]), 0.5), torch.tensor([0.0, 0.4, 1.5]))
