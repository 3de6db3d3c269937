"""Runs of a model that predicts numbers, from log to disk and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData
from tb_timetravel.store import DynamicsReader, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

N, D = 12, 4
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, D)).astype(np.float32)
TARGET = np.where(np.arange(N) == 3, np.nan, np.arange(N) * 1.5)


def reader_of(path: Path) -> DynamicsReader:
    return DynamicsReader(probe_directory(str(path), "probe"))


def test_targets_become_the_first_columns_and_predictions_come_back_at_each_step(tmp_path: Path):
    film = TimeTravel(str(tmp_path), targets=TARGET, columns={"age": np.arange(N)})
    for step in (0, 2):
        film.log_arrays(step, X, predictions=np.full(N, step + 0.5))
    reader = reader_of(tmp_path)
    probe = reader.probe()
    assert (probe.n_targets, probe.n_columns, probe.n_classes, probe.has_logits) == (1, 2, 0, False)
    assert [info.name for info in reader.columns(probe)] == ["target", "age"]
    np.testing.assert_array_equal(reader.column(probe, 0).values, TARGET)
    found = [reader.read(probe, step).predictions for step in reader.steps()]
    assert [None if values is None else values.tolist() for values in found] == [[[0.5]] * N, [[2.5]] * N]


def test_several_targets_are_told_apart_by_number_or_by_the_names_given(tmp_path: Path):
    both = np.stack([TARGET, -TARGET], 1)
    TimeTravel(str(tmp_path / "array"), targets=both).log_arrays(0, X, predictions=np.ones((N, 2)))
    TimeTravel(str(tmp_path / "names"), targets={"width": TARGET, "height": -TARGET}).log_arrays(0, X, predictions=np.ones((N, 2)))
    for name, expected in (("array", ["target 1", "target 2"]), ("names", ["width", "height"])):
        reader = reader_of(tmp_path / name)
        assert [info.name for info in reader.columns(reader.probe())] == expected


def test_an_older_reader_sees_samples_without_labels_and_their_columns(tmp_path: Path):
    """Fields that it does not know are ignored: the version of the format stays what it was."""
    TimeTravel(str(tmp_path), targets=TARGET).log_arrays(0, X, predictions=np.zeros(N))
    root = tmp_path / "plugins" / "timetravel" / "probe"
    probe = msgspec.json.decode((root / "probe.json").read_bytes())
    assert probe["format_version"] == 1
    del probe["n_targets"]
    (root / "probe.json").write_bytes(msgspec.json.encode(probe))
    reader = reader_of(tmp_path)
    read = reader.read(reader.probe(), reader.steps()[0])
    assert (read.predictions, read.logits) == (None, None)
    np.testing.assert_array_equal(reader.column(reader.probe(), 0).values, TARGET)


@pytest.mark.parametrize(
    ("facts", "step", "words"),
    [
        ({}, {"predictions": np.zeros(N)}, "expected targets beside predictions"),
        ({"targets": TARGET}, {}, "expected predictions of the 1 targets at step 0, got none"),
        ({"targets": TARGET}, {"predictions": np.zeros((N, 2))}, "expected predictions of 1 targets at step 0, got 2"),
        ({"targets": TARGET}, {"predictions": np.zeros(N - 1)}, f"expected predictions of {N} samples"),
        ({"targets": TARGET}, {"predictions": np.full(N, np.nan)}, "expected finite predictions"),
        (
            {"targets": TARGET},
            {"predictions": np.zeros(N), "logits": np.zeros((N, 3))},
            "expected logits or predictions at step 0, got both",
        ),
        ({"targets": TARGET[:-1]}, {"predictions": np.zeros(N)}, "expected column 'target' of 12 samples"),
        ({"targets": TARGET, "columns": {"target": TARGET}}, {"predictions": np.zeros(N)}, "'target' twice"),
    ],
)
def test_what_does_not_fit_together_is_refused_before_anything_is_written(
    tmp_path: Path, facts: dict[str, Any], step: dict[str, Any], words: str
):
    with pytest.raises(InvalidData, match=words):
        TimeTravel(str(tmp_path / "run"), **facts).log_arrays(0, X, **step)
    assert not (tmp_path / "run" / "plugins").exists()


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (np.full(N, np.inf), "finite targets"),
        (["a"] * N, "targets as numbers"),
        (np.zeros((N, 2, 2)), "targets as numbers"),
        ({"city": ["Rome"] * N}, "words in 'city'"),
        ({}, "got none"),
    ],
)
def test_targets_are_numbers(tmp_path: Path, targets: object, words: str):
    with pytest.raises(InvalidData, match=words):
        TimeTravel(str(tmp_path / "run"), targets=targets)  # type: ignore[arg-type]


def test_a_step_without_predictions_is_refused_later_on_too(tmp_path: Path):
    film = TimeTravel(str(tmp_path), targets=TARGET)
    film.log_arrays(0, X, predictions=np.zeros(N))
    with pytest.raises(InvalidData, match="expected predictions of 1 targets as at the first step, got 0 at step 1"):
        film.log_arrays(1, X)


def test_a_step_that_is_logged_again_leaves_no_predictions_behind(tmp_path: Path):
    film = TimeTravel(str(tmp_path), targets=TARGET)
    for value in (0.0, 1.0):
        film.log_arrays(0, X, predictions=np.full(N, value))
    assert len(list(tmp_path.rglob("*.predictions.npy"))) == 1


@pytest.mark.parametrize("n_targets", [1, 2])
def test_a_model_is_watched_at_its_head_whose_outputs_are_predictions(tmp_path: Path, n_targets: int):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(D, 6), nn.ReLU(), nn.Linear(6, n_targets))
    y = torch.randn(N, n_targets).squeeze(1)
    data = {"train": TensorDataset(torch.tensor(X[:8]), y[:8]), "test": TensorDataset(torch.tensor(X[8:]), y[8:])}
    TimeTravel(str(tmp_path), model, head=model[2], data=data, task="regression").log(3)
    reader = reader_of(tmp_path)
    probe = reader.probe()
    read = reader.read(probe, reader.steps()[0])
    assert read.predictions is not None
    assert read.head is None
    with torch.no_grad():
        hidden = model[:2](torch.tensor(X))
        np.testing.assert_allclose(read.representations, hidden, rtol=1e-5)
        np.testing.assert_allclose(read.predictions, model[2](hidden), rtol=1e-5)
    logged = np.stack([np.asarray(reader.column(probe, at).values) for at in range(n_targets)], 1)
    np.testing.assert_array_equal(logged, y.reshape(N, n_targets).double())


def test_data_without_targets_is_predicted_all_the_same(tmp_path: Path):
    model = nn.Sequential(nn.Linear(D, 6), nn.ReLU(), nn.Linear(6, 1))
    TimeTravel(str(tmp_path), model, head=model[2], data=[torch.tensor(row) for row in X], task="regression").log(0)
    reader = reader_of(tmp_path)
    assert np.isnan(np.asarray(reader.column(reader.probe(), 0).values)).all()


def test_targets_that_change_between_steps_are_refused(tmp_path: Path):
    model = nn.Sequential(nn.Linear(D, 6), nn.Linear(6, 1))
    y = torch.randn(N)
    film = TimeTravel(str(tmp_path), model, head=model[1], data=TensorDataset(torch.tensor(X), y), task="regression")
    film.log(0)
    y += 1
    with pytest.raises(InvalidData, match="expected the same targets in the same order"):
        film.log(1)


def test_a_task_that_nobody_knows_is_refused(tmp_path: Path):
    with pytest.raises(InvalidData, match="expected task as one of classification, regression, got 'ranking'"):
        TimeTravel(str(tmp_path), task="ranking")  # type: ignore[arg-type]
