"""Positions follow a force to where it ends."""

from __future__ import annotations

import pytest
import torch

from tb_timetravel.errors import FitError
from tb_timetravel.fit.descent import Descent, minimise

DESCENT = Descent(n_iterations=200, learning_rate=0.5, averaged=0.1)


def test_positions_end_where_a_force_ends_and_what_is_noise_is_averaged_out():
    wanted, generator = torch.tensor([[[1.0, -2.0], [0.5, 3.0]]]), torch.Generator().manual_seed(0)
    turns, told = [], []

    def force(y: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        return wanted - y + 0.1 * noise

    def turn_at(done: float) -> torch.Tensor:
        turns.append(done)
        return torch.randn(wanted.shape, generator=generator)

    found = minimise(torch.zeros_like(wanted), force, DESCENT, told.append, turn_at)
    torch.testing.assert_close(found, wanted, rtol=0.0, atol=0.05)
    assert turns == [i / 200 for i in range(200)]
    assert told == [i / 200 for i in range(0, 200, 10)]


def test_the_rate_rises_then_falls_to_nothing_and_the_last_tenth_counts():
    rates = [rate * (1.0 - 0.9 ** (i + 1)) for i in range(200) for rate, _ in [DESCENT.rates(i)]]
    assert rates.index(max(rates)) == 9
    assert rates[0] == pytest.approx(0.05)
    assert rates[-1] == pytest.approx(0.5 / 200)
    assert [DESCENT.counts(i) for i in (0, 179, 180, 199)] == [False, False, True, True]
    assert Descent(n_iterations=1, learning_rate=1.0, averaged=0.0).counts(0)  # there is a result in any case


def test_a_force_that_is_no_number_names_iteration_and_step():
    def force(y: torch.Tensor, done: float) -> torch.Tensor:
        result = -y
        result[1] = torch.nan if done > 0.5 else 0.0
        return result

    with pytest.raises(FitError, match="diverged at iteration 110, first at logged step number 2"):
        minimise(torch.ones(3, 4, 2), force, DESCENT, lambda _: None, lambda done: done)
