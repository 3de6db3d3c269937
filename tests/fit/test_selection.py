from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
import torch

from tb_timetravel.fit.selection import SelectionConfig, cover, intrinsic_dimension, select_over_time
from tests.fit.data import drifting_classes, dynamics_of


@pytest.mark.parametrize("dimension", [1, 2, 5])
def test_the_dimension_of_a_flat_cloud_is_recovered(dimension: int):
    generator = torch.Generator().manual_seed(0)
    inside = torch.rand(3000, dimension, generator=generator)
    turned = torch.linalg.qr(torch.randn(20, dimension, generator=generator)).Q
    assert intrinsic_dimension(inside @ turned.T) == pytest.approx(dimension, rel=0.1)


@pytest.mark.parametrize("x", [torch.zeros(9, 3), torch.rand(2, 3), torch.eye(4)])
def test_a_cloud_that_tells_nothing_has_dimension_one(x: torch.Tensor):
    assert intrinsic_dimension(x) == 1.0


def test_a_cover_leaves_nobody_beyond_its_radius():
    x = torch.rand(400, 2, generator=torch.Generator().manual_seed(0))
    chosen, radius = cover(x, torch.tensor([7, 3]), radius=0.15)
    apart = np.linalg.norm(x.numpy()[:, None] - x[chosen].numpy()[None], axis=2).min(1)
    assert radius == pytest.approx(apart.max(), rel=1e-4)
    assert radius <= 0.15
    assert chosen[:2].tolist() == [7, 3]
    assert 20 < len(chosen) < 80  # a square of side 1 needs more than 1 / (pi 0.15²) = 14 discs; greedy takes at most a few times as many


def test_a_cover_takes_the_farthest_first_and_no_more_than_allowed():
    x = torch.tensor([[0.0], [1.0], [10.0], [4.0]])
    chosen, radius = cover(x, torch.tensor([0]), n_more=2)
    assert chosen.tolist() == [0, 2, 3]
    assert radius == pytest.approx(1.0)
    assert cover(x, torch.arange(4))[0].tolist() == [0, 1, 2, 3]


def test_a_cover_of_many_takes_no_more_memory_than_one_of_few():
    program = (
        "import resource, torch; from tb_timetravel.fit.selection import cover; torch.set_num_threads(1);"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; x = torch.randn(1200, 256);"
        "cover(x, torch.arange(2), n_more=20); before = peak(); cover(x, torch.arange(2)); print(peak() - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100_000  # kB: all differences at once would be 1.2 GB


def test_each_step_extends_what_the_step_after_it_chose():
    dynamics = dynamics_of(drifting_classes(n_steps=4, n=200)[0], n_laid_out=150)
    lists = select_over_time(dynamics, range(4), SelectionConfig(n_initial=20, n_probe=20), seed=0)
    lengths = [len(samples) for samples in lists]
    assert lengths == sorted(lengths, reverse=True)
    assert 20 < lengths[-1] < 150
    for samples, after in pairwise(lists):
        assert samples[: len(after)].tolist() == after.tolist()
    assert max(int(samples.max()) for samples in lists) < 150
    again = select_over_time(dynamics, range(2), SelectionConfig(n_initial=20, n_probe=20), seed=0, chosen=lists[2])
    assert again[1][: len(lists[2])].tolist() == lists[2].tolist()
