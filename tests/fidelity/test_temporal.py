from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import rankdata, spearmanr

from tb_timetravel.fidelity import jitter, jitter_chance, spearman, temporal_correlation, temporal_ranking
from tb_timetravel.fidelity.temporal import ranks

TURN = torch.tensor([[math.cos(1.0), -math.sin(1.0)], [math.sin(1.0), math.cos(1.0)]])


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def walks(n_steps: int, n: int, d: int, *, seed: int = 0) -> torch.Tensor:
    return draw(n_steps, n, d, seed=seed).cumsum(0)


def test_ranks_are_those_of_scipy_along_the_last_axis():
    values = np.random.default_rng(0).integers(0, 6, (4, 5, 11)).astype(float)
    np.testing.assert_array_equal(ranks(torch.tensor(values)).numpy(), rankdata(values, axis=-1))


def test_spearman_is_that_of_scipy_with_ties_too():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 8, 100).astype(float)
    b = a + rng.normal(size=100).round()
    assert spearman(torch.tensor(a), torch.tensor(b)) == pytest.approx(spearmanr(a, b)[0])
    assert spearman(torch.ones(5), torch.arange(5.0)) is None


def test_temporal_correlation_is_1_where_the_order_of_moves_is_kept_and_0_where_it_is_lost():
    moved = draw(3, 1000).abs()
    assert temporal_correlation(moved, 2.0 * moved.square()) == pytest.approx(1.0)
    assert temporal_correlation(moved, -moved) == pytest.approx(-1.0)
    assert temporal_correlation(moved, draw(3, 1000, seed=1).abs()) == pytest.approx(0.0, abs=0.06)
    assert temporal_correlation(moved, torch.zeros(3, 1000)) is None


def test_temporal_ranking_is_that_of_scipy_without_the_step_itself():
    x, z = walks(9, 6, 5), walks(9, 6, 2, seed=1)
    brute = np.empty((9, 6))
    for e in range(9):
        others = [t for t in range(9) if t != e]
        for i in range(6):
            brute[e, i] = spearmanr((x[others, i] - x[e, i]).norm(dim=1), (z[others, i] - z[e, i]).norm(dim=1))[0]
    np.testing.assert_allclose(temporal_ranking(x, z).numpy(), brute, atol=1e-9)


def test_temporal_ranking_of_four_steps_is_what_a_hand_computes():
    x, z = torch.tensor([0.0, 1.0, 3.0, 7.0]).view(4, 1, 1), torch.tensor([0.0, 1.0, 9.0, 10.0]).view(4, 1, 1)
    z = torch.cat([z, torch.zeros_like(z)], 2)
    # only from step 2 do they differ: distances 3, 2, 4 and 9, 8, 1 to steps 0, 1, 3
    torch.testing.assert_close(temporal_ranking(x, z)[:, 0], torch.tensor([1.0, 1.0, -0.5, 1.0], dtype=torch.float64))


def test_temporal_ranking_is_1_for_a_copy_and_0_for_a_walk_of_its_own():
    z = walks(12, 300, 2)
    torch.testing.assert_close(temporal_ranking(z, 2.0 * z @ TURN + 5.0), torch.ones(12, 300, dtype=torch.float64), atol=1e-3, rtol=0)
    independent = draw(12, 300, 2), draw(12, 300, 2, seed=1)  # no walks: those are both near in time, which is no chance
    assert float(temporal_ranking(*independent).mean()) == pytest.approx(0.0, abs=0.05)


