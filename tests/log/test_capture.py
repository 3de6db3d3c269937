"""A pass through a real model: what it finds, and that it leaves nothing behind."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData
from tests.log.subjects import N_CLASSES, N_FEATURES, N_INPUTS, N_SAMPLES, Net, Rows, logged, make_data, make_net

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_the_representation_goes_into_the_head_and_the_logits_come_out(tmp_path: Path):
    net, data = make_net(), make_data()
    TimeTravel(tmp_path, net, head=net.fc, data=data).log(3)
    net.eval()
    with torch.no_grad():
        x = net.body(data.tensors[0])
        logits = net.fc(x)
    snapshot = logged(tmp_path).snapshot(3)
    np.testing.assert_allclose(snapshot.representations, x.numpy(), atol=1e-6)
    np.testing.assert_allclose(snapshot.logits, logits.numpy(), atol=1e-6)


def test_a_linear_head_is_stored_exactly(tmp_path: Path):
    net = make_net()
    TimeTravel(tmp_path, net, head="fc", data=make_data()).log(0)
    weight, bias = logged(tmp_path).snapshot(0).head or pytest.fail("no head")
    np.testing.assert_array_equal(weight, net.fc.weight.detach().numpy())
    np.testing.assert_array_equal(bias, net.fc.bias.detach().numpy())


def test_a_linear_head_without_bias_gets_zeros(tmp_path: Path):
    TimeTravel(tmp_path, make_net(nn.Linear(N_FEATURES, N_CLASSES, bias=False)), head="fc", data=make_data()).log(0)
    assert not (logged(tmp_path).snapshot(0).head or pytest.fail("no head"))[1].any()


def test_a_stack_of_linear_layers_collapses_to_one_map_that_makes_the_logits(tmp_path: Path):
    head = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(N_FEATURES, 6), nn.Sequential(nn.Identity(), nn.Linear(6, N_CLASSES)))
    TimeTravel(tmp_path, make_net(head), head="fc", data=make_data()).log(0)
    snapshot = logged(tmp_path).snapshot(0)
    weight, bias = snapshot.head or pytest.fail("no head")
    np.testing.assert_allclose(snapshot.representations @ weight.T + bias, snapshot.logits, atol=1e-5)


class Scaled(nn.Linear):
    """An adapter in the guise of a linear layer, at the beginning of its training."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * 1.001


def triple(_: nn.Module, __: object, output: Tensor) -> Tensor:
    return output * 3


@pytest.mark.parametrize(
    "head", [nn.Sequential(nn.Linear(N_FEATURES, 6), nn.ReLU(), nn.Linear(6, N_CLASSES)), Scaled(N_FEATURES, N_CLASSES), "hooked"]
)
def test_a_head_that_is_not_affine_is_logged_without_weights(tmp_path: Path, head: Any):
    if head == "hooked":
        head = nn.Linear(N_FEATURES, N_CLASSES)
        head.register_forward_hook(triple)
    TimeTravel(tmp_path, make_net(head), head="fc", data=make_data()).log(0)
    snapshot = logged(tmp_path).snapshot(0)
    assert snapshot.head is None
    assert snapshot.logits is not None


def test_a_single_logit_becomes_two_whose_softmax_is_its_sigmoid(tmp_path: Path):
    net = make_net(nn.Linear(N_FEATURES, 1))
    data = Rows([(x, (y % 2).float()) for x, y in make_data()])  # labels as a binary loss wants them
    TimeTravel(tmp_path, net, head="fc", data=data, class_names=["no", "yes"]).log(0)
    found = logged(tmp_path)
    snapshot = found.snapshot(0)
    weight, bias = snapshot.head or pytest.fail("no head")
    z = net.eval()(torch.stack([x for x, _ in data.items])).detach()
    np.testing.assert_allclose(torch.softmax(torch.tensor(snapshot.logits), 1)[:, 1], torch.sigmoid(z)[:, 0], atol=1e-6)
    np.testing.assert_allclose(snapshot.representations @ weight.T + bias, snapshot.logits, atol=1e-6)
    assert found.probe.class_names == ("no", "yes")
    assert found.labels.tolist() == [int(y) % 2 for _, y in make_data()]


class InPlace(Net):
    """Changes the head's input within it and its output after it."""

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.body[0](x)).zero_()


