"""What is near in another run, against a copy of a run that is turned, moved and scaled, and against chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight import near, near_across, near_across_time
from tb_timetravel.insight.near_across import build_bridge
from tb_timetravel.store import open_reader, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

    from tb_timetravel.store import ProbeReader

N, D = 300, 7


def log(directory: Path, steps: dict[int, np.ndarray], ids: np.ndarray) -> ProbeReader:
    film = TimeTravel(str(directory), ids=ids)
    for step, x in steps.items():
        film.log_arrays(step, x.astype(np.float32))
    return open_reader(probe_directory(str(directory), "probe"))


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(N, D)) * np.linspace(1, 3, D) + 5


@pytest.fixture(scope="module")
def one(x: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> ProbeReader:
    return log(tmp_path_factory.mktemp("across") / "one", {0: x, 10: x[::-1]}, np.arange(N))


@pytest.fixture(scope="module", params=[D, D + 4])
def turned(request: pytest.FixtureRequest, x: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> ProbeReader:
    """A copy in another order, turned into as many or more dimensions, moved, and three times as large."""
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(request.param, D)))[0].T
    directory = tmp_path_factory.mktemp("across") / "turned"
    return log(directory, {0: (3 * x @ turn - 2)[::-1], 9: (3 * x[::-1] @ turn - 2)[::-1]}, np.arange(N)[::-1])


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("as_one", [False, True])
def test_of_a_copy_that_is_turned_moved_and_scaled_the_nearest_are_those_within_the_run(
    metric: str, as_one: bool, one: ProbeReader, turned: ProbeReader, x: np.ndarray
):
    samples = [3, 17, 200]
    found = near_across(one, turned, samples, 0, 0, 9, metric=metric, as_one=as_one)
    centered = x - x.mean(0) if metric == "cosine" else x
    points = centered / np.linalg.norm(centered, axis=1, keepdims=True) if metric == "cosine" else centered
    queries = points[samples].mean(0, keepdims=True) if as_one else points[samples]
    if metric == "cosine":
        queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
        anchors = 240 / N  # the middle is that of the anchors, which is near that of all
        assert found.n_anchors >= anchors * N - 3
    expected = np.argsort(np.linalg.norm(points - queries[:, None], axis=2), axis=1)[:, :9]
    shared = [len(set(N - 1 - row) & set(right)) for row, right in zip(found.positions, expected, strict=True)]
    if metric == "euclidean":
        assert (N - 1 - found.positions).tolist() == expected.tolist()
    else:
        assert min(shared) >= 7
    assert found.own.tolist() == ([-1] if as_one else [1, 1, 1])
    assert found.recall == 1.0
    assert found.recall_by_chance == pytest.approx(9 / (found.n_anchors + (N if as_one else N - 3) // 5), abs=1e-9)


def test_distances_are_in_units_of_the_other_run_and_the_nearest_is_oneself(one: ProbeReader, turned: ProbeReader):
    found = near_across(one, turned, [5], 0, 0, 4)
    within = near(one, [5], 0, 3)
    assert found.distances[0, 0] == pytest.approx(0, abs=1e-4)
    np.testing.assert_allclose(found.distances[0, 1:], 3 * within.distances[0], rtol=1e-4)
    assert (N - 1 - found.positions[0, 1:]).tolist() == within.positions[0].tolist()


def test_of_unrelated_runs_a_sample_finds_itself_no_more_often_than_by_chance(one: ProbeReader, tmp_path: Path):
    other = log(tmp_path / "noise", {0: np.random.default_rng(3).normal(size=(N, D))}, np.arange(N))
    founds = [near_across(one, other, [sample], 0, 0, 10) for sample in range(0, N, 3)]
    found = np.mean([1 <= found.own[0] <= 10 for found in founds])
    assert found < 4 * 10 / N  # of a hundred, by chance 3
    assert founds[0].recall < 4 * founds[0].recall_by_chance
    assert 0.3 * N < np.mean([found.own[0] for found in founds]) < 0.7 * N


def test_a_sample_that_the_other_run_lacks_is_asked_about_all_the_same(one: ProbeReader, x: np.ndarray, tmp_path: Path):
    part = log(tmp_path / "part", {0: -x[50:]}, np.arange(50, N))
    found = near_across(one, part, [0, 60], 0, 0, 5)
    assert found.own.tolist() == [-1, 1]
    distances = np.linalg.norm(x[50:] - x[0], axis=1)
    assert found.positions[0].tolist() == np.argsort(distances)[:5].tolist()
    assert (found.n_matched, found.n_anchors) == (250, 200)


def test_through_time_each_step_is_asked_beside_the_one_whose_number_is_nearest(one: ProbeReader, turned: ProbeReader):
    founds = list(near_across_time(one, turned, [4], 3))
    assert [(found.step, found.with_step) for found in founds] == [(0, 0), (10, 9)]
    assert near_across(one, turned, [4], 10, n=3).with_step == 9
    assert all(found.own.tolist() == [1] for found in founds)


def test_more_features_than_anchors_are_tied_together_as_far_as_these_go():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(30, 100))
    turn = np.linalg.qr(rng.normal(size=(100, 100)))[0]
    bridge = build_bridge(a, 2 * a @ turn + 1)
    assert bridge.directions[0].shape == (100, 29)  # thirty samples span so many directions around their mean
    np.testing.assert_allclose(bridge.from_first(a), bridge.from_second(2 * a @ turn + 1), atol=1e-8)
    assert bridge.scale == pytest.approx(2)


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"samples": [], "step": 0}, InvalidData, "got 0 samples"),
        ({"samples": list(range(17)), "step": 0}, InvalidData, "1 to 16 samples"),
        ({"samples": [0], "step": 0, "n": 0}, InvalidData, "n 0"),
        ({"samples": [0], "step": 0, "metric": "manhattan"}, InvalidData, "euclidean or cosine"),
        ({"samples": [0], "step": 4}, NotFound, "got 4"),
        ({"samples": [0], "step": 0, "with_step": 4}, NotFound, "got 4"),
        ({"samples": [N], "step": 0}, NotFound, "from 0 to 299"),
        ({"samples": [-1], "step": 0}, NotFound, "got -1"),
    ],
)
def test_what_means_nothing_is_refused_in_a_sentence(
    one: ProbeReader, turned: ProbeReader, asked: dict, error: type[Exception], message: str
):
    with pytest.raises(error, match=message):
        near_across(one, turned, **asked)


def test_runs_without_common_samples_and_flat_representations_are_refused(one: ProbeReader, tmp_path: Path):
    with pytest.raises(InvalidData, match="at least 20 samples in common, found 5"):
        near_across(one, log(tmp_path / "few", {0: np.ones((5, 2))}, np.arange(5)), [200], 0)
    with pytest.raises(InvalidData, match="that differ and are finite"):
        near_across(one, log(tmp_path / "flat", {0: np.ones((N, 2))}, np.arange(N)), [0], 0)