def test_temporal_ranking_does_not_depend_on_where_the_picture_lies_and_in_which_order_samples_come():
    x, z = walks(8, 40, 5), walks(8, 40, 2, seed=1)
    expected, order = temporal_ranking(x, z), torch.randperm(40, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(temporal_ranking(x, 3.0 * z @ TURN - 4.0), expected, atol=1e-6, rtol=0)
    torch.testing.assert_close(temporal_ranking(x[:, order], z[:, order]), expected[:, order])


@pytest.mark.parametrize("unit", [1e-5, 1.0, 1e5])
def test_steps_at_which_a_sample_rests_tie_in_spite_of_rounding(unit: float):
    x, z = unit * walks(45, 3, 67), walks(45, 3, 2, seed=1)
    x[10:] = x[10]
    for e in (5, 20):
        others = [t for t in range(45) if t != e]
        far = (x[others, 0].double() - x[e, 0].double()).norm(dim=1)
        expected = spearmanr(far, (z[others, 0] - z[e, 0]).norm(dim=1))[0]
        assert float(temporal_ranking(x, z)[e, 0]) == pytest.approx(expected, abs=1e-9)


def test_temporal_ranking_is_not_defined_for_a_sample_that_never_moves_nor_for_three_steps():
    x, z = walks(6, 4, 5), walks(6, 4, 2, seed=1)
    x[:, 1] = x[0, 1]
    assert temporal_ranking(x, z).isnan().any(0).tolist() == [False, True, False, False]
    assert bool(temporal_ranking(x[:3], z[:3]).isnan().all())
    assert temporal_ranking(x[:3], z[:3]).shape == (3, 4)


def test_jitter_ignores_a_common_turn_and_reaches_chance_when_places_are_dealt_anew():
    before = draw(300, 2)
    moved = torch.rand(300, generator=torch.Generator().manual_seed(1))
    assert jitter(moved, before, before @ TURN + 3.0) == pytest.approx(0.0, abs=1e-5)
    dealt = before[torch.randperm(300, generator=torch.Generator().manual_seed(2))]
    assert jitter(moved, before, dealt) == pytest.approx(jitter_chance(before), rel=0.4)


def test_jitter_looks_at_the_samples_that_rested_alone_and_in_units_of_the_picture():
    before = draw(300, 2)
    resting = torch.arange(300) < 30
    jumps = torch.stack([torch.full((300,), 0.2), torch.zeros(300)], 1) * (1.0 - 2.0 * (torch.arange(300) % 2))[:, None]
    moved = torch.where(resting, 0.0, 1.0)
    size = float((before - before.mean(0)).square().sum(1).mean().sqrt())
    assert jitter(moved, before, before + jumps * resting[:, None]) == pytest.approx(0.2 / size, rel=0.05)
    assert jitter(moved, before, before + jumps * ~resting[:, None]) == pytest.approx(0.0, abs=0.02)
    for unit in (9.0, 0.01):
        assert jitter(moved, unit * before, unit * (before + jumps)) == pytest.approx(jitter(moved, before, before + jumps), rel=1e-4)


def test_jitter_is_the_median_over_the_tenth_that_rested_most():
    before, turns = draw(300, 2), torch.linspace(0.0, 600.0, 300)
    resting = torch.arange(300) < 30
    far = torch.where(resting, torch.arange(300) / 300.0, 0.0)  # 0 to 0.097 of those that rested, in all directions
    after = before + far[:, None] * torch.stack([turns.cos(), turns.sin()], 1)
    size = float((before - before.mean(0)).square().sum(1).mean().sqrt())
    assert jitter(torch.arange(300.0), before, after) == pytest.approx(14.0 / 300.0 / size, rel=0.05)  # torch's median is the lower one


def test_chance_of_jitter_does_not_depend_on_where_the_picture_lies_nor_on_its_unit():
    before = draw(300, 2)
    assert jitter_chance(0.01 * before + 5.0) == pytest.approx(jitter_chance(before), rel=1e-3)
    assert jitter_chance(before) == pytest.approx(math.sqrt(4 * math.log(2)) / math.sqrt(2), rel=0.1)  # a normal cloud: Rayleigh


def test_jitter_is_not_defined_where_all_samples_are_in_one_place():
    assert jitter(torch.rand(10), torch.zeros(10, 2), draw(10, 2)) is None
    assert jitter_chance(torch.zeros(10, 2)) is None