def test_what_is_changed_in_place_later_was_copied_before(tmp_path: Path):
    torch.manual_seed(0)
    net = InPlace(nn.Sequential(nn.ReLU(inplace=True), nn.Linear(N_FEATURES, N_CLASSES)))
    TimeTravel(tmp_path, net, head="fc", data=make_data()).log(0)
    snapshot = logged(tmp_path).snapshot(0)
    assert snapshot.representations.min() < 0
    assert snapshot.logits is not None
    assert snapshot.logits.any()


class Exploding(Net):
    """Fails in its second batch, after its head."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        assert torch.is_grad_enabled() == self.training
        logits = super().forward(x)
        torch.rand(3), random.random(), np.random.rand()  # noqa: NPY002  # what a dataset or a layer may do
        self.calls += 1
        if self.calls == 2:
            raise RuntimeError("out of luck")
        return logits


def traces(net: nn.Module) -> list[object]:
    """What a model and the world look like from outside."""
    return [
        [module.training for module in net.modules()],
        [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in net.modules()],
        [value.tolist() for value in net.state_dict().values()],
        [(p.requires_grad, None if p.grad is None else p.grad.tolist()) for p in net.parameters()],
        torch.get_rng_state().tolist(),
        random.getstate(),
        np.random.get_state()[1].tolist(),  # noqa: NPY002
        torch.is_grad_enabled(),
    ]


@pytest.mark.parametrize("kind", [Net, Exploding])
def test_a_pass_leaves_no_trace_even_when_the_model_fails_midway(tmp_path: Path, kind: type[Net]):
    torch.manual_seed(0)
    net = kind()
    net.train()
    net.body[1].eval()  # frozen, as in fine-tuning
    net.body[0].weight.requires_grad_(False)
    net(make_data().tensors[0]).sum().backward()
    film = TimeTravel(tmp_path, net, head="fc", data=torch.utils.data.DataLoader(make_data(), batch_size=8, shuffle=True))
    before = traces(net)
    if kind is Exploding:
        net.calls = 0
        with pytest.raises(RuntimeError, match="out of luck"):
            film.log(0)
    else:
        film.log(0)
    assert traces(net) == before


def test_a_failed_pass_writes_nothing_and_the_next_one_is_whole(tmp_path: Path):
    net = Exploding()
    film = TimeTravel(tmp_path, net, head="fc", data=torch.utils.data.DataLoader(make_data(), batch_size=8))
    with pytest.raises(RuntimeError, match="out of luck"):
        film.log(0)
    assert not list(tmp_path.rglob("*.json"))
    film.log(0)
    assert logged(tmp_path).steps == [0]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_under_autocast_float32_is_stored_and_the_training_keeps_its_gradients(tmp_path: Path, dtype: torch.dtype):
    net, data = make_net(), make_data()
    with torch.autocast("cpu", dtype=dtype):
        TimeTravel(tmp_path, net, head="fc", data=data).log(0)
        net(data.tensors[0]).float().sum().backward()  # autocast caches casted weights: those of the pass have no gradient
    snapshot = logged(tmp_path).snapshot(0)
    assert snapshot.representations.dtype == np.float32
    assert snapshot.head is not None
    assert all(parameter.grad is not None for parameter in net.parameters())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
def test_a_model_of_another_float_type_gets_its_inputs_in_that_type(tmp_path: Path, dtype: torch.dtype):
    TimeTravel(tmp_path, make_net().to(dtype), head="fc", data=make_data()).log(0)
    assert logged(tmp_path).snapshot(0).representations.dtype == np.float32


def test_a_compiled_model_is_watched_without_compiling(tmp_path: Path):
    compiled: list[object] = []

    def backend(graph: Any, _: object) -> Any:
        compiled.append(graph)
        return graph.forward

    wrapped = torch.compile(make_net(), backend=backend)
    in_place = make_net()
    in_place.compile(backend=backend)
    in_place(make_data().tensors[0])
    before = len(compiled)
    TimeTravel(tmp_path, wrapped, head=wrapped.fc, data=make_data()).log(0)
    TimeTravel(tmp_path, in_place, head="fc", data=make_data(), tag="in place").log(0)
    assert logged(tmp_path).steps == logged(tmp_path, "in place").steps == [0]
    assert before == len(compiled) > 0


def test_data_parallel_is_taken_off(tmp_path: Path):
    net = make_net()
    TimeTravel(tmp_path, nn.DataParallel(net), head=net.fc, data=make_data()).log(0)
    assert logged(tmp_path).probe.n_samples == N_SAMPLES


@pytest.fixture
def process_group(tmp_path: Path) -> Iterator[None]:
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/rendezvous", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


@pytest.mark.usefixtures("process_group")
def test_ddp_is_taken_off_so_that_no_rank_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    net = make_net()
    parallel = nn.parallel.DistributedDataParallel(net)
    monkeypatch.setattr(parallel, "forward", lambda *_: pytest.fail("a collective"))
    TimeTravel(tmp_path, parallel, head=net.fc, data=make_data()).log(0)
    assert logged(tmp_path).steps == [0]


@pytest.mark.usefixtures("process_group")
def test_other_ranks_do_nothing_and_need_no_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.distributed, "get_rank", lambda: 1)
    film = TimeTravel(None, make_net(), head="fc", data=make_data())
    film.log(0)
    film.log_arrays(0, np.zeros((2, 2)))
    assert [path.name for path in tmp_path.iterdir()] == ["rendezvous"]


class TwoInOneOut(nn.Module):
    """A head that gives more than logits."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x, x


