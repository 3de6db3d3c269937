from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from tb_timetravel.fidelity import boundary_preservation

K = 6


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def scene() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    x, boundary = draw(120, 8), draw(40, 8, seed=1)
    return x, x[:, :2].contiguous(), boundary, boundary[:, :2].contiguous()


def test_it_is_the_share_of_common_neighbours_that_scikit_learn_finds(scene: tuple[torch.Tensor, ...]):
    x, z, boundary_x, boundary_z = (points.numpy() for points in scene)
    near = [
        NearestNeighbors(n_neighbors=K).fit(boundary).kneighbors(points, return_distance=False)
        for points, boundary in ((x, boundary_x), (z, boundary_z))
    ]
    brute = [len(set(a) & set(b)) / K for a, b in zip(*near, strict=True)]
    np.testing.assert_allclose(boundary_preservation(*scene, n_neighbors=K).numpy(), brute, atol=1e-6)


def test_four_samples_beside_two_boundary_samples_score_what_a_hand_computes():
    x, z = torch.tensor([[0.0], [1.0], [2.9], [7.0]]), torch.tensor([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0], [10.0, 0.0]])
    boundary_x, boundary_z = torch.tensor([[0.5], [5.5]]), torch.tensor([[0.5, 0.0], [9.5, 0.0]])
    # nearest in x: 0 0 0 1, in z: 0 0 1 1
    assert boundary_preservation(x, z, boundary_x, boundary_z, n_neighbors=1).tolist() == [1.0, 1.0, 0.0, 1.0]
    assert boundary_preservation(x, z, boundary_x, boundary_z, n_neighbors=2).tolist() == [1.0] * 4


def test_a_turned_copy_is_perfect_wherever_it_lies():
    z, boundary = draw(100, 2), draw(30, 2, seed=1)
    turn = torch.tensor([[math.cos(1.0), -math.sin(1.0)], [math.sin(1.0), math.cos(1.0)]])
    there = boundary_preservation(z, 3.0 * z @ turn + 50.0, boundary, 3.0 * boundary @ turn + 50.0, n_neighbors=K)
    assert float(there.mean()) > 0.995


def test_boundary_samples_dealt_anew_are_chance():
    z, boundary = draw(2000, 2), draw(200, 2, seed=1)
    dealt = boundary[torch.randperm(200, generator=torch.Generator().manual_seed(2))]
    assert float(boundary_preservation(z, z, boundary, dealt, n_neighbors=K).mean()) == pytest.approx(K / 200, rel=0.5)


def test_the_order_of_samples_and_of_boundary_samples_does_not_matter(scene: tuple[torch.Tensor, ...]):
    x, z, boundary_x, boundary_z = scene
    order, of_boundary = (torch.randperm(n, generator=torch.Generator().manual_seed(3)) for n in (120, 40))
    shuffled = boundary_preservation(x[order], z[order], boundary_x[of_boundary], boundary_z[of_boundary], n_neighbors=K)
    torch.testing.assert_close(shuffled, boundary_preservation(*scene, n_neighbors=K)[order])


@pytest.mark.parametrize("k", [0, 41])
def test_more_neighbours_than_boundary_samples_are_refused(scene: tuple[torch.Tensor, ...], k: int):
    with pytest.raises(ValueError, match=r"among 1 … 40"):
        boundary_preservation(*scene, n_neighbors=k)
