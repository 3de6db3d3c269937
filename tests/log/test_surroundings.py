"""A pass in another thread finds what the training's thread has around it, and leaves the training what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from tb_timetravel import TimeTravel
from tests.log.beside import assert_alike, both
from tests.log.subjects import Net, make_data, make_net

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

# where it is not expected, no pass runs in the training's thread
pytestmark = pytest.mark.filterwarnings("error:steps are written in the background")


def test_the_training_keeps_its_gradients_under_autocast(tmp_path: Path):
    net, data = make_net(), make_data()
    film = TimeTravel(tmp_path, net, head="fc", data=data, background=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for step in range(3):
            film.log(step)
            net.zero_grad()
            net(data.tensors[0]).float().sum().backward()
            film.flush()
            net(data.tensors[0]).float().sum().backward()
            assert all(parameter.grad is not None for parameter in net.parameters())


class Threads(Net):
    seen: tuple[int, ...] = ()

    def forward(self, x: Tensor) -> Tensor:
        Threads.seen += (torch.get_num_threads(),)
        return super().forward(x)


def test_sums_are_made_of_as_many_parts_as_in_the_trainings_thread(tmp_path: Path):
    before = torch.get_num_threads()
    film = TimeTravel(tmp_path, Threads(), head="fc", data=make_data(), background=True)
    try:
        for step, n in enumerate((1, 2, 1)):
            torch.set_num_threads(n)
            film.log(step)
            film.flush()
            assert torch.get_num_threads() == n
    finally:
        torch.set_num_threads(before)
    assert Threads.seen[-2:] == (2, 1)


def test_a_step_may_be_logged_where_gradients_can_never_be_taken(tmp_path: Path):
    net = make_net()
    at_once, aside = both(tmp_path, net, make_data())
    for step in range(3):
        with torch.inference_mode(step == 1):
            at_once.log(step)
            aside.log(step)
    aside.flush()
    assert_alike(tmp_path, [0, 1, 2])
