from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from tb_timetravel.fidelity import jitter, jitter_chance, reconstruction_error, spatial_fidelity, spearman

K = 7


@pytest.fixture
def cloud() -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 9)).astype(np.float32)
    return torch.tensor(x), torch.tensor(x[:, :2] + 0.3 * rng.normal(size=(200, 2)).astype(np.float32))


def test_trustworthiness_and_continuity_are_those_of_scikit_learn(cloud: tuple[torch.Tensor, torch.Tensor]):
    x, z = cloud
    ours = spatial_fidelity(x, z, n_neighbors=K)
    assert float(ours.trustworthiness.mean()) == pytest.approx(trustworthiness(x.numpy(), z.numpy(), n_neighbors=K), abs=1e-5)
    assert float(ours.continuity.mean()) == pytest.approx(trustworthiness(z.numpy(), x.numpy(), n_neighbors=K), abs=1e-5)


def test_neighborhood_preservation_counts_common_neighbours_without_the_sample_itself(cloud: tuple[torch.Tensor, torch.Tensor]):
    near = [NearestNeighbors(n_neighbors=K).fit(points).kneighbors(return_distance=False) for points in (c.numpy() for c in cloud)]
    brute = [len(set(a) & set(b)) / K for a, b in zip(*near, strict=True)]
    np.testing.assert_allclose(spatial_fidelity(*cloud, n_neighbors=K).neighborhood_preservation.numpy(), brute, atol=1e-6)


def test_a_rotated_copy_is_perfect_and_a_shuffled_one_is_chance():
    z = torch.randn(400, 2, generator=torch.Generator().manual_seed(0))
    turned = z @ torch.tensor([[math.cos(1.0), -math.sin(1.0)], [math.sin(1.0), math.cos(1.0)]]) + 5.0
    perfect = spatial_fidelity(z, turned, n_neighbors=K)
    assert float(perfect.neighborhood_preservation.mean()) > 0.99
    chance = spatial_fidelity(z, z[torch.randperm(400, generator=torch.Generator().manual_seed(1))], n_neighbors=K)
    assert 0.5 * K / 399 < float(chance.neighborhood_preservation.mean()) < 1.8 * K / 399
    assert 0.4 < float(chance.trustworthiness.mean()) < 0.6


def test_too_many_neighbours_are_refused(cloud: tuple[torch.Tensor, torch.Tensor]):
    with pytest.raises(ValueError, match="n_neighbors < n / 2"):
        spatial_fidelity(*cloud, n_neighbors=100)


def test_spearman_is_that_of_scipy_with_ties_too():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 8, 100).astype(float)
    b = a + rng.normal(size=100).round()
    assert spearman(torch.tensor(a), torch.tensor(b)) == pytest.approx(spearmanr(a, b)[0])
    assert spearman(torch.ones(5), torch.arange(5.0)) is None


def test_jitter_ignores_a_common_turn_and_reaches_chance_when_places_are_dealt_anew():
    before = torch.randn(300, 2, generator=torch.Generator().manual_seed(0))
    turned = before @ torch.tensor([[0.0, -1.0], [1.0, 0.0]]) + 3.0
    moved = torch.rand(300, generator=torch.Generator().manual_seed(1))
    assert jitter(moved, before, turned) < 1e-5
    dealt = before[torch.randperm(300, generator=torch.Generator().manual_seed(2))]
    assert jitter(moved, before, dealt) == pytest.approx(jitter_chance(before), rel=0.4)


def test_reconstruction_error_is_0_for_a_copy_and_1_for_the_mean(cloud: tuple[torch.Tensor, torch.Tensor]):
    x, _ = cloud
    assert float(reconstruction_error(x, x).mean()) == 0.0
    assert float(reconstruction_error(x.mean(0).expand_as(x), x).mean()) == pytest.approx(1.0, abs=1e-4)
