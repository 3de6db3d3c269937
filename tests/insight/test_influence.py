"""Influence from a log, against gradients that torch takes, numbers worked out by hand, and captum on a model with checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight import influence, influence_scores, sample_columns, self_influence
from tb_timetravel.insight.influence import head_errors
from tb_timetravel.store import open_reader, probe_directory
from tests.insight.runs import N_TRAIN, log_noisy_run

if TYPE_CHECKING:
    from pathlib import Path

    from tb_timetravel.store import ProbeReader

N, D, C, STEPS = 12, 5, 3, (0, 3, 7)
LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1, -1, 2, 0, 1])
SPLITS = ["train"] * 9 + ["test"] * 3


@pytest.fixture(scope="module")
def arrays() -> dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Give representations, weight and bias of each step."""
    rng = np.random.default_rng(0)
    return {step: tuple(rng.normal(size=size).astype(np.float32) for size in ((N, D), (C, D), C)) for step in STEPS}  # type: ignore[misc]


@pytest.fixture(scope="module")
def reader(arrays: dict[int, tuple[np.ndarray, ...]], tmp_path_factory: pytest.TempPathFactory) -> ProbeReader:
    directory = tmp_path_factory.mktemp("influence")
    film = TimeTravel(str(directory), labels=LABELS, splits=SPLITS, class_names=["cat", "dog", "cow"])
    for step, (x, weight, bias) in arrays.items():
        film.log_arrays(step, x, head=(weight, bias))
    return open_reader(probe_directory(str(directory), "probe"))


def gradient(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, target: int) -> np.ndarray:
    """Take the gradient of a sample's cross entropy by the head's parameters, by automatic differentiation in double precision."""
    w, b = (torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in (weight, bias))
    logits = torch.tensor(x, dtype=torch.float64) @ w.T + b
    cross_entropy(logits[None], torch.tensor([target])).backward()
    return torch.cat([w.grad.ravel(), b.grad]).numpy()


def by_gradients(arrays: dict[int, tuple[np.ndarray, ...]], sample: int, target: int, rates: dict[int, float]) -> np.ndarray:
    scores = np.where(LABELS >= 0, 0.0, np.nan)
    for step, rate in rates.items():
        x, weight, bias = arrays[step]
        own = gradient(x[sample], weight, bias, target)
        others = np.array([gradient(row, weight, bias, max(label, 0)) for row, label in zip(x, LABELS, strict=True)])
        scores += rate * others @ own
    return scores


