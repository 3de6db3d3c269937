"""Accuracy and fidelity as JSON of the Time-Travelling Visualizer's keys, and as scalars that a real TensorBoard shows."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from torch.utils.tensorboard import SummaryWriter

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.exchange.evaluation import film_eval
from tb_timetravel.store import DynamicsReader, FilmStore, probe_directory
from tests.tensorboard_process import running_tensorboard

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tb_timetravel.schema import Film

N, N_TRAIN, STEPS, K = 90, 70, (1, 2, 3, 4, 7), 15


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a scalar of its own, fitted by PCA: three classes that part, some labels wrong."""
    logdir = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(0)
    labels = np.arange(N) % 3
    centers, noise = rng.normal(size=(3, 6)), rng.normal(size=(N, 6))
    writer = SummaryWriter(str(logdir / "mine"))
    splits = ["train" if row < N_TRAIN else "test" for row in range(N)]
    film = TimeTravel(writer, labels=[*labels[:-1], None], splits=splits)
    for step in STEPS:
        writer.add_scalar("loss", 1.0 / step, step)
        x = (noise + centers[labels] * step / 2).astype(np.float32)
        weight, bias = centers.astype(np.float32), (-step / 4 * (centers**2).sum(1)).astype(np.float32)
        film.log_arrays(step, x, x @ weight.T + bias, head=(weight, bias))
    writer.close()
    assert main(["fit", str(logdir), "--method", "pca", "--device", "cpu"]) == 0
    return logdir


@pytest.fixture
def logdir(fitted: Path, tmp_path: Path) -> Path:
    shutil.copytree(fitted, tmp_path / "runs")
    return tmp_path / "runs"


def open_run(logdir: Path) -> tuple[DynamicsReader, FilmStore, Film]:
    directory = probe_directory(str(logdir / "mine"), "probe")
    films = FilmStore(directory)
    return DynamicsReader(directory), films, next(film for film in films.films() if film.method == "pca")


