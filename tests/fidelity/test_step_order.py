from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import pearsonr, rankdata, spearmanr

from tb_timetravel.fidelity import nearest_steps_kept, stage_ranking, stillness, weighted_ranking


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def on_a_line(*places: float) -> torch.Tensor:
    """One sample at these places of one axis, step by step, (n_steps, 1, 2)."""
    return torch.stack([torch.tensor(places), torch.zeros(len(places))], 1)[:, None]


def to_others(points: torch.Tensor, e: int, i: int, steps: range) -> tuple[list[int], np.ndarray]:
    others = [t for t in steps if t != e]
    return others, (points[others, i].double() - points[e, i].double()).norm(dim=1).numpy()


def test_nearest_steps_kept_is_what_a_brute_search_counts():
    x, z = draw(9, 5, 7), draw(9, 5, 2, seed=1)
    brute = np.empty((9, 5))
    for e in range(9):
        for i in range(5):
            near = [{others[j] for j in np.argsort(far)[:3]} for others, far in (to_others(points, e, i, range(9)) for points in (x, z))]
            brute[e, i] = len(near[0] & near[1]) / 3
    np.testing.assert_allclose(nearest_steps_kept(x, z, n_nearest=3).numpy(), brute, atol=1e-6)


def test_nearest_steps_are_all_kept_by_a_copy_and_a_share_of_them_by_chance():
    x, z = draw(12, 400, 2), draw(12, 400, 2, seed=1)
    assert bool((nearest_steps_kept(x, 3.0 * x + 1.0, n_nearest=5) == 1.0).all())
    assert float(nearest_steps_kept(x, z, n_nearest=5).mean()) == pytest.approx(5 / 11, abs=0.02)


def test_nearest_steps_say_nothing_where_all_others_are_nearest():
    found = nearest_steps_kept(draw(6, 3, 4), draw(6, 3, 2), n_nearest=5)
    assert found.shape == (6, 3)
    assert bool(found.isnan().all())
    assert not nearest_steps_kept(draw(7, 3, 4), draw(7, 3, 2), n_nearest=5).isnan().any()


def test_of_equally_near_steps_the_earlier_counts():
    resting, moving = on_a_line(*[0.0] * 40), on_a_line(*range(40))
    at_first = nearest_steps_kept(resting, moving, n_nearest=5)[0, 0]  # of step 0 the five steps after it, in both
    assert float(at_first) == 1.0


def test_four_steps_are_enough_for_a_weighted_ranking_and_three_moves_for_stillness():
    x = on_a_line(0.0, 1.0, 3.0, 7.0)
    torch.testing.assert_close(weighted_ranking(x, 2.0 * x), torch.ones(4, 1, dtype=torch.float64))
    kept, moved = torch.tensor([[1.0], [0.5], [0.0]]), torch.tensor([[0.0], [1.0], [2.0]])
    assert stillness(kept, moved).tolist() == pytest.approx([-1.0])


def test_weighted_ranking_is_the_weighted_correlation_of_ranks():
    x, z = draw(9, 5, 7), draw(9, 5, 2, seed=1)
    brute = np.empty((9, 5))
    for e in range(9):
        for i in range(5):
            a, b = (rankdata(to_others(points, e, i, range(9))[1]) for points in (x, z))
            covariance = np.cov(a, b, aweights=1 / a)
            brute[e, i] = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    np.testing.assert_allclose(weighted_ranking(x, z).numpy(), brute, atol=1e-9)


def test_weighted_ranking_counts_a_mistake_among_near_steps_more_than_one_among_far_ones():
    x = on_a_line(0.0, 1.0, 2.0, 3.0, 4.0)
    near_swapped, far_swapped = on_a_line(0.0, 2.0, 1.0, 3.0, 4.0), on_a_line(0.0, 1.0, 2.0, 4.0, 3.0)
    at_first = [float(weighted_ranking(x, z)[0, 0]) for z in (x, far_swapped, near_swapped)]
    assert at_first[0] == pytest.approx(1.0)
    assert at_first[0] > at_first[1] > at_first[2]


def test_weighted_ranking_is_0_by_chance_and_does_not_reward_a_shift_of_the_order():
    assert float(weighted_ranking(draw(12, 500, 3), draw(12, 500, 2, seed=1)).mean()) == pytest.approx(0.0, abs=0.05)
    assert weighted_ranking(draw(3, 4, 5), draw(3, 4, 2)).isnan().tolist() == [[True] * 4] * 3


def test_stage_ranking_is_that_of_scipy_within_each_third():
    x, z = draw(13, 4, 6), draw(13, 4, 2, seed=1)
    found = stage_ranking(x, z).numpy()
    for low, high in ((0, 4), (4, 9), (9, 13)):
        for e in range(low, high):
            for i in range(4):
                distances = [to_others(points, e, i, range(low, high))[1] for points in (x, z)]
                assert found[e, i] == pytest.approx(spearmanr(*distances)[0], abs=1e-9)


def test_stage_ranking_is_not_defined_where_a_stage_has_fewer_than_four_steps():
    assert stage_ranking(draw(11, 3, 4), draw(11, 3, 2)).isnan().all(1).tolist() == [False] * 4 + [True] * 3 + [False] * 4
    assert stage_ranking(draw(2, 3, 4), draw(2, 3, 2)).shape == (2, 3)


def test_stillness_is_pearsons_correlation_over_the_moves_of_each_sample():
    kept, moved = torch.rand(8, 5, generator=torch.Generator().manual_seed(0)), draw(8, 5, seed=1).abs()
    expected = [pearsonr(kept[:, i], moved[:, i])[0] for i in range(5)]
    np.testing.assert_allclose(stillness(kept, moved).numpy(), expected, atol=1e-6)


def test_stillness_is_minus_1_where_samples_move_as_they_lose_neighbors_and_undefined_where_none_moves():
    kept = torch.rand(8, 5, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(stillness(kept, 3.0 - 2.0 * kept), -torch.ones(5, dtype=torch.float64))
    assert bool(stillness(kept, torch.zeros(8, 5)).isnan().all())
    assert stillness(kept[:2], kept[:2]).isnan().tolist() == [True] * 5