@pytest.mark.parametrize("block", [2**20, 20])
def test_scores_are_products_of_the_gradients_that_torch_takes(
    block: int, reader: ProbeReader, arrays: dict[int, tuple[np.ndarray, ...]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tb_timetravel.insight.measures._BLOCK", block)
    scores = influence_scores(reader, [0, 10])
    for row, sample in zip(scores, (0, 10), strict=True):
        np.testing.assert_allclose(row, by_gradients(arrays, sample, LABELS[sample], dict.fromkeys(STEPS, 1.0)), rtol=1e-5, atol=1e-7)


def test_learning_rates_a_class_and_the_last_step_that_counts_are_heeded(reader: ProbeReader, arrays: dict[int, tuple[np.ndarray, ...]]):
    rates = {0: 0.5, 3: 0.125}
    (scores,) = influence_scores(reader, [8], target="cow", until=3, learning_rates=rates)
    np.testing.assert_allclose(scores, by_gradients(arrays, 8, 2, rates), rtol=1e-5, atol=1e-7)


def test_a_prediction_is_that_of_the_last_step_that_counts(reader: ProbeReader, arrays: dict[int, tuple[np.ndarray, ...]]):
    for until in STEPS:
        x, weight, bias = arrays[until]
        found = influence(reader, range(N), target="prediction", until=until)
        assert [one.target for one in found] == (x @ weight.T + bias).argmax(1).tolist()


def test_self_influence_is_the_squared_length_of_own_gradients(reader: ProbeReader, arrays: dict[int, tuple[np.ndarray, ...]]):
    expected = [by_gradients(arrays, i, LABELS[i], dict.fromkeys(STEPS, 1.0))[i] if LABELS[i] >= 0 else np.nan for i in range(N)]
    np.testing.assert_allclose(self_influence(reader), expected, rtol=1e-5)
    np.testing.assert_array_equal(sample_columns(reader)["self_influence"], self_influence(reader))


def test_helpers_and_harmers_are_of_the_training_split_strongest_first_without_the_sample(reader: ProbeReader):
    (scores,), (found,) = influence_scores(reader, [4]), influence(reader, [4], top=3)
    others = [i for i in range(8) if i != 4]  # 8 has no label
    best = sorted(others, key=lambda i: -scores[i])
    assert found.helpers.tolist() == [i for i in best if scores[i] > 0][:3]
    assert found.harmers.tolist() == [i for i in reversed(best) if scores[i] < 0][:3]
    np.testing.assert_array_equal(found.helper_scores, scores[found.helpers])
    np.testing.assert_array_equal(found.harmer_scores, scores[found.harmers])
    assert (found.sample, found.target) == (4, 1)


def test_three_samples_worked_out_by_hand(tmp_path: Path):
    # p = (1/2, 1/2) throughout, so p - y is (-1/2, 1/2) for class 0 and (1/2, -1/2) for class 1: products are ±1/2
    film = TimeTravel(str(tmp_path), labels=np.array([0, 0, 1]))
    film.log_arrays(0, np.array([[1, 0], [2, 1], [0, 3]], np.float32), np.zeros((3, 2), np.float32))
    reader = open_reader(probe_directory(str(tmp_path), "probe"))
    np.testing.assert_allclose(influence_scores(reader, [1]), [[0.5 * (2 + 1), 0.5 * (5 + 1), -0.5 * (3 + 1)]], rtol=1e-12)
    np.testing.assert_allclose(self_influence(reader), [0.5 * 2, 0.5 * 6, 0.5 * 10])
    (found,) = influence(reader, [1])
    assert (found.helpers.tolist(), found.harmers.tolist()) == ([0], [2])


def test_a_sample_without_a_label_has_no_influence_but_its_prediction_has(reader: ProbeReader):
    assert np.isnan(influence_scores(reader, [8])).all()
    (found,) = influence(reader, [8])
    assert (found.target, len(found.helpers), len(found.harmers)) == (-1, 0, 0)
    assert len(influence(reader, [8], target="prediction")[0].helpers)


def test_confident_predictions_keep_their_digits():
    errors = head_errors(np.array([[30.0, 0.0], [800.0, -800.0]], np.float32), np.array([0, 1]))
    np.testing.assert_allclose(errors[0], [-np.exp(-30), np.exp(-30)], rtol=1e-2)
    np.testing.assert_allclose(errors[1], [1, -1])


def test_wrong_labels_have_a_large_self_influence(tmp_path: Path):
    directory, wrong = log_noisy_run(tmp_path)
    order = np.argsort(-self_influence(open_reader(directory))[:N_TRAIN])
    assert np.isin(order[: len(wrong)], wrong).mean() >= 0.8


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"samples": []}, InvalidData, "got 0"),
        ({"samples": [N]}, NotFound, "from 0 to 11, got 12"),
        ({"samples": [-1]}, NotFound, "got -1"),
        ({"samples": [0], "target": "horse"}, NotFound, "cat, dog, cow"),
        ({"samples": [0], "target": 3}, NotFound, "got 3"),
        ({"samples": [0], "until": 4}, NotFound, "from 0 to 7, got 4"),
        ({"samples": [0], "top": 0}, InvalidData, "top from 1 up"),
        ({"samples": [0], "learning_rates": {0: 1.0, 3: 1.0}}, InvalidData, "step 7"),
        ({"samples": [0], "learning_rates": {0: 1.0, 3: -1.0, 7: 1.0}}, InvalidData, "-1.0 of step 3"),
    ],
)
def test_what_means_nothing_is_refused_in_a_sentence(reader: ProbeReader, asked: dict, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        influence(reader, **asked)


def test_a_log_of_representations_alone_says_what_it_lacks(tmp_path: Path):
    directory, _ = log_noisy_run(tmp_path, with_logits=False)
    with pytest.raises(NotFound, match="log the model's head or its logits"):
        influence(open_reader(directory), [0])
    with pytest.raises(NotFound, match="log the model's head or its logits"):
        self_influence(open_reader(directory))
    assert "self_influence" not in sample_columns(open_reader(directory))


class AndOne(nn.Module):
    """Appends a one, whose weights are the bias."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, x.new_ones(len(x), 1)], 1)


@pytest.mark.parametrize("by", ["TracInCP", "TracInCPFast"])
def test_captum_scores_the_same_through_the_checkpoints_of_a_model(by: str, tmp_path: Path):
    captum = pytest.importorskip("captum.influence", reason="captum is an independent implementation: pip install captum")
    from sklearn.datasets import load_digits
    from torch.utils.data import TensorDataset

    digits = load_digits()
    x, y = torch.tensor(digits.data[:150] / 16, dtype=torch.float32), torch.tensor(digits.target[:150])
    torch.manual_seed(0)
    # the fast one passes over the bias, so there it is a weight
    head = [nn.Linear(16, 10)] if by == "TracInCP" else [AndOne(), nn.Linear(17, 10, bias=False)]
    model = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), *head)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    film, checkpoints = TimeTravel(str(tmp_path / "run"), labels=y.numpy()), []
    for step in range(3):
        for _ in range(5):
            optimizer.zero_grad()
            cross_entropy(model(x[:120]), y[:120]).backward()
            optimizer.step()
        with torch.no_grad():
            film.log_arrays(step, model[:2](x).numpy(), model(x).numpy())
        checkpoints.append(str(tmp_path / f"{step}.pt"))
        torch.save(model.state_dict(), checkpoints[-1])

    def load(net: nn.Module, path: str) -> float:
        net.load_state_dict(torch.load(path))
        return 1.0  # the learning rate

    own = {"layers": ["2"], "sample_wise_grads_per_batch": True} if by == "TracInCP" else {"final_fc_layer": model[-1]}
    theirs = getattr(captum, by)(
        model=model,
        train_dataset=TensorDataset(x, y),
        checkpoints=checkpoints,
        checkpoints_load_func=load,
        loss_fn=nn.CrossEntropyLoss(reduction="sum"),
        batch_size=50,
        **own,
    )
    reader = open_reader(probe_directory(str(tmp_path / "run"), "probe"))
    expected = theirs.influence((x[120:124], y[120:124])).numpy()
    np.testing.assert_allclose(influence_scores(reader, [120, 121, 122, 123]), expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())
    np.testing.assert_allclose(self_influence(reader), theirs.self_influence().numpy(), rtol=1e-4, atol=1e-4)
