from __future__ import annotations

import numpy as np
import pytest
import torch

from tb_timetravel.fit.batches import Draws, draw_steps, targets
from tb_timetravel.fit.decoder import DecoderConfig
from tb_timetravel.fit.heads import make_head
from tb_timetravel.fit.spots import Square
from tests.fit.data import drifting_classes, dynamics_of


@pytest.mark.parametrize(("n_steps", "n_wanted"), [(18, 16), (20, 16), (67, 64), (200, 16)])
def test_steps_are_drawn_in_runs_of_four_each_step_once_and_as_often_as_any_other(n_steps: int, n_wanted: int):
    generator, times = torch.Generator().manual_seed(0), torch.zeros(n_steps)
    n_draws = 2000
    for _ in range(n_draws):
        steps = draw_steps(n_steps, n_wanted, generator)
        assert len(steps) == len(steps.unique()) == n_wanted
        for run in steps.split(4):
            assert bool(((run[1:] - run[:-1]) % n_steps == 1).all())
        times[steps] += 1.0
    expected = n_draws * n_wanted / n_steps
    spread = (expected * (1.0 - n_wanted / n_steps)) ** 0.5
    assert float((times - expected).abs().max()) < 5.0 * spread


def test_all_steps_come_in_order():
    assert draw_steps(5, 5, torch.Generator().manual_seed(0)).tolist() == [0, 1, 2, 3, 4]


def test_a_batch_holds_samples_with_their_places_and_logits_and_spots_of_the_square():
    x, heads = drifting_classes(n_steps=20, n=40)
    dynamics, layout = dynamics_of(x, heads, n_laid_out=30), torch.from_numpy(x[:, :30, :2])
    square = Square(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 0.5]))
    config = DecoderConfig(n_spots=50, samples_per_batch=8)
    head = make_head(dynamics, seed=0)
    draws = Draws(dynamics, layout, head, config, square=square, around=lambda steps, spots: spots + steps[:, None, None])
    example, batch = draws.example(), draws.next()
    for one, other in zip(example, batch, strict=True):
        assert torch.equal(one, other)
    assert batch.x.shape == (16, 8, 6)
    for t, rows, places, logits in zip(batch.steps.tolist(), batch.x, batch.z, batch.logits, strict=True):
        samples = [int(np.flatnonzero((x[t][:, batch.features] == row.numpy()).all(1))[0]) for row in rows]
        assert max(samples) < 30
        assert torch.equal(places, layout[t, samples])
        torch.testing.assert_close(logits, torch.from_numpy(x[t, samples] @ heads[0][t].T + heads[1][t]))
    away = square.unit(batch.spots).abs()
    assert float(away.max()) <= 1.0
    assert bool((away.amax(0) > 0.8).all())
    assert torch.equal(batch.around, batch.spots + batch.steps[:, None, None])


def test_targets_are_the_logged_logits():
    x, heads = drifting_classes(n_steps=3, n=20)
    dynamics, steps, samples = dynamics_of(x, heads), torch.tensor([2, 0]), torch.tensor([[4, 7], [1, 1]])
    head = make_head(dynamics, seed=0)
    expected = np.stack([x[t, rows] @ heads[0][t].T + heads[1][t] for t, rows in zip((2, 0), samples.numpy(), strict=True)])
    torch.testing.assert_close(targets(dynamics, head, steps, samples), torch.from_numpy(expected))
