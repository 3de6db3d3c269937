from __future__ import annotations

import pytest
import torch

from tb_timetravel.fit.heads import divergence, log_probabilities


@pytest.mark.parametrize("n_classes", [1, 2, 10, 16, 40])
def test_logarithms_of_probabilities_are_those_of_the_softmax_also_where_logits_are_large(n_classes: int):
    logits = 100.0 * torch.randn(3, 4, n_classes, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    exact = logits - logits.exp().sum(-1, keepdim=True).log()
    torch.testing.assert_close(log_probabilities(logits.float()), exact.float())


def test_a_divergence_is_zero_of_the_target_itself_and_by_hand_of_another():
    target, found = torch.tensor([[0.5, 0.5]]).log(), torch.tensor([[0.25, 0.75]]).log()
    assert float(divergence(target, target)) == 0.0
    torch.testing.assert_close(divergence(target, found), (0.5 * target.exp().new_tensor([2.0, 2 / 3]).log()).sum())
