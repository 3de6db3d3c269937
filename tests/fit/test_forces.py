from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tb_timetravel import compiled
from tb_timetravel.fit.forces import (
    attraction_by_torch,
    attraction_force,
    attraction_to,
    attraction_to_by_torch,
    mean_kernel,
    push_by_torch,
    repulsion_force,
    repulsion_from,
)
from tb_timetravel.fit.graph import Edges, affinities, nearest_neighbors, symmetric_edges


def cloud(n: int, d: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def graph(n: int = 60, k: int = 6) -> Edges:
    index, distance = nearest_neighbors(cloud(n, 5), k)
    return symmetric_edges(index, affinities(distance, 3.0))


def negative_gradient(objective: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return -torch.autograd.grad(objective, y)[0]


def test_forces_are_the_negative_gradients_of_the_objective():
    edges, y = graph(), cloud(60, 2).double().requires_grad_()
    edges = replace(edges, weight=edges.weight.double())
    square = (y[edges.source] - y[edges.target]).square().sum(1)
    torch.testing.assert_close(attraction_force(y.detach(), edges), negative_gradient((edges.weight * square.log1p()).sum() / 2, y))
    d2 = (y[:, None] - y[None]).square().sum(2)
    normaliser = ((1 / (1 + d2)).sum() - 60) / 60  # a sample does not repel itself
    torch.testing.assert_close(repulsion_force(y.detach(), torch.arange(60)), negative_gradient(30 * normaliser.log(), y))


def test_forces_on_a_sample_outside_are_those_on_one_that_nobody_feels():
    fixed, y = cloud(40, 2).double(), cloud(5, 2, seed=1).double().requires_grad_()
    index, weight = torch.arange(40).reshape(5, 8), torch.full((5, 8), 0.125, dtype=torch.float64)
    square = (y[:, None] - fixed[index]).square().sum(2)
    torch.testing.assert_close(attraction_to(y.detach(), fixed, index, weight), negative_gradient((weight * square.log1p()).sum(), y))
    normaliser = mean_kernel(fixed)
    kernel = (1 / (1 + (y[:, None] - fixed[None]).square().sum(2))).sum()  # log Z, linear in what one sample more adds
    torch.testing.assert_close(repulsion_from(y.detach(), fixed, normaliser), negative_gradient(kernel / (40 * normaliser), y))


def test_compiled_forces_are_those_by_torch():
    edges, y, fixed = graph(), cloud(60, 2), cloud(40, 2, seed=1)
    torch.testing.assert_close(attraction_force(y, edges), attraction_by_torch(y, edges), rtol=1e-4, atol=1e-5)
    index, weight = torch.randint(0, 40, (60, 8), generator=torch.Generator().manual_seed(2)), torch.full((60, 8), 0.125)
    torch.testing.assert_close(attraction_to(y, fixed, index, weight), attraction_to_by_torch(y, fixed, index, weight))
    push, total = compiled.repulsion(y.numpy(), fixed.numpy())
    expected, expected_total = push_by_torch(y, fixed)
    torch.testing.assert_close(torch.from_numpy(push), expected, rtol=1e-4, atol=1e-5)
    assert total == pytest.approx(float(expected_total))


def test_the_mean_kernel_is_that_of_all_pairs_and_nearly_so_from_some_rows():
    y = cloud(5000, 2).double()
    brute = (1 / (1 + torch.cdist(y, y).square())).sum().sub(5000) / (5000 * 4999)
    assert float(mean_kernel(y)) == pytest.approx(float(brute), rel=0.03)
    assert float(mean_kernel(y[:500])) == pytest.approx(float((1 / (1 + torch.cdist(y[:500], y[:500]).square())).sum() - 500) / (500 * 499))
