"""Passes beside the training: bit for bit what a pass in its thread finds, and nothing of the training is touched or waited for."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData
from tests.log.beside import Augmented, assert_alike, both, train_on_numbers
from tests.log.subjects import N_CLASSES, N_FEATURES, N_INPUTS, Net, Rows, logged, make_data, make_net
from tests.log.test_capture import traces

if TYPE_CHECKING:
    from pathlib import Path

MAIN = threading.main_thread()
# where it is not expected, no pass runs in the training's thread
pytestmark = pytest.mark.filterwarnings("error:steps are written in the background")


class Attentive(nn.Module):
    """Attention and batch norm over pictures, a recurrent layer, and features that are kept with their history."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.5))
        self.attention = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2, enable_nested_tensor=False)
        self.recurrent = nn.LSTM(8, 6, batch_first=True)
        self.fc = nn.Linear(6, N_CLASSES)
        self.features: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        x = self.attention(self.first(x).flatten(2).transpose(1, 2))
        x = self.recurrent(x)[0][:, -1]
        self.features = [x]
        return self.fc(x)


def pictures(n: int = 30) -> TensorDataset:
    generator = torch.Generator().manual_seed(1)
    return TensorDataset(torch.randn(n, 1, 6, 6, generator=generator), torch.arange(n) % N_CLASSES)


def train(model: nn.Module, data: TensorDataset) -> None:
    """Take a few steps of a training that draws random numbers."""
    optimizer = torch.optim.Adam(model.parameters(), 0.05)
    model.train()
    x, y = data.tensors
    for _ in range(3):
        at = torch.randperm(len(x))[:10]
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[at]).float(), y[at]).backward()
        optimizer.step()


@pytest.mark.parametrize("autocast", [False, True])
@pytest.mark.parametrize("kind", ["pictures", "rows"])
def test_every_step_is_bit_for_bit_what_a_pass_in_the_trainings_thread_logs(tmp_path: Path, kind: str, autocast: bool):
    torch.manual_seed(0)
    model, data = (Attentive(), pictures()) if kind == "pictures" else (Net(), make_data())
    at_once, aside = both(tmp_path, model, {"train": DataLoader(data, batch_size=8, shuffle=True), "test": data})
    for step in range(4):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
            at_once.log(step)
            aside.log(step)
            train(model, data)  # at once, while the pass may be running
    aside.flush()
    assert_alike(tmp_path, [0, 1, 2, 3])


def test_predictions_of_numbers_and_half_precision_on_disk_are_the_same_too(tmp_path: Path):
    net, rows = make_net(nn.Linear(N_FEATURES, 1)), [(x, y / 3) for x, y in make_data()]
    at_once, aside = both(tmp_path, net, Rows(rows), task="regression", dtype="float16")
    for step in range(3):
        at_once.log(step)
        aside.log(step)
        train_on_numbers(net)
    aside.flush()
    assert_alike(tmp_path, [0, 1, 2])


def test_data_is_loaded_once_and_random_augmentations_are_those_of_every_other_pass(tmp_path: Path):
    net, data = make_net(), Augmented(list(make_data()))
    at_once, aside = both(tmp_path, net, data)
    aside.log(0)
    n_loads = len(data.threads)
    before = torch.get_rng_state()
    for step in (1, 2):
        train_on_numbers(net)
        aside.log(step)
        aside.flush()
        assert len(data.threads) == n_loads
        at_once.log(step)
        n_loads = len(data.threads)
    at_once.log(0)  # written again, with other weights: only random states are looked at here
    assert torch.equal(torch.get_rng_state(), before)
    aside.log(0)
    aside.flush()
    assert_alike(tmp_path, [0, 1, 2])


