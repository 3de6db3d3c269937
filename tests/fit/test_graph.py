from __future__ import annotations

import pytest
import torch

from tb_timetravel.fit import graph
from tb_timetravel.fit.graph import (
    affinities,
    approximate_neighbors,
    approximate_neighbors_among,
    nearest_neighbors,
    neighbors_among,
    neighbors_outside,
    symmetric_edges,
)


def cloud(n: int, d: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def test_neighbours_are_exact_and_never_the_sample_itself():
    x = torch.cat([cloud(80, 5), cloud(20, 5)[:10].repeat(2, 1)])  # with duplicates
    index, distance = nearest_neighbors(x, 6)
    assert not (index == torch.arange(len(x))[:, None]).any()
    true = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist").fill_diagonal_(torch.inf).topk(6, largest=False).values
    torch.testing.assert_close(distance, true, atol=2e-3, rtol=1e-4)


def test_neighbours_are_found_across_tiles_of_distances(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(graph, "tile_side", lambda: 37)
    x = torch.cat([cloud(200, 5), cloud(60, 5)])  # the last 60 are duplicates, in other tiles
    index, distance = nearest_neighbors(x, 9)
    expected = neighbors_among(x, x, 10)  # with the sample itself
    torch.testing.assert_close(distance, expected[1][:, 1:], atol=2e-3, rtol=1e-4)
    assert not (index == torch.arange(len(x))[:, None]).any()
    at = (x[:, None] - x[index]).norm(dim=2)
    torch.testing.assert_close(at, distance, atol=2e-3, rtol=1e-4)


def test_approximate_neighbours_are_nearly_all_right():
    x = cloud(1500, 8)
    exact, found = nearest_neighbors(x, 10)[0], approximate_neighbors(x, 10, seed=0)[0]
    assert not (found == torch.arange(len(x))[:, None]).any()
    assert float((exact[:, :, None] == found[:, None]).any(2).float().mean()) > 0.95


@pytest.mark.parametrize("base", [cloud(1500, 8), torch.ones(400, 8), torch.cat([cloud(300, 8), 1e2 + cloud(20, 8)])])
def test_approximate_neighbours_among_others_are_nearly_all_right(base: torch.Tensor):
    query = cloud(200, 8, seed=1)
    near, (index, distance) = neighbors_among(query, base, 40)[1], approximate_neighbors_among(query, base, 40)
    assert all(len(set(row)) == 40 for row in index.tolist())
    torch.testing.assert_close((base[index] - query[:, None]).norm(dim=2), distance, rtol=1e-4, atol=1e-3)
    assert bool((distance.diff() >= 0).all())
    assert float((distance <= near[:, -1:] * (1 + 1e-4)).float().mean()) > 0.95


def test_neighbours_among_many_others_are_sought_by_nn_descent(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(graph._EXACT_PAIRS, "cpu", 30 * 300 - 1)
    query, base = cloud(30, 5), cloud(300, 5, seed=1)
    torch.testing.assert_close(neighbors_among(query, base, 6), approximate_neighbors_among(query, base, 6))


def test_affinities_have_the_perplexity_asked_for():
    p = affinities(nearest_neighbors(cloud(100, 5), 20)[1], 8.0)
    torch.testing.assert_close(p.sum(1), torch.ones(100))
    torch.testing.assert_close((-(p * p.log()).sum(1)).exp(), torch.full((100,), 8.0), rtol=1e-3, atol=0.0)


def test_a_graph_is_symmetric_sorted_and_weighs_one_per_sample():
    index, distance = nearest_neighbors(cloud(60, 5), 6)
    edges = symmetric_edges(index, affinities(distance, 3.0))
    dense = torch.zeros(60, 60).index_put_((edges.source.long(), edges.target.long()), edges.weight)
    torch.testing.assert_close(dense, dense.T)
    assert bool((edges.source.diff() >= 0).all())
    assert float(dense.trace()) == 0.0
    assert float(dense.sum()) == pytest.approx(60.0, rel=1e-5)


def test_neighbours_among_others_are_exact():
    query, base = cloud(30, 7) + 100.0, cloud(90, 7, seed=1) + 100.0  # far from the origin, where products of large numbers lose digits
    index, distance = neighbors_among(query, base, 5)
    brute = torch.cdist(query, base, compute_mode="donot_use_mm_for_euclid_dist").topk(5, largest=False)
    assert torch.equal(index, brute.indices)
    torch.testing.assert_close(distance, brute.values, atol=2e-3, rtol=1e-4)


def test_samples_outside_are_tied_to_near_ones_inside_above_all_of_their_own_prediction():
    x, inside, outside = cloud(40, 3), torch.arange(30), torch.arange(30, 40)
    predictions = torch.arange(40) % 2
    index, weight = neighbors_outside(x, predictions, inside, outside, n_neighbors=8, perplexity=4.0, across=0.0)
    torch.testing.assert_close(weight.sum(1), torch.ones(10))
    own = predictions[inside][index] == predictions[outside][:, None]
    assert float(weight[~own].sum()) == 0.0
    assert bool((weight[own] > 0).all())
