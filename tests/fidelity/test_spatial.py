from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from tb_timetravel.fidelity import neighborhood_chance, spatial_fidelity
from tb_timetravel.fidelity.spatial import _distances_in, _measure_block

if TYPE_CHECKING:
    from tb_timetravel.fidelity import SpatialFidelity

K = 7


def make_cloud(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n, 9, generator=generator)
    return x, x[:, :2] + 0.3 * torch.randn(n, 2, generator=generator)


@pytest.fixture
def cloud() -> tuple[torch.Tensor, torch.Tensor]:
    return make_cloud(200)


def values(fidelity: SpatialFidelity) -> torch.Tensor:
    return torch.stack([fidelity.neighborhood_preservation, fidelity.trustworthiness, fidelity.continuity])


@pytest.mark.parametrize("n", [40, 200, 1100])  # the last one in several blocks
def test_trustworthiness_and_continuity_are_those_of_scikit_learn(n: int):
    x, z = make_cloud(n)
    ours = spatial_fidelity(x, z, n_neighbors=K)
    assert float(ours.trustworthiness.mean()) == pytest.approx(trustworthiness(x.numpy(), z.numpy(), n_neighbors=K), abs=1e-5)
    assert float(ours.continuity.mean()) == pytest.approx(trustworthiness(z.numpy(), x.numpy(), n_neighbors=K), abs=1e-5)


def test_neighborhood_preservation_counts_common_neighbours_without_the_sample_itself(cloud: tuple[torch.Tensor, torch.Tensor]):
    near = [NearestNeighbors(n_neighbors=K).fit(points).kneighbors(return_distance=False) for points in (c.numpy() for c in cloud)]
    brute = [len(set(a) & set(b)) / K for a, b in zip(*near, strict=True)]
    np.testing.assert_allclose(spatial_fidelity(*cloud, n_neighbors=K).neighborhood_preservation.numpy(), brute, atol=1e-6)


def test_four_samples_on_a_line_score_what_a_hand_computes():
    x, z = torch.tensor([[0.0], [1.0], [3.0], [7.0]]), torch.tensor([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0], [10.0, 0.0]])
    # nearest in x: 1 0 1 2, in z: 1 0 3 2; rank of 3 for 2 in x: 3; rank of 1 for 2 in z: 2; 2 / (k (2n - 3k - 1)) = 0.5
    expected = torch.tensor([[1.0, 1.0, 0.0, 1.0], [1.0, 1.0, 0.0, 1.0], [1.0, 1.0, 0.5, 1.0]])
    torch.testing.assert_close(values(spatial_fidelity(x, z, n_neighbors=1)), expected)


def test_equal_distances_share_the_better_rank():
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(0, 4, (60, 3), generator=generator).float()  # a lattice: most distances occur many times
    z = torch.randn(60, 2, generator=generator)
    squares = (x[:, None] - x[None]).square().sum(2).numpy()
    np.fill_diagonal(squares, math.inf)
    near = NearestNeighbors(n_neighbors=K).fit(z.numpy()).kneighbors(return_distance=False)
    excess = [sum(max(0, 1 + int((squares[i] < squares[i, j]).sum()) - K) for j in near[i]) for i in range(60)]
    expected = 1.0 - 2.0 / (K * (2 * 60 - 3 * K - 1)) * np.array(excess)
    np.testing.assert_allclose(spatial_fidelity(x, z, n_neighbors=K).trustworthiness.numpy(), expected, atol=1e-6)


def test_chosen_samples_are_measured_as_among_all(cloud: tuple[torch.Tensor, torch.Tensor]):
    rows = torch.tensor([150, 3, 77])
    everyone, some = spatial_fidelity(*cloud, n_neighbors=K), spatial_fidelity(*cloud, n_neighbors=K, rows=rows)
    torch.testing.assert_close(values(some), values(everyone)[:, rows])


