"""Errors and scores of a model that predicts numbers, against scikit-learn; and a film of one, fitted and served."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.pipeline.values import Regression, span
from tb_timetravel.serve import payloads
from tb_timetravel.serve.sample_values import columns_of, pack_column
from tb_timetravel.store import FilmStore, probe_directory
from tb_timetravel.store.columns import number_column

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tb_timetravel.schema import Film

N = 60
RNG = np.random.default_rng(1)
TARGETS = RNG.normal(size=(N, 2)) * [1.0, 50.0] + [0.0, 200.0]
SPLITS = {"train": np.arange(0, 40), "test": np.arange(40, N)}


def regression(targets: NDArray[np.float64], *steps: NDArray[np.float64], taken: tuple[str, ...] = ()) -> Regression:
    columns = [number_column(f"t{at}", np.ascontiguousarray(values)) for at, values in enumerate(targets.T)]
    return Regression(columns, [step.astype(np.float32) for step in steps], SPLITS, taken)


@pytest.mark.parametrize("m", [1, 2])
def test_scores_are_those_of_scikit_learn(m: int):
    targets = TARGETS[:, :m]
    guess = targets + RNG.normal(size=(N, m)) * targets.std(0) * 0.5
    scores = regression(targets, guess).scores(0)
    units = np.ones(1) if m == 1 else targets.std(0)
    for name, rows in SPLITS.items():
        assert scores["r2"][name] == pytest.approx(r2_score(targets[rows], guess[rows]), abs=1e-5)
        expected = mean_absolute_error(targets[rows] / units, guess[rows] / units)
        assert scores["mean_absolute_error"][name] == pytest.approx(expected, abs=1e-5)


def test_perfect_predictions_score_one_and_the_best_constant_scores_chance():
    targets = TARGETS[:, 1:]
    train = SPLITS["train"]
    answers = regression(targets, targets, np.full((N, 1), np.median(targets[train])), np.full((N, 1), targets[train].mean()))
    assert answers.scores(0)["mean_absolute_error"]["train"] == pytest.approx(0.0, abs=1e-4)
    assert answers.scores(0)["r2"]["train"] == pytest.approx(1.0, abs=1e-6)
    chance = {info.metric: info.chance["train"] for info in answers.metrics}
    assert answers.scores(1)["mean_absolute_error"]["train"] == pytest.approx(chance["mean_absolute_error"], rel=1e-5)
    assert answers.scores(2)["r2"]["train"] == pytest.approx(chance["r2"], abs=1e-6)


def test_a_sample_without_a_target_has_no_error_and_counts_for_nothing():
    targets = TARGETS[:, :1].copy()
    guess = targets + 1.0
    targets[0], guess[0] = np.nan, 1e6
    answers = regression(targets, guess)
    assert np.isnan(answers.values(0)[0, 1])
    assert answers.values(0)[1, 1] == pytest.approx(1.0, abs=1e-5)
    assert answers.scores(0)["mean_absolute_error"]["train"] == pytest.approx(1.0, abs=1e-5)


def test_targets_that_are_all_the_same_or_missing_have_no_share_of_variance():
    assert regression(np.ones((N, 1)), np.zeros((N, 1))).scores(0)["r2"] == {"train": None, "test": None}
    nothing = regression(np.full((N, 1), np.nan), np.zeros((N, 1)))
    assert nothing.scores(0) == {"mean_absolute_error": dict.fromkeys(SPLITS), "r2": dict.fromkeys(SPLITS)}
    assert [(info.low, info.high) for info in nothing.infos] == [(0.0, 1.0), (0.0, 1.0)]


def test_predictions_have_the_scale_of_their_target_and_errors_one_of_the_later_steps():
    targets = TARGETS[:, 1:]
    infos = regression(targets, targets + 1000.0, targets + 10.0).infos
    assert [info.value for info in infos] == ["prediction", "error"]
    assert (infos[0].low, infos[0].high) == (targets.min(), targets.max())
    assert (infos[1].low, infos[1].high) == (0.0, pytest.approx(10.5, abs=0.6))


def test_values_of_several_targets_are_named_after_them_and_give_way_to_columns():
    infos = regression(TARGETS, TARGETS, taken=("t0", "t1", "error")).infos
    assert [info.value for info in infos] == ["prediction of t0", "prediction of t1", "error (2)", "error of t0", "error of t1"]


def test_a_scale_leaves_a_few_far_values_out():
    values = np.concatenate([np.linspace(0, 1, 999), [1e6]])
    assert span(values)[1] < 1.01
    assert span(np.linspace(0, 1, 100)) == (0.0, 1.0)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Film, list[NDArray[np.float64]]]:
    logdir: Path = tmp_path_factory.mktemp("numbers")
    x = RNG.normal(size=(N, 8))
    target = x[:, 0] * 10
    film = TimeTravel(str(logdir / "run"), targets=target, splits=["train"] * 40 + ["test"] * 20)
    guesses = [target * share for share in (0.0, 0.5, 0.9)]
    for step, guess in enumerate(guesses):
        film.log_arrays(step * 5, x + step, predictions=guess)
    assert main(["fit", str(logdir), "--method", "pca", "--device", "cpu"]) == 0
    directory = probe_directory(str(logdir / "run"), "probe")
    played = next(one for one in FilmStore(directory).films() if not one.is_preview)
    return directory, played, [target, *guesses]


def test_a_film_of_numbers_has_no_territory_and_tells_predictions_and_errors(fitted: tuple[str, Film, list[NDArray[np.float64]]]):
    directory, film, (target, *guesses) = fitted
    assert film.territory.source == "none"
    assert film.grid_resolution == 0
    assert columns_of(directory, film.film)[-2:] == ("prediction", "error")
    for step, guess in zip(film.steps, guesses, strict=True):
        expected = {"prediction": guess, "error": np.abs(guess - target)}
        for info in film.values:
            content = pack_column(directory, film.film, step=step.step, version=step.frame, column=info.value)
            assert struct.unpack_from("<4sIff", content) == (b"TTV2", N, pytest.approx(info.low), pytest.approx(info.high))
            np.testing.assert_allclose(np.frombuffer(content, "<f4", offset=16), expected[info.value], rtol=1e-5, atol=1e-5)
    r2 = [step.scores["r2"]["train"] for step in film.steps]
    assert r2[0] is not None and r2[2] is not None and r2[0] < 0.01 and r2[2] == pytest.approx(0.99, abs=0.01)  # noqa: PT018


def test_a_sample_is_followed_by_its_numbers(fitted: tuple[str, Film, list[NDArray[np.float64]]]):
    directory, film, (_, *guesses) = fitted
    told = payloads.history(directory, film.film, 7)
    assert told["steps"] == [0, 5, 10]
    assert told["values"]["prediction"] == pytest.approx([guess[7] for guess in guesses], rel=1e-5)
    assert told["prediction"] == [None] * 3