class InPlace(Net):
    """Changes its inputs in place."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.mul_(2))


def test_a_model_that_changes_its_inputs_gets_them_anew_at_every_step(tmp_path: Path):
    torch.manual_seed(0)
    net = InPlace()
    at_once, aside = both(tmp_path, net, make_data())
    for step in range(3):
        at_once.log(step)
        aside.log(step)
    aside.flush()
    assert_alike(tmp_path, [0, 1, 2])


@pytest.mark.parametrize("n_workers", [0, 1])
def test_data_too_large_to_keep_is_loaded_at_every_step_beside_the_training(
    tmp_path: Path, n_workers: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tb_timetravel.log.kept.MOST_KEPT_BYTES", 300)
    net = make_net()
    data: Any = Augmented(list(make_data())) if n_workers else make_data()  # workers have generators of their own
    loaders = {name: DataLoader(data, batch_size=8, num_workers=n_workers) for name in ("train", "test")}
    at_once, aside = both(tmp_path, net, loaders)
    for step in range(3):
        at_once.log(step)
        before = traces(net)
        aside.log(step)
        assert traces(net) == before
        train_on_numbers(net)
    aside.flush()
    assert_alike(tmp_path, [0, 1, 2])


class Waiting(Net):
    """A pass in another thread waits until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = [Gate()]

    def forward(self, x: Tensor) -> Tensor:
        if threading.current_thread() is not MAIN:
            self.gate[0].pass_through()
        return super().forward(x)


class Gate:
    """The same for every copy."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    def __deepcopy__(self, _: object) -> Gate:
        return self

    def pass_through(self) -> None:
        self.reached.set()
        assert self.open.wait(30)


def test_the_training_goes_on_while_the_pass_runs_and_changes_nothing_of_it(tmp_path: Path):
    torch.manual_seed(0)
    net = Waiting()
    at_once, aside = both(tmp_path, net, make_data())
    for step in range(2):
        at_once.log(step)
        before = traces(net)
        aside.log(step)
        assert traces(net) == before
    assert net.gate[0].reached.wait(30)
    assert traces(net) == before  # while the pass runs, too
    train(net, make_data())
    for tensor in net.state_dict().values():
        tensor.zero_()
    net.gate[0].open.set()
    aside.flush()
    assert_alike(tmp_path, [0, 1])


def test_there_is_one_copy_so_the_next_step_waits_until_its_pass_is_over(tmp_path: Path):
    net = Waiting()
    film = TimeTravel(tmp_path, net, head="fc", data=make_data(), background=True)
    film.log(0)
    film.log(1)
    assert net.gate[0].reached.wait(30)
    second = threading.Thread(target=film.log, args=(2,))
    second.start()
    second.join(0.3)
    assert second.is_alive()
    net.gate[0].open.set()
    second.join(30)
    film.flush()
    assert logged(tmp_path).steps == [0, 1, 2]


class Scheduled(Net):
    """Depends on more than its parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.schedule = {"temperature": 1.0}
        self.shift = torch.zeros(1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.body(x) * self.schedule["temperature"] + self.shift)


def test_attributes_and_exchanged_layers_are_those_of_the_step(tmp_path: Path):
    torch.manual_seed(0)
    net = Scheduled()
    at_once, aside = both(tmp_path, net, make_data())
    for step in range(4):
        at_once.log(step)
        aside.log(step)
        net.schedule["temperature"] *= 0.5
        net.shift += 1
        if step == 1:
            net.body = nn.Sequential(nn.Linear(N_INPUTS, 4), nn.Tanh(), nn.Linear(4, N_FEATURES))
    aside.flush()
    assert_alike(tmp_path, [0, 1, 2, 3])


def test_arrays_are_copied_into_those_of_the_copy_before(tmp_path: Path):
    net = make_net()
    film = TimeTravel(tmp_path, net, head="fc", data=make_data(), background=True)
    places = []
    for step in range(3):
        film.log(step)
        film.flush()
        replica = film._aside._replica.model  # type: ignore[union-attr]
        places.append([value.data_ptr() for value in replica.state_dict().values()])
        assert not any(parameter.requires_grad for parameter in replica.parameters())
    assert places[0] == places[1] == places[2]
    assert not set(places[0]) & {value.data_ptr() for value in net.state_dict().values()}