def test_classes_that_collapsed_are_measured_inside_though_they_lie_far_apart():
    generator = torch.Generator().manual_seed(0)
    far, inside, z = (torch.randn(n, d, generator=generator) for n, d in ((4, 64), (400, 64), (400, 2)))
    x = 3.0 * far[torch.arange(400) % 4] + 0.003 * inside
    square = torch.cdist(x.double(), x.double(), compute_mode="donot_use_mm_for_euclid_dist").fill_diagonal_(math.inf)
    near = torch.cdist(z.double(), z.double()).fill_diagonal_(math.inf).topk(K, largest=False).indices
    ranks = 1 + (square[:, None] < square.gather(1, near)[:, :, None]).sum(2)
    expected = 1.0 - 2.0 / (K * (800 - 3 * K - 1)) * (ranks - K).clamp_min(0).sum(1)
    np.testing.assert_allclose(spatial_fidelity(x, z, n_neighbors=K).trustworthiness.mean(), expected.mean(), atol=1e-4)


def test_blocks_of_rows_as_a_gpu_measures_them_give_what_tiles_give(cloud: tuple[torch.Tensor, torch.Tensor]):
    x, z = cloud
    rows = torch.arange(len(x))
    kept, false, missing = _measure_block(_distances_in(x)(rows), _distances_in(z)(rows), K)
    norm = 2.0 / (K * (2 * len(x) - 3 * K - 1))
    torch.testing.assert_close(
        values(spatial_fidelity(x, z, n_neighbors=K)), torch.stack([kept / K, 1.0 - norm * false, 1.0 - norm * missing])
    )


def test_turning_moving_and_scaling_the_picture_changes_nothing(cloud: tuple[torch.Tensor, torch.Tensor]):
    x, z = cloud
    turn = torch.tensor([[math.cos(1.0), -math.sin(1.0)], [math.sin(1.0), math.cos(1.0)]])
    there = spatial_fidelity(x, 3.0 * z @ turn + torch.tensor([40.0, -7.0]), n_neighbors=K)
    torch.testing.assert_close(values(there), values(spatial_fidelity(x, z, n_neighbors=K)))


def test_the_order_of_samples_does_not_matter(cloud: tuple[torch.Tensor, torch.Tensor]):
    x, z = cloud
    order = torch.randperm(200, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(
        values(spatial_fidelity(x[order], z[order], n_neighbors=K)), values(spatial_fidelity(x, z, n_neighbors=K))[:, order]
    )


def test_a_turned_copy_is_perfect(cloud: tuple[torch.Tensor, torch.Tensor]):
    z = cloud[1]
    perfect = values(spatial_fidelity(z, torch.stack([-z[:, 1], z[:, 0]], 1), n_neighbors=K))
    torch.testing.assert_close(perfect, torch.ones_like(perfect))


def test_a_shuffled_copy_is_chance():
    z = torch.randn(400, 2, generator=torch.Generator().manual_seed(0))
    chance = spatial_fidelity(z, z[torch.randperm(400, generator=torch.Generator().manual_seed(1))], n_neighbors=K)
    assert float(chance.neighborhood_preservation.mean()) == pytest.approx(neighborhood_chance(400, K), rel=0.5)
    assert float(chance.trustworthiness.mean()) == pytest.approx(0.5, abs=0.05)
    assert float(chance.continuity.mean()) == pytest.approx(0.5, abs=0.05)


def test_chance_leaves_the_sample_itself_out():
    assert neighborhood_chance(5, 2) == 0.5


def test_as_many_neighbours_as_there_may_be_are_measured(cloud: tuple[torch.Tensor, torch.Tensor]):
    x, z = cloud
    assert float(spatial_fidelity(x, z, n_neighbors=99).trustworthiness.mean()) == pytest.approx(
        trustworthiness(x.numpy(), z.numpy(), n_neighbors=99), abs=1e-5
    )


@pytest.mark.parametrize(("n", "k"), [(200, 100), (200, 0), (600, 256)])
def test_no_neighbours_and_too_many_are_refused(n: int, k: int):
    with pytest.raises(ValueError, match="n_neighbors < n / 2"):
        spatial_fidelity(*make_cloud(n), n_neighbors=k)