class Sequences(Net):
    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.body(x)[:, None, :])


class Twice(Net):
    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.body(x)) + self.fc(self.body(x))


class Never(Net):
    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


class Tokens(Net):
    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.body(x).repeat(2, 1))


class Pair(Net):
    def __init__(self) -> None:
        super().__init__(TwoInOneOut())

    def forward(self, x: Tensor) -> Any:
        return self.fc(self.body(x))


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (Sequences, r"one vector per sample into the head.*\(20, 1, 8\).*after pooling"),
        (Twice, "ran 2 times"),
        (Never, "ran 0 times"),
        (Tokens, "40 in and 40 out for 20 labels"),
        (Pair, "expected logits out of the head.*got tuple"),
    ],
)
def test_a_head_that_is_not_one_vector_in_one_out_is_refused_with_a_sentence(tmp_path: Path, kind: type[Net], sentence: str):
    film = TimeTravel(tmp_path, kind(), head="fc", data=make_data())
    with pytest.raises(InvalidData, match=sentence):
        film.log(0)
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("fcc", "got 'fcc'; names near it are fc"),
        ("quite elsewhere", "names near it are"),
        ("", "names near it are"),
        (nn.Linear(1, 1), "a Linear that is not in it"),
        (3, "got int"),
    ],
)
def test_a_head_that_is_not_in_the_model_is_refused_with_a_sentence(tmp_path: Path, head: Any, sentence: str):
    with pytest.raises(InvalidData, match=sentence):
        TimeTravel(tmp_path, make_net(), head=head, data=make_data())


def test_what_is_no_model_is_refused_with_a_sentence(tmp_path: Path):
    with pytest.raises(InvalidData, match=r"torch\.nn\.Module, got function"):
        TimeTravel(tmp_path, make_data, head="fc", data=make_data())  # type: ignore[arg-type]


class FSDPNet(Net):
    """Named as torch names what it shards."""


def test_a_sharded_model_is_refused_with_a_sentence(tmp_path: Path):
    with pytest.raises(InvalidData, match="sharded by FSDP"):
        TimeTravel(tmp_path, FSDPNet(), head="fc", data=make_data())


def test_a_diverged_model_is_refused_and_earlier_steps_stay(tmp_path: Path):
    net = make_net()
    film = TimeTravel(tmp_path, net, head="fc", data=make_data())
    film.log(0)
    with torch.no_grad():
        net.fc.bias[1] = torch.nan
    with pytest.raises(InvalidData, match="finite logits at step 1, got NaN or infinity in 20 of 20 rows, first in row 0"):
        film.log(1)
    assert logged(tmp_path).steps == [0]


def test_the_pass_costs_no_more_python_per_sample_after_the_first_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    calls = []
    monkeypatch.setattr("tb_timetravel.log.batches.MediaCollector.add", lambda *_: calls.append(1))
    film = TimeTravel(tmp_path, make_net(), head="fc", data=make_data())
    film.log(0)
    assert calls == [1]  # one batch
    film.log(1)
    assert calls == [1]


def test_inputs_that_a_model_takes_apart_are_handed_over_in_full(tmp_path: Path):
    class Sum(Net):
        def forward(self, left: Tensor, right: Tensor) -> Tensor:
            return super().forward(left + right)

    x, y = make_data().tensors
    torch.manual_seed(0)
    net = Sum()
    TimeTravel(tmp_path, net, head="fc", data=Rows([((a, a), b) for a, b in zip(x, y, strict=True)])).log(0)
    with torch.no_grad():
        expected = net.eval().body(2 * x)
    np.testing.assert_allclose(logged(tmp_path).snapshot(0).representations, expected, atol=1e-5)
    assert x.shape[1] == N_INPUTS
