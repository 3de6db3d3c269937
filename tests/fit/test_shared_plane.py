"""What draws a layout into the plane of another film, against the objective that it says it follows."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tb_timetravel.fit.result import Fitted
from tb_timetravel.fit.shared_plane import Pull, PullConfig, SharedPlane, brought_into, start_in
from tests.fit.data import drifting_classes, dynamics_of

EXTENT = (-4.0, 8.0, -5.0, 7.0)  # 12 wide, around (2, 1)
N_STEPS, N = 3, 90


def plane(samples: np.ndarray, config: PullConfig | None = None, seed: int = 0) -> SharedPlane:
    places = np.random.default_rng(seed).uniform(-3, 6, (N_STEPS, len(samples), 2)).astype(np.float32)
    return SharedPlane(samples, places, EXTENT, config or PullConfig())


def test_the_pull_is_the_negative_gradient_of_what_it_says_it_minimises():
    config = PullConfig(strength=0.3, reach=2.0)
    shared = plane(np.array([1, 4, 5, 80]), config)
    rows = np.array([0, 1, 2, 4, 5])
    y = torch.from_numpy(np.random.default_rng(1).uniform(-4, 4, (N_STEPS, 5, 2))).float().requires_grad_()
    wanted = 2.0 * (torch.from_numpy(shared.places[:, :3]) - torch.tensor([2.0, 1.0]))
    square = (y[:, [1, 3, 4]] - wanted).square().sum(2)
    (0.5 * 0.3 * 2.0**2 * torch.log1p(square / 2.0**2)).sum().backward()
    force = Pull(shared, rows, torch.device("cpu"), scale=2.0)(y.detach())
    assert y.grad is not None
    np.testing.assert_allclose(force.numpy(), -y.grad.numpy(), atol=1e-5)


def test_what_leaves_the_extent_is_pushed_back_and_what_is_inside_is_not():
    pull = Pull(plane(np.empty(0, np.int64)), np.arange(3), torch.device("cpu"), scale=1.0)
    y = torch.tensor([[[0.0, 5.0], [9.0, 0.0], [-9.0, -9.0]]]).repeat(N_STEPS, 1, 1)
    force = pull(y)
    assert force[:, 0].eq(0).all()
    assert force[:, 1, 0].lt(0).all()
    assert force[:, 1, 1].eq(0).all()
    assert force[:, 2].gt(0).all()


def test_the_plane_is_taken_as_large_as_the_layout():
    shared = plane(np.arange(10))
    pull = Pull(shared, np.arange(10), torch.device("cpu"))
    places = torch.from_numpy(shared.places) - torch.tensor([2.0, 1.0])
    assert pull.scale(5.0 * places) == pytest.approx(5.0, rel=1e-5)
    np.testing.assert_allclose(pull(5.0 * places * 0.5).numpy(), 0.0, atol=1e-5)


def test_a_layout_begins_at_the_places_and_new_samples_among_their_neighbours():
    x, _ = drifting_classes(n_steps=N_STEPS, n=N)
    known = np.arange(60)
    middles = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]], np.float32)
    places = np.stack([middles[known % 3]] * N_STEPS) + np.random.default_rng(0).normal(size=(N_STEPS, 60, 2)).astype(np.float32) * 0.1
    shared = SharedPlane(known, places, EXTENT, PullConfig())
    start = start_in(shared, dynamics_of(x), across=1.0)
    assert float(start.std()) == pytest.approx(1.0, rel=1e-4)
    relative = start[:, :60] / (torch.from_numpy(places) - torch.tensor([2.0, 1.0]))
    assert float(relative.std()) < 1e-3 * float(relative.mean())
    at = start[-1] / relative.mean() + torch.tensor([2.0, 1.0])
    nearest = torch.cdist(at[60:], torch.from_numpy(middles)).argmin(1).numpy()
    assert (nearest == np.arange(60, N) % 3).mean() > 0.9


def test_a_visualizer_brought_into_the_plane_maps_there_and_back_as_before():
    embedding = np.random.default_rng(0).normal(size=(N_STEPS, N, 2)).astype(np.float32) * 9
    weights = {"middle": np.array([0.5, 0.0], np.float32), "half": np.array([20.0, 30.0], np.float32), "grids": np.zeros(3)}
    fitted = Fitted(embedding, lambda x, _: x[:, :2], lambda z, _: z, None, weights, lambda z, _: z * 2)
    brought = brought_into(plane(np.arange(9)), fitted, 2.0)
    z = torch.tensor([[3.0, -1.0]])
    assert torch.equal(brought.encode(z, 0), torch.tensor([[3.5, 0.5]]))
    assert torch.equal(brought.decode(brought.encode(z, 0), 0), z)
    assert brought.logits is not None
    assert torch.equal(brought.logits(brought.encode(z, 0), 0), 2 * z)
    inside = (np.abs(embedding) < 12).all(2)
    np.testing.assert_allclose(brought.embedding[inside], embedding[inside] / 2 + [2, 1], atol=1e-5)
    assert brought.embedding[..., 0].min() >= -4
    assert brought.embedding[..., 1].max() <= 7
    square = (embedding - weights["middle"]) / weights["half"]  # where the decoder looks a position up
    again = (brought.embedding - brought.weights["middle"]) / brought.weights["half"]
    np.testing.assert_allclose(again[inside], square[inside], atol=1e-5)
