from __future__ import annotations

import numpy as np
import pytest
import torch

from tb_timetravel.fit.complexes import (
    Complex,
    average_ranks,
    boundary_wise_complex,
    fuzzy_union,
    membership,
    nearest_steps,
    neighborhood,
    prediction_aware,
    prune,
    smooth_knn,
    spatial_complex,
    temporal_complex,
)
from tb_timetravel.fit.graph import nearest_neighbors


def cloud(n: int, d: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def dense(edges: Complex, n: int) -> np.ndarray:
    result = np.zeros((n, n))
    np.add.at(result, (edges.source.numpy(), edges.target.numpy()), edges.weight.numpy())
    return result


def test_memberships_add_up_to_log2_of_the_neighbours():
    distance = nearest_neighbors(cloud(80, 4), 14)[1]
    weight = membership(distance, *smooth_knn(distance))
    torch.testing.assert_close(weight.sum(1), torch.full((80,), float(np.log2(15))), rtol=1e-4, atol=0.0)
    torch.testing.assert_close(weight[:, 0], torch.ones(80))


def test_two_neighbours_have_a_closed_form():
    distance = torch.tensor([[1.0, 3.0]])  # 1 + exp(-2 / sigma) = log2(3)
    rho, sigma = smooth_knn(distance)
    assert float(rho) == 1.0
    assert float(sigma) == pytest.approx(-2.0 / np.log(np.log2(3) - 1.0), rel=1e-5)


@pytest.mark.parametrize("distance", [torch.zeros(4, 3), torch.tensor([[0.0, 0.0, 2.0]]), torch.ones(2, 3), torch.tensor([[5.0]])])
def test_duplicates_leave_memberships_between_zero_and_one(distance: torch.Tensor):
    weight = membership(distance, *smooth_knn(distance))
    assert bool(((weight >= 0) & (weight <= 1)).all())
    assert bool((weight[:, 0] == 1).all())


def test_rho_and_sigma_are_umap_learns():
    umap_ = pytest.importorskip("umap.umap_")
    x = torch.cat([cloud(60, 4), cloud(10, 4)])  # with duplicates
    distance = nearest_neighbors(x, 9)[1]
    distance = torch.where(distance < 1e-3, 0.0, distance)
    with_self = np.concatenate([np.zeros((len(x), 1)), distance.numpy()], 1).astype(np.float32)
    sigma, rho = umap_.smooth_knn_dist.py_func(with_self, 10.0)
    found_rho, found_sigma = smooth_knn(distance)
    np.testing.assert_allclose(found_rho.numpy(), rho, rtol=1e-5)
    np.testing.assert_allclose(found_sigma.numpy(), sigma, rtol=2e-3)


def test_the_fuzzy_union_is_a_plus_b_minus_ab():
    edges = fuzzy_union(torch.tensor([0, 1, 0]), torch.tensor([1, 0, 2]), torch.tensor([0.5, 0.4, 0.3]))
    expected = np.array([[0, 0.7, 0.3], [0.7, 0, 0], [0.3, 0, 0]])
    np.testing.assert_allclose(dense(edges, 3), expected, rtol=1e-6)


def test_the_spatial_complex_is_the_union_of_every_rows_memberships():
    x = cloud(40, 3)
    near = neighborhood(x, 6, seed=0)
    directed = np.zeros((40, 40))
    np.put_along_axis(directed, near.index.numpy(), membership(near.distance, near.rho, near.sigma).numpy(), 1)
    np.testing.assert_allclose(dense(spatial_complex(near), 40), directed + directed.T - directed * directed.T, rtol=1e-5)


def test_pruning_drops_what_is_weak_beside_the_strongest():
    edges = Complex(torch.arange(4), torch.arange(4), torch.tensor([0.8, 0.081, 0.079, 0.5]))
    assert prune(edges, 0.1).source.tolist() == [0, 1, 3]


def test_boundary_samples_are_joined_to_their_nearest_samples_and_back():
    x, boundary = torch.tensor([[0.0], [1.0], [10.0], [11.0]]), torch.tensor([[0.4], [10.4]])
    edges = boundary_wise_complex(x, boundary, 2)  # one neighbour besides the row itself
    assert set(zip(edges.source.tolist(), edges.target.tolist(), strict=True)) == {
        (0, 4), (1, 4), (2, 5), (3, 5), (4, 0), (4, 1), (5, 2), (5, 3),
    }  # fmt: skip
    assert len(boundary_wise_complex(x, x[:0], 2).weight) == 0


def test_the_nearest_steps_are_those_of_least_distance():
    index, distance = nearest_steps(torch.tensor([5.0, 1.0, 4.0, 2.0, 3.0]), 2)
    assert index.tolist() == [1, 3]
    assert distance.tolist() == [1.0, 2.0]


def test_a_sample_is_joined_to_itself_at_the_steps_where_it_was_most_alike():
    at = [0.0, 1.0, 5.0, 5.5]
    x = [torch.tensor([[value], [value + 100.0], [value + 103.0]]) for value in at]
    x[0] = x[0][:2]  # the third sample is not there at the first step
    edges = temporal_complex(x, [neighborhood(rows, 3, seed=0) for rows in x], 2)
    pairs = {(a, b) for a, b in zip(edges.source.tolist(), edges.target.tolist(), strict=True) if a < b}
    # rows: 0 1 | 2 3 4 | 5 6 7 | 8 9 10; each sample's nearest other step, both ways
    assert pairs == {(0, 2), (5, 8), (1, 3), (6, 9), (4, 7), (7, 10)}


def test_one_step_has_no_edges_in_time():
    x = [cloud(5, 2)]
    assert len(temporal_complex(x, [neighborhood(x[0], 3, seed=0)], 15).weight) == 0


def test_equal_values_share_their_rank():
    scipy_stats = pytest.importorskip("scipy.stats")
    values = torch.tensor([0.3, 0.1, 0.3, 0.9, 0.1, 0.1])
    np.testing.assert_allclose(average_ranks(values).numpy(), scipy_stats.rankdata(values.numpy()))


def test_edges_between_opposite_predictions_lose_and_between_equal_ones_gain():
    edges = Complex(torch.tensor([0, 1, 2, 3]), torch.tensor([1, 2, 3, 0]), torch.tensor([0.2, 0.4, 0.6, 0.8]))
    logits = torch.tensor([[1.0, -1.0], [2.0, -2.0], [-1.0, 1.0], [1.0, 1.0]])
    s, r = np.array([1.0, -1.0, 0.0, 0.0]), np.array([0.25, 0.5, 0.75, 1.0])
    expected = np.where(r == 1, 1.0, np.where(s < 0, r * (1 + s), r + (1 - r) * r * s))
    np.testing.assert_allclose(prediction_aware(edges, logits).weight.numpy(), expected, atol=1e-6)
