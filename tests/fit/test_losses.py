from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.autograd import gradcheck

from tb_timetravel.fit.losses import (
    CURVE_A,
    CURVE_B,
    attention_reconstruction,
    attention_weights,
    class_margin,
    smoothness,
    umap_cross_entropy,
    weight_penalty,
)


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def positive(n: int, seed: int = 0) -> torch.Tensor:
    return draw(n, seed=seed).abs() + 0.1


def test_cross_entropy_is_that_of_umaps_curve():
    square, p = positive(40), torch.rand(40, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    q = 1.0 / (1.0 + CURVE_A * square.numpy() ** CURVE_B)
    expected = -(p.numpy() * np.log(q) + (1 - p.numpy()) * np.log(1 - q)).mean()
    assert float(umap_cross_entropy(square, p)) == pytest.approx(expected, rel=1e-12)
    assert gradcheck(umap_cross_entropy, (square.requires_grad_(), p))


def test_the_curve_is_the_one_for_a_least_distance_of_a_tenth():
    d = np.linspace(0.0, 3.0, 300)
    wanted = np.where(d < 0.1, 1.0, np.exp(-(d - 0.1)))
    fits = [
        np.square(1 / (1 + a * d ** (2 * b)) - wanted).sum() for a, b in ((CURVE_A, CURVE_B), (CURVE_A * 1.02, CURVE_B), (CURVE_A, 0.9))
    ]
    assert fits[0] == min(fits)


def test_cross_entropy_is_near_zero_at_perfection_and_bounded_where_hopeless():
    one, nothing = torch.ones(1), torch.zeros(1)
    assert float(umap_cross_entropy(torch.tensor([1e-8]), one)) < 1e-3
    assert float(umap_cross_entropy(torch.tensor([1e4]), nothing)) < 1e-3
    for square, p in ((1e12, one), (0.0, nothing)):
        assert float(umap_cross_entropy(torch.tensor([square]), p)) == pytest.approx(-np.log(1e-4), rel=1e-3)


def test_equal_positions_give_a_finite_gradient():
    square = torch.zeros(3, requires_grad=True)
    umap_cross_entropy(square, torch.tensor([0.0, 0.5, 1.0])).backward()
    assert square.grad is not None
    assert bool(square.grad.isfinite().all())


def test_attention_is_the_softmax_of_the_gradients_of_the_two_likeliest_logits():
    x, weight = draw(12, 5), draw(4, 5, seed=1)
    attention = attention_weights(lambda v: (v @ weight.T).tanh(), x, temperature=0.3)
    expected = []
    for row in x.numpy():
        logits = np.tanh(weight.numpy() @ row)
        top = np.argsort(logits)[::-1][:2]
        strength = np.abs((1 - logits[top] ** 2)[:, None] * weight.numpy()[top]).sum(0) / 0.3
        expected.append(np.exp(strength - strength.max()) / np.exp(strength - strength.max()).sum())
    np.testing.assert_allclose(attention.numpy(), np.array(expected), rtol=1e-10)


def test_attention_survives_a_single_class():
    attention = attention_weights(lambda v: v.sum(1, keepdim=True), draw(3, 4))
    torch.testing.assert_close(attention, torch.full((3, 4), 0.25, dtype=torch.float64))


def test_reconstruction_weighs_features_by_attention():
    x, back, attention = draw(6, 4), draw(6, 4, seed=1), torch.softmax(draw(6, 4, seed=2), 1)
    plain = np.square(x.numpy() - back.numpy())
    assert float(attention_reconstruction(x, back, None)) == pytest.approx(plain.mean())
    assert float(attention_reconstruction(x, back, attention)) == pytest.approx(((1 + attention.numpy()) * plain).mean())
    assert float(attention_reconstruction(x, x, attention)) == 0.0
    assert gradcheck(lambda b: attention_reconstruction(x, b, attention), (back.requires_grad_(),))


def test_the_weight_penalty_is_the_squared_change_relative_to_the_size():
    before, now = [draw(3, 2), draw(4, seed=1)], [draw(3, 2, seed=2), draw(4, seed=3)]
    old, new = (np.concatenate([p.numpy().ravel() for p in parts]) for parts in (before, now))
    assert float(weight_penalty(now, before)) == pytest.approx(np.square(new - old).sum() / np.square(old).sum())
    assert float(weight_penalty(before, before)) == 0.0
    assert gradcheck(lambda a, b: weight_penalty([a, b], before), tuple(p.requires_grad_() for p in now))


def test_only_neighbours_of_different_classes_have_a_margin():
    distance, p = positive(30), torch.rand(30, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    same, near, far = draw(30, seed=2) > 0, torch.tensor(0.7), torch.tensor(4.0)
    margin = np.where(same.numpy(), 0.0, 0.7 + 3.3 * (1 - p.numpy()))
    loss = class_margin(distance, p, same, near=near, far=far)
    assert float(loss) == pytest.approx(np.maximum(0, margin - distance.numpy()).mean(), rel=1e-6)
    assert float(class_margin(distance, p, torch.ones_like(same), near=near, far=far)) == 0.0
    assert float(class_margin(distance + 10, p, same, near=near, far=far)) == 0.0
    wide = class_margin(distance, p, same, near=torch.tensor(70.0), far=torch.tensor(400.0))
    assert float(wide) == pytest.approx(np.where(same.numpy(), 0.0, np.maximum(0, 5.0 - distance.numpy())).mean(), rel=1e-6)
    assert gradcheck(lambda d: class_margin(d, p, same, near=near, far=far), (distance.requires_grad_(),))


def test_smoothness_costs_what_exceeds_the_slack_of_tied_rows():
    position, wanted, tied = draw(20, 2), draw(20, 2, seed=1), draw(20, seed=2) > 0
    moved = np.linalg.norm(position.numpy() - wanted.numpy(), axis=1)
    expected = np.where(tied.numpy(), np.maximum(0, moved - 0.5), 0).mean()
    assert float(smoothness(position, wanted, tied, slack=0.5)) == pytest.approx(expected)
    assert float(smoothness(wanted + 0.1, wanted, tied, slack=0.5)) == 0.0
    assert gradcheck(lambda y: smoothness(y, wanted, tied, slack=0.5), (position.requires_grad_(),))
