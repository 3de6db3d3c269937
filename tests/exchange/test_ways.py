"""The ways of samples through the steps, against what plain loops give."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr
from sklearn.neighbors import NearestNeighbors

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.exchange.evaluation import film_eval
from tb_timetravel.exchange.ways import ways_eval
from tb_timetravel.store import DynamicsReader, FilmStore, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

    from tb_timetravel.schema import Film

N, N_TEST, STEPS = 60, 20, tuple(range(0, 24, 2))


def open_film(logdir: Path) -> tuple[DynamicsReader, FilmStore, Film]:
    directory = probe_directory(str(logdir), "probe")
    films = FilmStore(directory)
    return DynamicsReader(directory), films, next(film for film in films.films() if film.method == "pca")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples that walk at random, of which shared PCA keeps a part."""
    logdir = tmp_path_factory.mktemp("runs") / "walks"
    walks = np.random.default_rng(0).normal(size=(len(STEPS), N, 4)).cumsum(0).astype(np.float32)
    film = TimeTravel(str(logdir), labels=np.arange(N) % 2, splits=["train"] * (N - N_TEST) + ["test"] * N_TEST)
    for step, x in zip(STEPS, walks, strict=True):
        film.log_arrays(step, x)
    assert main(["fit", str(logdir), "--method", "pca", "--device", "cpu"]) == 0
    return logdir


def split_of(run: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    reader, films, film = open_film(run)
    probe = reader.probe()
    rows = slice(0, N - N_TEST) if split == "train" else slice(N - N_TEST, N)
    x = np.stack([np.asarray(reader.read(probe, step).representations, np.float64)[rows] for step in reader.steps()])
    z = np.stack([np.asarray(films.embedding(film.film, step, N), np.float64)[rows] for step in STEPS])
    return x, z


@pytest.mark.parametrize("split", ["train", "test"])
def test_near_steps_are_counted_as_a_loop_counts_them(run: Path, split: str):
    x, z = split_of(run, split)
    table = ways_eval(*open_film(run), split)
    for e, step in enumerate(STEPS):
        others = [t for t in range(len(STEPS)) if t != e]
        far = [np.linalg.norm(points[others] - points[e], axis=2).T for points in (x, z)]
        near = [np.argsort(values, axis=1)[:, :5] for values in far]
        kept = np.mean([len(set(a) & set(b)) for a, b in zip(*near, strict=True)])
        assert table["tnn"][str(step)] == {"5": pytest.approx(kept, abs=0.03)}
    assert 25 / (len(STEPS) - 1) < np.mean([value["5"] for value in table["tnn"].values()]) < 5  # type: ignore[index]


def test_ranking_within_a_third_of_the_training_knows_no_other_steps(run: Path):
    x, z = split_of(run, "train")
    table = ways_eval(*open_film(run), "train")
    for e, step in enumerate(STEPS[:4]):
        others = [t for t in range(4) if t != e]
        of_samples = [
            spearmanr(*(np.linalg.norm(points[others, i] - points[e, i], axis=1) for points in (x, z)))[0] for i in range(N - N_TEST)
        ]
        assert table["tlr"][str(step)] == pytest.approx(np.mean(of_samples), abs=0.02)


def test_who_keeps_their_neighbors_is_compared_with_who_rests(run: Path):
    x, z = split_of(run, "train")
    k = 15
    near = [NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False) for points in x]
    kept = np.array([[len(set(a) & set(b)) / k for a, b in zip(*pair, strict=True)] for pair in itertools.pairwise(near)])
    moved = np.linalg.norm(z[1:] - z[:-1], axis=2)
    expected = np.mean([pearsonr(kept[:, i], moved[:, i])[0] for i in range(N - N_TEST)])
    assert ways_eval(*open_film(run), "train")["temporal_mean"] == {"15": pytest.approx(expected, abs=0.02)}


def test_they_stand_under_the_keys_of_the_time_travelling_visualizer(run: Path):
    table = film_eval(*open_film(run), ways=True)
    assert {"tnn_train", "tnn_test", "wtr_train", "wtr_test", "tlr_train", "tlr_test", "temporal_train_mean", "temporal_test_mean"} <= set(
        table
    )
    assert list(table["wtr_train"]) == [str(step) for step in STEPS]
    assert list(table["temporal_test_mean"]) == ["9"]  # 20 samples, of which 9 are fewer than half


def test_a_film_of_one_step_has_no_ways(tmp_path: Path):
    TimeTravel(str(tmp_path), labels=np.arange(30) % 2).log_arrays(0, np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32))
    assert main(["fit", str(tmp_path), "--method", "pca", "--device", "cpu"]) == 0
    (name,) = open_film(tmp_path)[0].probe().split_names
    assert ways_eval(*open_film(tmp_path), name) == {}