def test_what_a_pass_raises_is_raised_by_the_next_call_and_later_steps_are_logged(tmp_path: Path):
    net = make_net()
    film = TimeTravel(tmp_path, net, head="fc", data=make_data(), background=True)
    film.log(0)
    with torch.no_grad():
        net.fc.bias[1] = torch.nan
    film.log(1)
    with pytest.raises(InvalidData, match="finite logits at step 1"):
        film.flush()
    with torch.no_grad():
        net.fc.bias[1] = 0.0
    film.log(2)
    film.flush()
    assert logged(tmp_path).steps == [0, 2]


def test_a_failed_first_pass_raises_what_the_model_raises_and_the_next_one_is_whole(tmp_path: Path):
    class Hesitant(Net):
        ready = False

        def forward(self, x: Tensor) -> Tensor:
            if not Hesitant.ready:
                raise RuntimeError("out of luck")
            return super().forward(x)

    film = TimeTravel(tmp_path, Hesitant(), head="fc", data=make_data(), background=True)
    with pytest.raises(RuntimeError, match="out of luck"):
        film.log(0)
    assert not list(tmp_path.rglob("*.json"))
    Hesitant.ready = True
    film.log(0)
    film.log(1)
    film.flush()
    assert logged(tmp_path).steps == [0, 1]


def test_steps_of_a_model_and_arrays_are_written_in_the_order_of_their_calls(tmp_path: Path):
    net = make_net()
    film = TimeTravel(tmp_path, net, head="fc", data=make_data(), background=True)
    for step in range(3):
        film.log(step)
    x = np.full((20, N_FEATURES), 7.0)
    film.log_arrays(2, x, np.zeros((20, N_CLASSES)))  # replaces the step
    film.flush()
    np.testing.assert_array_equal(logged(tmp_path).snapshot(2).representations, x)


PROCESS = """
import sys, time, torch, threading
from tb_timetravel import TimeTravel
from tests.log.beside import Augmented, assert_alike, both, train_on_numbers
from tests.log.subjects import Net, make_data

class Slow(Net):
    def forward(self, x):
        if threading.current_thread() is not threading.main_thread() and self.fc.bias.sum() > 100:
            sys.stdout.write("running\\n")
            sys.stdout.flush()
            time.sleep(float(sys.argv[2]))
        return super().forward(x)

net = Slow()
film = TimeTravel(sys.argv[1], net, head="fc", data=make_data(), background=True)
film.log(0)
film.log(1)
film.flush()
torch.nn.init.constant_(net.fc.bias, 100.0)
film.log(2)
"""


@pytest.mark.parametrize("killed", [False, True])
def test_a_process_that_ends_finishes_its_pass_and_one_that_is_killed_loses_no_earlier_step(tmp_path: Path, killed: bool):
    process = subprocess.Popen([sys.executable, "-c", PROCESS, str(tmp_path), "60" if killed else "0.5"], stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"running\n"
        if killed:
            process.send_signal(signal.SIGKILL)
        process.wait(60)
    assert logged(tmp_path).steps == ([0, 1] if killed else [0, 1, 2])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("autocast", [False, True])
def test_on_a_gpu_the_pass_takes_the_weights_of_its_call_beside_queued_work(
    tmp_path: Path, autocast: bool, kept: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tb_timetravel.log.kept.MOST_KEPT_BYTES", 2**28 if kept else 300)
    torch.manual_seed(0)
    model, data = Attentive().cuda(), pictures(300)
    at_once, aside = both(tmp_path, model, {"train": DataLoader(data, batch_size=64, pin_memory=True), "test": data})
    work = torch.rand(4096, 4096, device="cuda")
    for step in range(4):
        with torch.autocast("cuda", dtype=torch.bfloat16, enabled=autocast):
            at_once.log(step)
            weights = [parameter.detach().clone() for parameter in model.parameters()]
            with torch.no_grad():
                torch._foreach_zero_([*model.parameters()])
                for _ in range(50):
                    work = torch.softmax(work @ work, 1)
                torch._foreach_copy_([*model.parameters()], weights)  # the last entry of a long queue
            aside.log(step)
            train(model, TensorDataset(*(tensor.cuda() for tensor in data.tensors)))
        assert torch.cuda.current_stream() == torch.cuda.default_stream()
    aside.flush()
    assert_alike(tmp_path, [0, 1, 2, 3])
