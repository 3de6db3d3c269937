"""The kernels of forces give what the loops on a CPU give."""

from __future__ import annotations

import pytest
import torch

from tb_timetravel.fit.descent import Descent, minimise
from tb_timetravel.fit.forces import forces_beside, forces_inside, mean_kernel
from tb_timetravel.fit.graph import symmetric_edges
from tb_timetravel.fit.layout import LayoutConfig, lay_out_beside
from tb_timetravel.fit.motion import Motion, add_ranking_force, coupling_force
from tests.kernels.device import DEVICE


def positions(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def neighborhood(m: int, n: int, k: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    weight = torch.rand(m, k, generator=generator)
    return torch.randint(0, n, (m, k), generator=generator), weight / weight.sum(1, keepdim=True)


def on_device(*tensors: torch.Tensor) -> list[torch.Tensor]:
    return [tensor.to(DEVICE) for tensor in tensors]


def test_samples_of_all_steps_are_attracted_and_repelled_as_step_by_step():
    from tb_timetravel.fit.forces import _join
    from tb_timetravel.kernels.forces import inside_steps

    n, y = 150, positions(4, 150, 2)
    graphs = {t: symmetric_edges(*neighborhood(n, n, 9, seed=t)) for t in (0, 1, 3)}
    negatives = torch.arange(0, n, 2)
    expected = forces_inside(graphs, torch.device("cpu"))(y, negatives, 3.0)
    found = inside_steps(
        *on_device(y), tuple(on_device(*_join(list(graphs.values())))), *on_device(torch.tensor([0, 1, 3]), negatives), strength=3.0
    )
    assert float(expected[0].abs().mean()) > 0.1
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-4, atol=1e-4)
    assert torch.equal(found[2].cpu(), torch.zeros(n, 2))


def test_a_single_step_and_a_single_negative_are_enough():
    from tb_timetravel.fit.forces import _join
    from tb_timetravel.kernels.forces import inside_steps

    y, graph = positions(1, 5, 2), symmetric_edges(*neighborhood(5, 5, 2))
    expected = forces_inside({0: graph}, torch.device("cpu"))(y, torch.tensor([3]), 1.0)
    found = inside_steps(*on_device(y), tuple(on_device(*_join([graph]))), *on_device(torch.tensor([0]), torch.tensor([3])), strength=1.0)
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-4, atol=1e-4)


def test_the_ranking_forces_of_some_references_are_added():
    from tb_timetravel.kernels.forces import add_ranking

    y, before = positions(7, 90, 2), positions(7, 90, 2, seed=1)
    ranks = (2 * positions(3, 7, 90, seed=2).argsort(1).argsort(1)).to(torch.int16)
    motion = Motion(y[1:, :, 0], y.mean(), [0, 1, 6], ranks)
    for chosen in (torch.tensor([0]), torch.tensor([2, 1])):
        expected, found = before.clone(), before.clone().to(DEVICE)
        add_ranking_force(expected, y, motion, chosen, scale=1.5)
        add_ranking(found, *on_device(y, motion.references_on_device, ranks, chosen), smoothing=0.03, scale=1.5)
        assert float((expected - before).abs().mean()) > 0.01
        torch.testing.assert_close(found.cpu(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("n_steps", [2, 5])
def test_the_coupling_force_is_added(n_steps: int):
    from tb_timetravel.kernels.forces import add_coupling

    y, before = positions(n_steps, 300, 2), positions(n_steps, 300, 2, seed=1)
    moved = positions(n_steps - 1, 300, seed=2).abs()
    moved[0, :5] = 0.0
    motion = Motion(moved, moved.median(), [], torch.empty(0, n_steps, 300))
    settings = {"spring": 0.5, "match": 0.05, "stiffness_limit": 100.0}
    expected = before + coupling_force(y, motion, **settings)
    found = before.clone().to(DEVICE)
    add_coupling(found, *on_device(y, motion.relative, motion.log_relative), **settings)
    assert float((expected - before).abs().mean()) > 0.1
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-4, atol=1e-4)


def test_positions_follow_a_force_as_by_torch():
    from tb_timetravel.kernels.forces import go

    pull, descent = positions(3, 50, 2, seed=1), Descent(n_iterations=12, learning_rate=0.5, averaged=0.3)
    expected = minimise(positions(3, 50, 2), lambda y, done: pull - y * (1.0 + done), descent, lambda _: None, lambda done: done)
    y, mean, square, total, force = on_device(positions(3, 50, 2), *torch.zeros(4, 3, 50, 2))
    for i in range(12):
        force.copy_(pull.to(DEVICE) - y * (1.0 + i / 12))
        go(y, mean, square, total, force, torch.tensor([*descent.rates(i), float(descent.counts(i))], device=DEVICE))
    torch.testing.assert_close(total.cpu() / sum(map(descent.counts, range(12))), expected, rtol=1e-4, atol=1e-4)
    assert float((expected - positions(3, 50, 2)).abs().mean()) > 0.5


def test_samples_beside_a_layout_feel_it_at_every_step():
    from tb_timetravel.kernels.forces import beside_steps

    layout, y = positions(3, 80, 2), positions(3, 11, 2, seed=1)
    neighbors = {t: neighborhood(11, 80, 6, seed=t) for t in (0, 2)}
    negatives = torch.arange(0, 80, 3)
    expected = forces_beside(layout, neighbors)(y, negatives)
    joined = [torch.stack(parts) for parts in zip(*neighbors.values(), strict=True)]
    constants = torch.stack([mean_kernel(layout[t]) for t in neighbors])
    found = beside_steps(*on_device(y, layout), tuple(on_device(*joined)), *on_device(torch.tensor([0, 2]), negatives, constants))
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-4, atol=1e-5)


def test_samples_settle_beside_a_layout_where_they_do_iteration_by_iteration():
    from tb_timetravel.fit.layout import _negatives_of_all
    from tb_timetravel.kernels.forces import settle_beside

    layout, config = 5.0 * positions(60, 2), LayoutConfig(n_iterations_others=20, n_negatives=24)
    index, weight = neighborhood(7, 60, 5)
    expected = lay_out_beside(layout, index, weight, config)
    start = (layout[index] * weight[..., None]).sum(1)
    descent = config.descent(20)
    rates, n_averaged = [descent.rates(i) for i in range(20)], sum(map(descent.counts, range(20)))
    found = settle_beside(*on_device(start, layout, index, weight, _negatives_of_all(60, config), mean_kernel(layout)), rates, n_averaged)
    assert float((expected - start).abs().mean()) > 0.1
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-3, atol=1e-3)
