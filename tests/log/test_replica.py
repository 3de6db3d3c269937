"""Where a copy cannot stand for the model, its pass runs in the training's thread, and why is told once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn

from tests.log.beside import Augmented, assert_alike, both, train_on_numbers
from tests.log.subjects import Net, make_data, make_net

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAIN = threading.main_thread()
# where it is not expected, no pass runs in the training's thread
pytestmark = pytest.mark.filterwarnings("error:steps are written in the background")


def hooked(net: Net) -> None:
    net.body.register_forward_hook(lambda _, __, output: output * 2)


def closed_over(net: Net) -> None:
    body = net.body
    net.body.forward = lambda x: body[0](x)  # type: ignore[method-assign]


def locked(net: Net) -> None:
    net.lock = threading.Lock()  # type: ignore[assignment]


def compiled(net: Net) -> None:
    net.body[0] = torch.compile(net.body[0], backend="eager")


def scripted(net: Net) -> None:
    net.body[0] = torch.jit.script(net.body[0])


def spread(net: Net) -> None:
    net.body[0] = nn.DataParallel(net.body[0])


class Noise(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.rand_like(x)


def noisy(net: Net) -> None:
    net.body.append(Noise())


class OnlyHere(nn.Module):
    """Works in the one model that it knows."""

    def __init__(self, known: list[int]) -> None:
        super().__init__()
        self.known = known
        known.append(id(self))

    def forward(self, x: Tensor) -> Tensor:
        if id(self) not in self.known:
            raise RuntimeError("never seen")
        return x


def particular(net: Net) -> None:
    net.body.append(OnlyHere([]))


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (hooked, r"its part 'body' has a hook \(hooked\.<locals>\.<lambda>\), which may reach into the training"),
        (closed_over, "a copy of it still reads the weights of the model itself"),
        (locked, r"it cannot be copied \(TypeError: cannot pickle '_thread\.lock' object\)"),
        (compiled, r"its part 'body\.0' is compiled"),
        (scripted, r"its part 'body\.0' is TorchScript"),
        (spread, r"its part 'body\.0' is spread over devices \(DataParallel\)"),
        (noisy, "its forward pass draws random numbers"),
        (particular, r"a copy of it fails \(RuntimeError: never seen\)"),
    ],
)
def test_where_a_copy_cannot_stand_for_the_model_the_training_waits_and_is_told_why_once(
    tmp_path: Path, change: Callable[[Net], None], why: str
):
    net = make_net()
    change(net)
    at_once, aside = both(tmp_path, net, make_data())
    with pytest.warns(UserWarning, match=f"the training waits for the network's pass over the samples, because {why}") as told:
        aside.log(0)
    assert [warning.filename for warning in told if "waits" in str(warning.message)] == [__file__]
    at_once.log(0)
    for step in (1, 2):
        train_on_numbers(net)
        aside.log(step)
        at_once.log(step)
    aside.flush()
    assert_alike(tmp_path, [0, 1, 2])


def test_a_hook_that_comes_later_has_the_training_wait_from_then_on(tmp_path: Path):
    net = make_net()
    at_once, aside = both(tmp_path, net, make_data())
    for step in range(2):
        at_once.log(step)
        aside.log(step)
    hooked(net)
    with pytest.warns(UserWarning, match="has a hook"):
        aside.log(2)
    aside.log(3)
    at_once.log(2)
    at_once.log(3)
    aside.flush()
    assert_alike(tmp_path, [0, 1, 2, 3])


def test_random_data_that_is_too_large_to_keep_is_loaded_while_the_training_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tb_timetravel.log.kept.MOST_KEPT_BYTES", 300)
    data = Augmented(list(make_data()))
    at_once, aside = both(tmp_path, make_net(), data)
    with pytest.warns(UserWarning, match="loading its data draws random numbers.*num_workers=1"):
        aside.log(0)
    aside.log(1)
    at_once.log(0)
    at_once.log(1)
    aside.flush()
    assert_alike(tmp_path, [0, 1])
    assert set(data.threads) == {MAIN}