def read_eval(logdir: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((logdir / "mine/plugins/timetravel/probe" / f"{name}_eval.json").read_text())
    return content


def test_accuracy_is_the_share_of_predictions_equal_to_the_label(logdir: Path):
    assert main(["evaluate", str(logdir)]) == 0
    table = read_eval(logdir, "subject_model")
    assert list(table) == ["train_acc", "test_acc"]
    reader, _, _ = open_run(logdir)
    probe = reader.probe()
    labels = reader.labels(probe)
    for step in reader.steps():
        right = reader.logits(probe, step).argmax(1) == labels
        assert table["train_acc"][str(step.step)] == pytest.approx(np.mean(right[:N_TRAIN]))
        assert table["test_acc"][str(step.step)] == pytest.approx(np.mean(right[N_TRAIN:-1]))  # the last has no label
    assert 0.5 < table["train_acc"]["1"] < table["train_acc"]["7"] <= 1.0


def test_kept_neighbors_are_a_count_without_the_sample_itself(logdir: Path):
    assert main(["evaluate", str(logdir)]) == 0
    table = read_eval(logdir, "pca")
    reader, films, film = open_run(logdir)
    probe = reader.probe()
    for number, step in enumerate(reader.steps()):
        x, z = reader.read(probe, step).representations[:N_TRAIN], films.embedding(film.film, step.step, N)[:N_TRAIN]
        near_x, near_z = (NearestNeighbors(n_neighbors=K).fit(points).kneighbors(return_distance=False) for points in (x, z))
        kept = np.mean([len(set(a) & set(b)) for a, b in zip(near_x, near_z, strict=True)])
        assert table["nn_train"][str(STEPS[number])] == {"15": pytest.approx(kept, abs=0.05)}


def test_fewer_neighbors_are_named_where_the_split_is_small(logdir: Path):
    assert main(["evaluate", str(logdir)]) == 0
    assert list(read_eval(logdir, "pca")["nn_test"]["1"]) == [str((N - N_TRAIN - 1) // 2)]


def test_errors_are_the_samples_drawn_in_foreign_territory(logdir: Path):
    assert main(["evaluate", str(logdir)]) == 0
    table = read_eval(logdir, "pca")
    for split, n in (("train", N_TRAIN), ("test", N - N_TRAIN)):
        for step in map(str, STEPS):
            assert table[f"vis_error_{split}"][step] == round(n * (1 - table[f"ppr_{split}"][step]))
    assert sum(table["vis_error_train"].values()) > 0


def test_a_films_other_keys_are_its_measures(logdir: Path):
    assert main(["evaluate", str(logdir)]) == 0
    table = read_eval(logdir, "pca")
    _, _, film = open_run(logdir)
    for step in film.steps:
        assert table["train_acc"][str(step.step)] == step.accuracy["train"]
        assert table["tr_train"][str(step.step)] == step.fidelity["temporal_ranking"]["train"]
        share = step.fidelity["boundary_preservation"]["train"]
        assert share is not None
        assert table["b_train"][str(step.step)] == {"15": pytest.approx(15 * share)}


def test_distances_from_what_is_decoded_are_those_of_another_pca(logdir: Path):
    assert main(["evaluate", str(logdir)]) == 0
    table, (reader, _, _) = read_eval(logdir, "pca"), open_run(logdir)
    x = np.stack([reader.read(reader.probe(), step).representations for step in reader.steps()])
    other = PCA(2).fit(np.concatenate(x[:, :N_TRAIN]))  # the training split of all steps is laid out, the other beside it
    for number, step in enumerate(map(str, STEPS)):
        apart = np.linalg.norm(x[number] - other.inverse_transform(other.transform(x[number])), axis=1)
        assert table["ppr_dist_train"][step] == pytest.approx(apart[:N_TRAIN].mean(), rel=1e-4)
        assert table["ppr_dist_test"][step] == pytest.approx(apart[N_TRAIN:].mean(), rel=1e-4)


def test_keys_that_are_not_defined_are_left_out(fitted: Path):
    reader, films, film = open_run(fitted)
    chance = {"boundary_preservation": {"train": 0.4, "test": 0.4}}
    metrics = tuple(replace(info, chance=chance.get(info.metric, info.chance)) for info in film.metrics)
    bare = replace(film, metrics=metrics, steps=tuple(replace(step, accuracy={}) for step in film.steps))
    table = film_eval(reader, films, bare, ways=True)
    assert {"train_acc", "b_train", "b_test"}.isdisjoint(table)
    assert "nn_train" in table


def test_without_logits_there_is_no_accuracy(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rng = np.random.default_rng(0)
    film = TimeTravel(str(tmp_path / "x"), labels=np.arange(40) % 2, splits=["train"] * 40)
    for step in range(2):
        film.log_arrays(step, rng.normal(size=(40, 3)))
    assert main(["evaluate", str(tmp_path)]) == 1
    assert "expected logits in" in capsys.readouterr().err
    assert main(["fit", str(tmp_path), "--method", "pca", "--device", "cpu"]) == 0
    assert main(["evaluate", str(tmp_path)]) == 0  # the film has measures all the same
    directory = tmp_path / "x/plugins/timetravel/probe"
    assert not (directory / "subject_model_eval.json").exists()
    assert list(json.loads((directory / "pca_eval.json").read_text())) == ["nn_train", "ppr_dist_train"]


@pytest.mark.parametrize("load_fast", ["true", "false"])
def test_a_real_tensorboard_shows_each_scalar_once_beside_the_users_own(logdir: Path, tmp_path: Path, load_fast: str):
    for _ in range(2):
        assert main(["evaluate", str(logdir), "--scalars"]) == 0
    assert len(list((logdir / "mine").glob("*tfevents*"))) == 2
    late = SummaryWriter(str(logdir / "mine"), filename_suffix=".late")
    with running_tensorboard("--logdir", str(logdir), "--load_fast", load_fast, output=tmp_path / "output") as tensorboard:

        def points(tag: str, enough: Callable[[list[Any]], bool] = bool) -> list[list[float]]:
            deadline = time.monotonic() + 30
            while True:
                tags = tensorboard.json("/data/plugin/scalars/tags").get("mine", {})
                if tag in tags:
                    found: list[list[float]] = tensorboard.json(f"/data/plugin/scalars/scalars?{urlencode({'run': 'mine', 'tag': tag})}")
                    if enough(found):
                        return found
                assert time.monotonic() < deadline, tags
                time.sleep(0.1)

        table, film = read_eval(logdir, "subject_model"), open_run(logdir)[2]
        accuracy = points("timetravel/accuracy/train")
        assert [step for _, step, _ in accuracy] == list(STEPS)
        assert [value for _, _, value in accuracy] == pytest.approx(list(table["train_acc"].values()))
        kept = [step.fidelity["neighborhood_preservation"]["test"] for step in film.steps]
        assert [value for _, _, value in points("timetravel/pca/neighborhood_preservation/test")] == pytest.approx(kept)
        assert len(points("loss")) == len(STEPS)
        late.add_scalar("loss", 0.0, 99)  # the training goes on
        late.flush()
        assert main(["evaluate", str(logdir), "--scalars"]) == 0
        points("loss", lambda found: found[-1][1] == 99)
        late.add_scalar("loss", 0.0, 100)
        late.flush()
        points("loss", lambda found: found[-1][1] == 100)
        assert len(points("timetravel/accuracy/train")) == len(STEPS)
    late.close()
