from __future__ import annotations

import pytest
import torch

from tb_timetravel.fit.boundary import boundary_samples

N_CLASSES = 4


@pytest.fixture
def data() -> torch.Tensor:
    return torch.randn(400, 6, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def weight() -> torch.Tensor:
    return torch.randn(N_CLASSES, 6, generator=torch.Generator().manual_seed(1))


def test_they_lie_on_the_hyperplanes_of_a_linear_head(data: torch.Tensor, weight: torch.Tensor):
    found = boundary_samples(data, (data @ weight.T).argmax(1), lambda x: x @ weight.T, n_boundary=150, seed=0)
    top, of = (found @ weight.T).topk(2, 1)
    away = (top[:, 0] - top[:, 1]) / (weight[of[:, 0]] - weight[of[:, 1]]).norm(dim=1)  # distance to the hyperplane between the two
    assert found.shape == (150, 6)
    assert float(away.max()) < 1e-4
    assert found.unique(dim=0).shape == found.shape


def test_they_lie_between_samples_that_are_close(data: torch.Tensor, weight: torch.Tensor):
    found = boundary_samples(data, (data @ weight.T).argmax(1), lambda x: x @ weight.T, n_boundary=150, seed=0)
    midpoints = (data + data[torch.randperm(400, generator=torch.Generator().manual_seed(2))]) / 2.0
    assert torch.cdist(found, data).amin(1).mean() < 0.6 * torch.cdist(midpoints, data).amin(1).mean()


def test_every_pair_of_neighbouring_classes_gets_its_share_however_rare_it_is():
    # three discs that all touch, one with a twentieth of the samples
    generator = torch.Generator().manual_seed(0)
    angles = torch.tensor([0.0, 2.1, 4.2])
    centers = torch.stack([angles.cos(), angles.sin()], 1) * 2.0
    labels = torch.repeat_interleave(torch.arange(3), torch.tensor([475, 475, 50]))
    x = centers[labels] + 0.8 * torch.randn(1000, 2, generator=generator)

    def head(points: torch.Tensor) -> torch.Tensor:
        return points @ centers.T

    found = boundary_samples(x, head(x).argmax(1), head, n_boundary=90, seed=0)
    beside = head(found).topk(2, 1).indices.sort(1).values
    counts = (beside[:, 0] * 3 + beside[:, 1]).unique(return_counts=True)[1]
    assert len(counts) == 3
    assert int(counts.min()) >= 20


def test_classes_far_apart_give_boundary_samples_too():
    x = torch.cat([torch.randn(100, 3, generator=torch.Generator().manual_seed(i)) + 50.0 * i for i in (0, 1)])
    found = boundary_samples(
        x, torch.arange(2).repeat_interleave(100), lambda p: torch.stack([75.0 - p.sum(1), p.sum(1) - 75.0], 1), n_boundary=40, seed=0
    )
    assert len(found) == 40
    torch.testing.assert_close(found.sum(1), torch.full((40,), 75.0), atol=1e-3, rtol=0)


def test_the_seed_decides(data: torch.Tensor, weight: torch.Tensor):
    predictions = (data @ weight.T).argmax(1)
    first, again, other = (boundary_samples(data, predictions, lambda x: x @ weight.T, n_boundary=50, seed=s) for s in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_one_class_alone_has_no_boundary(data: torch.Tensor):
    nothing = boundary_samples(data, torch.zeros(400, dtype=torch.long), lambda x: x[:, :1], n_boundary=50, seed=0)
    assert nothing.shape == (0, 6)


def test_a_head_that_sees_one_class_at_both_ends_is_not_taken_for_a_boundary(data: torch.Tensor):
    def always_first(x: torch.Tensor) -> torch.Tensor:
        return torch.stack([x[:, 0].abs(), torch.zeros(len(x))], 1)  # however small its margin is in places

    found = boundary_samples(data, torch.arange(400) % 2, always_first, n_boundary=50, seed=0)
    assert found.shape == (0, 6)


def test_a_jump_of_the_head_is_not_a_boundary(data: torch.Tensor):
    def jump(x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.one_hot((x[:, 0] > 0).long(), 2).float()

    assert len(boundary_samples(data, jump(data).argmax(1), jump, n_boundary=50, seed=0)) == 0
