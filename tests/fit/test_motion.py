from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.stats import rankdata

from tb_timetravel.fit.motion import Motion, add_ranking_force, coupling_force, ranking_by_torch, read_motion
from tests.fit.data import dynamics_of

if TYPE_CHECKING:
    from tb_timetravel.fit import Dynamics


def walk(n_steps: int, n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n_steps, n, d)).cumsum(0).astype(np.float32)


def dynamics(x: np.ndarray) -> Dynamics:
    return dynamics_of(x)


def negative_gradient(objective: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return -torch.autograd.grad(objective, y)[0]


def test_displacements_and_ranks_are_those_of_scipy():
    x = walk(6, 9, 4)
    motion = read_motion(dynamics(x), torch.arange(9))
    np.testing.assert_allclose(motion.moved.numpy(), np.linalg.norm(np.diff(x, axis=0), axis=2), rtol=1e-5)
    distances = np.linalg.norm(x[:, None] - x[None], axis=3)  # (reference, step, sample)
    for e in motion.references:
        others = [t for t in range(6) if t != e]
        np.testing.assert_array_equal(motion.ranks[e, others].numpy() / 2, rankdata(distances[e, others], axis=0))


def test_steps_at_the_same_distance_share_their_rank():
    x = walk(5, 3, 4)
    x[3] = x[2]
    ranks = read_motion(dynamics(x), torch.arange(3)).ranks
    assert torch.equal(ranks[0, 2], ranks[0, 3])


def test_references_stay_few_and_short_runs_have_none():
    assert len(read_motion(dynamics(walk(90, 2, 3)), torch.arange(2)).references) <= 32
    assert read_motion(dynamics(walk(3, 2, 3)), torch.arange(2)).references == []


def test_the_coupling_is_the_negative_gradient_of_spring_and_match():
    y, moved = torch.from_numpy(walk(3, 30, 2)).double().requires_grad_(), torch.from_numpy(np.abs(walk(2, 30, 1)[..., 0]) + 0.1).double()
    relative = moved / moved.median()
    square = (y[1:] - y[:-1]).square().sum(2)
    excess = 0.5 * (square + 1e-6).log() - relative.log()
    objective = (relative.pow(-2).clamp_max(50.0) * square).sum() + 0.3 * (excess - excess.mean()).square().sum()
    motion = Motion(moved, moved.median(), [], torch.empty(0, 3, 30))
    force = coupling_force(y.detach(), motion, spring=1.0, match=0.3, stiffness_limit=50.0)
    torch.testing.assert_close(force, negative_gradient(objective, y))


def test_the_ranking_force_is_the_negative_gradient_of_what_a_correlation_lacks():
    y, e = torch.from_numpy(walk(7, 12, 2)).double().requires_grad_(), 2
    motion = read_motion(dynamics(walk(7, 12, 4, seed=1)), torch.arange(12))
    ranks = motion.ranks[motion.references.index(e)]
    others = [t for t in range(7) if t != e]
    distance = ((y[others] - y[e]).square().sum(2) + 1e-8).sqrt()
    wanted = ranks[others].double() - ranks[others].double().mean(0)
    centered = distance - distance.mean(0)
    correlation = (wanted / wanted.norm(dim=0) * centered).sum(0) / (centered.norm(dim=0) + 0.03)
    expected = negative_gradient((0.5 * (1.0 - correlation).square()).sum(), y)
    torch.testing.assert_close(ranking_by_torch(y.detach(), e, ranks), expected, rtol=1e-6, atol=1e-9)
    force = torch.ones_like(y)
    add_ranking_force(force, y.detach(), motion, torch.tensor([e]), scale=3.0)
    torch.testing.assert_close(force, 1.0 + 3.0 * expected, rtol=1e-6, atol=1e-7)


def test_a_sample_at_rest_feels_no_ranking_force():
    y = torch.from_numpy(walk(6, 2, 2))
    ranks, force = torch.full((6, 2), 6, dtype=torch.int16), torch.zeros_like(y)
    add_ranking_force(force, y, Motion(y, y.mean(), [0], ranks[None]), torch.tensor([0]), scale=1.0)
    assert torch.equal(force, torch.zeros_like(y))
    assert torch.equal(ranking_by_torch(y, 0, ranks), torch.zeros_like(y))
