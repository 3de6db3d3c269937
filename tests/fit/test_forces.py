from __future__ import annotations

import numpy as np
import pytest
import torch

from tb_timetravel.errors import FitError
from tb_timetravel.fit.graph import Edges, affinities, approximate_neighbors, nearest_neighbors, symmetric_edges
from tb_timetravel.fit.layout import LayoutConfig, attraction_force, coupling_force, lay_out, repulsion_force
from tb_timetravel.fit.placing import settle


def cloud(n: int, d: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def graph(n: int = 60, k: int = 6) -> Edges:
    index, distance = nearest_neighbors(cloud(n, 5), k)
    return symmetric_edges(index, affinities(distance, 3.0))


def negative_gradient(objective: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return -torch.autograd.grad(objective, y)[0]


def test_neighbours_are_exact_and_never_the_sample_itself():
    x = torch.cat([cloud(80, 5), cloud(20, 5)[:10].repeat(2, 1)])  # with duplicates
    index, distance = nearest_neighbors(x, 6)
    assert not (index == torch.arange(len(x))[:, None]).any()
    true = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist").fill_diagonal_(torch.inf).topk(6, largest=False).values
    torch.testing.assert_close(distance, true, atol=2e-3, rtol=1e-4)


def test_approximate_neighbours_are_nearly_all_right():
    x = cloud(1500, 8)
    exact, found = nearest_neighbors(x, 10)[0], approximate_neighbors(x, 10, seed=0)[0]
    assert not (found == torch.arange(len(x))[:, None]).any()
    assert float((exact[:, :, None] == found[:, None]).any(2).float().mean()) > 0.95


def test_affinities_have_the_perplexity_asked_for():
    p = affinities(nearest_neighbors(cloud(100, 5), 20)[1], 8.0)
    torch.testing.assert_close(p.sum(1), torch.ones(100))
    torch.testing.assert_close((-(p * p.log()).sum(1)).exp(), torch.full((100,), 8.0), rtol=1e-3, atol=0.0)


def test_a_graph_is_symmetric_sorted_and_weighs_one_per_sample():
    edges = graph()
    dense = torch.zeros(60, 60).index_put_((edges.source, edges.target), edges.weight)
    torch.testing.assert_close(dense, dense.T)
    assert bool((edges.source.diff() >= 0).all())
    assert float(dense.trace()) == 0.0
    assert float(dense.sum()) == pytest.approx(60.0, rel=1e-5)


def test_forces_are_the_negative_gradients_of_the_objective():
    edges, y = graph(), cloud(60, 2).double().requires_grad_()
    edges = Edges(edges.source, edges.target, edges.weight.double())
    square = (y[edges.source] - y[edges.target]).square().sum(1)
    torch.testing.assert_close(attraction_force(y.detach(), edges), negative_gradient((edges.weight * square.log1p()).sum() / 2, y))
    d2 = (y[:, None] - y[None]).square().sum(2)
    normaliser = ((1 / (1 + d2)).sum() - 60) / 60  # a sample does not repel itself
    torch.testing.assert_close(repulsion_force(y.detach(), torch.arange(60)), negative_gradient(30 * normaliser.log(), y))


def test_the_coupling_is_the_negative_gradient_of_spring_and_match():
    y, moved = cloud(30, 6).double().reshape(3, 30, 2).requires_grad_(), cloud(2, 30, 1).double().abs() + 0.1
    relative = moved / moved.median()
    square = (y[1:] - y[:-1]).square().sum(2)
    excess = 0.5 * (square + 1e-6).log() - relative.log()
    objective = (relative.pow(-2).clamp_max(50.0) * square).sum() + 0.3 * (excess - excess.mean()).square().sum()
    force = coupling_force(y.detach(), moved, spring=1.0, match=0.3, stiffness_limit=50.0)
    torch.testing.assert_close(force, negative_gradient(objective, y))


def test_a_seed_gives_one_layout_and_nan_stops_it():
    start, moved = cloud(120, 2).reshape(2, 60, 2), torch.ones(1, 60)
    config = LayoutConfig(n_iterations=40)
    first, second = (lay_out(start, [graph(), graph()], moved, config, lambda _: None) for _ in range(2))
    assert torch.equal(first, second)
    with pytest.raises(FitError, match="diverged"):
        lay_out(start * torch.nan, [graph(), graph()], moved, config, lambda _: None)


def test_a_sample_in_foreign_territory_settles_in_its_own_when_that_is_near():
    positions = torch.tensor([[0.3, 0.0], [-2.0, 0.0], [9.0, 0.0]])
    wanted = torch.tensor([0, 0, 0])  # the territory of class 0 is x < 0
    moved = settle(positions, wanted, lambda z: torch.stack([-z[:, 0], z[:, 0]], 1), reach=0.5)
    assert float(moved[0, 0]) < 0
    assert np.array_equal(moved[1:].numpy(), positions[1:].numpy())
