from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from tb_timetravel.errors import FitError
from tb_timetravel.fidelity import spatial_fidelity
from tb_timetravel.fit.graph import Edges, neighbors_outside, step_graph
from tb_timetravel.fit.layout import LayoutConfig, lay_out, lay_out_others
from tb_timetravel.fit.motion import read_motion
from tests.fit.data import drifting_classes, dynamics_of

if TYPE_CHECKING:
    import numpy as np

N = 90


def graphs(x: np.ndarray, n: int = N) -> dict[int, Edges]:
    return {t: step_graph(torch.from_numpy(step[:n]), None, n_neighbors=10, perplexity=6.0, across=1.0, seed=0) for t, step in enumerate(x)}


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return drifting_classes(n_steps=4, n=N)[0]


def start(x: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(x[:, :, :2] / x[:, :, :2].std()).clone()


def test_a_seed_gives_one_layout(x: np.ndarray):
    motion, config = read_motion(dynamics_of(x), torch.arange(N)), LayoutConfig(n_iterations=40)
    first, second = (lay_out(start(x), graphs(x), motion, config, lambda _: None) for _ in range(2))
    assert torch.equal(first, second)


def test_nan_stops_a_layout_with_the_step_it_began_at(x: np.ndarray):
    broken = start(x)
    broken[2] = torch.nan
    config = LayoutConfig(n_iterations=40, spring=0.0, match=0.0, ranking=0.0)
    with pytest.raises(FitError, match="diverged at iteration 0, first at logged step number 3"):
        lay_out(broken, graphs(x), read_motion(dynamics_of(x), torch.arange(N)), config, lambda _: None)


def test_the_terms_between_steps_bring_motion_in_line_with_the_model(x: np.ndarray):
    motion = read_motion(dynamics_of(x), torch.arange(N))
    free, tied = (
        lay_out(start(x), graphs(x), motion, LayoutConfig(n_iterations=150, spring=s, match=s, ranking=s), lambda _: None)
        for s in (0.0, 1.0)
    )
    moved = [(y[1:] - y[:-1]).norm(dim=2).mean() for y in (free, tied)]
    assert float(moved[1]) < 0.6 * float(moved[0])


def test_samples_placed_beside_a_layout_find_their_neighbours_and_change_nothing(x: np.ndarray):
    inside, outside = torch.arange(70), torch.arange(70, N)
    dynamics, config = dynamics_of(x, n_laid_out=70), LayoutConfig(n_iterations=150)
    layout = lay_out(start(x)[:, :70], graphs(x, 70), read_motion(dynamics, inside), config, lambda _: None)
    before = layout.clone()
    neighbors = {
        t: neighbors_outside(torch.from_numpy(step), None, inside, outside, n_neighbors=10, perplexity=6.0, across=1.0)
        for t, step in enumerate(x)
    }
    placed = lay_out_others(layout, neighbors, read_motion(dynamics, outside), config, lambda _: None)
    assert torch.equal(layout, before)
    both = torch.cat([layout, placed], 1)
    kept = spatial_fidelity(torch.from_numpy(x[-1]), both[-1], n_neighbors=8).neighborhood_preservation[70:].mean()
    dealt = spatial_fidelity(torch.from_numpy(x[-1]), torch.cat([layout, placed.flip(1)], 1)[-1], n_neighbors=8)
    assert float(kept) > 2.0 * float(dealt.neighborhood_preservation[70:].mean())
