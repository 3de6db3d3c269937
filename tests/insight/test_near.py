"""What is near in the representation, against sorting all distances."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight import near, near_through_time
from tb_timetravel.insight.near import nearest
from tb_timetravel.insight.source import affordable_steps
from tb_timetravel.store import open_reader, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

    from tb_timetravel.store import ProbeReader

N, D, STEPS = 101, 7, (0, 5, 10)


def sorted_distances(values: np.ndarray, sample: int, k: int) -> list[int]:
    distances = np.linalg.norm(values.astype(np.float64) - values[sample].astype(np.float64), axis=1)
    return [int(other) for other in np.argsort(distances, kind="stable") if other != sample][:k]


@pytest.fixture(scope="module")
def steps() -> dict[int, np.ndarray]:
    rng = np.random.default_rng(0)
    return {step: (rng.normal(size=(N, D)) + 3).astype(np.float32) for step in STEPS}


@pytest.fixture(scope="module")
def reader(steps: dict[int, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> ProbeReader:
    directory = tmp_path_factory.mktemp("near")
    film = TimeTravel(str(directory))
    for step, x in steps.items():
        film.log_arrays(step, x)
    return open_reader(probe_directory(str(directory), "probe"))


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_the_nearest_are_those_that_sorting_all_distances_finds(dtype: type, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tb_timetravel.insight.measures._BLOCK", 70)  # several blocks, the last one shorter
    values = np.random.default_rng(0).normal(size=(N, D)).astype(dtype)
    found = nearest(values, [0, 50, 100], 9)
    assert found.tolist() == [sorted_distances(values, sample, 9) for sample in (0, 50, 100)]


def test_of_equally_near_samples_the_earlier_come_first_and_never_the_sample_itself():
    values = np.zeros((6, 2), np.float32)
    values[4] = 9
    assert nearest(values, [2], 4).tolist() == [[0, 1, 3, 5]]


def test_what_is_not_a_number_is_near_to_nothing():
    values = np.arange(5, dtype=np.float32)[:, None]
    values[1] = np.nan
    assert nearest(values, [0], 3).tolist() == [[2, 3, 4]]


def test_who_was_near_at_a_step_is_told_with_distances(reader: ProbeReader, steps: dict[int, np.ndarray]):
    found = near(reader, [3, 90], 5, 4)
    assert found.step == 5
    assert found.positions.tolist() == [sorted_distances(steps[5], sample, 4) for sample in (3, 90)]
    np.testing.assert_allclose(found.distances[1], np.linalg.norm(steps[5][found.positions[1]] - steps[5][90], axis=1), rtol=1e-5)


def test_by_cosine_directions_count(reader: ProbeReader, steps: dict[int, np.ndarray]):
    found, x = near(reader, [3], 0, 5, metric="cosine"), steps[0].astype(np.float64)
    cosines = 1 - x @ x[3] / np.linalg.norm(x, axis=1) / np.linalg.norm(x[3])
    order = [other for other in np.argsort(cosines) if other != 3][:5]
    assert found.positions[0].tolist() == order
    np.testing.assert_allclose(found.distances[0], cosines[order], rtol=1e-4)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_a_selection_is_asked_about_by_its_mean_and_is_not_its_own_neighbor(metric: str, reader: ProbeReader, steps: dict[int, np.ndarray]):
    selection, x = [3, 4, 90], steps[10].astype(np.float64)
    if metric == "cosine":
        x = x / np.linalg.norm(x, axis=1, keepdims=True)
    middle = x[selection].mean(0)
    if metric == "cosine":
        middle /= np.linalg.norm(middle)
    order = [other for other in np.argsort(np.linalg.norm(x - middle, axis=1)) if other not in selection][:6]
    assert near(reader, selection, 10, 6, metric=metric, as_one=True).positions.tolist() == [order]


def test_through_time_every_step_is_asked(reader: ProbeReader, steps: dict[int, np.ndarray]):
    found = list(near_through_time(reader, [7], 3))
    assert [one.step for one in found] == list(STEPS)
    assert [one.positions[0].tolist() for one in found] == [sorted_distances(steps[step], 7, 3) for step in STEPS]


def test_a_vector_of_zeros_has_no_direction_and_a_sample_alone_no_neighbor(tmp_path: Path):
    x = np.array([[1, 0], [0, 0], [2, 2], [3, 0]], np.float32)
    TimeTravel(str(tmp_path / "few")).log_arrays(0, x)
    few = open_reader(probe_directory(str(tmp_path / "few"), "probe"))
    found = near(few, [0], 0, 9, metric="cosine")
    assert found.positions.tolist() == [[3, 2, 1]]
    np.testing.assert_allclose(found.distances, [[0, 1 - np.sqrt(0.5), np.inf]], atol=1e-6)
    assert near(few, [0, 1, 2, 3], 0, as_one=True).positions.shape == (1, 0)


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"samples": [], "step": 0}, InvalidData, "got 0 samples"),
        ({"samples": [0], "step": 0, "n": 0}, InvalidData, "n 0"),
        ({"samples": [0], "step": 0, "metric": "manhattan"}, InvalidData, "euclidean or cosine"),
        ({"samples": [0], "step": 4}, NotFound, "got 4"),
        ({"samples": [0, N], "step": 0}, NotFound, "from 0 to 100, got 101"),
        ({"samples": [-1], "step": 0}, NotFound, "got -1"),
    ],
)
def test_what_means_nothing_is_refused_in_a_sentence(reader: ProbeReader, asked: dict, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        near(reader, **asked)


def test_a_hundred_thousand_samples_are_searched_in_a_moment():
    x = np.random.default_rng(0).normal(size=(100_000, 64)).astype(np.float32)
    start = time.perf_counter()
    assert nearest(x, [0, 99_999], 10).shape == (2, 10)
    assert time.perf_counter() - start < 5.0  # a tenth of a second where nothing else runs


def test_however_long_a_log_of_few_samples_is_so_many_steps_are_asked_at_most(reader: ProbeReader):
    many = [replace(step, step=number) for number in range(9000) for step in reader.steps()[:1]]
    for n_passes in (1, 16):
        chosen = affordable_steps(reader.probe(), many, 2 * 10**9, n_passes=n_passes)
        assert len(chosen) == 2 * 10**9 // (2**18 * n_passes)
        assert (chosen[0].step, chosen[-1].step) == (0, 8999)
