"""Neighbours in two representations, against sorting all distances, at perfection and at chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight import neighbors_differ
from tb_timetravel.insight.neighbors_differ import neighbor_difference, unshared
from tb_timetravel.store import open_reader, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

    from tb_timetravel.store import ProbeReader

N = 300


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def sorted_neighbors(x: np.ndarray, k: int) -> list[set[int]]:
    distances = np.linalg.norm(x[:, None] - x[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return [set(row[:k].tolist()) for row in np.argsort(distances, axis=1)]


def test_it_is_the_share_of_sorted_neighbours_that_are_not_shared(rng: np.random.Generator):
    x = rng.normal(size=(N, 6)) + 100
    y = x + rng.normal(size=(N, 6)) * 0.4
    expected = [1 - len(one & other) / 15 for one, other in zip(sorted_neighbors(x, 15), sorted_neighbors(y, 15), strict=True)]
    found = unshared(x, y, 15)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert 0.2 < found.mean() < 0.8


def test_a_rotation_changes_no_neighbour_and_unrelated_ones_share_what_chance_gives(rng: np.random.Generator):
    x = rng.normal(size=(N, 6))
    assert unshared(x, 3 * x @ np.linalg.qr(rng.normal(size=(6, 6)))[0], 15).max() == 0
    assert unshared(x, rng.normal(size=(N, 9)), 15).mean() == pytest.approx(1 - 15 / (N - 1), abs=0.01)


def test_a_sample_that_is_not_a_number_is_not_measured_and_nobodys_neighbour(rng: np.random.Generator):
    x, y = rng.normal(size=(N, 3)), rng.normal(size=(N, 3))
    y[7, 1] = np.nan
    found = unshared(x, y, 5)
    assert np.flatnonzero(np.isnan(found)).tolist() == [7]
    np.testing.assert_array_equal(np.delete(found, 7), unshared(np.delete(x, 7, 0), np.delete(y, 7, 0), 5))


def test_of_two_samples_each_is_the_others_neighbour_and_one_has_none():
    assert unshared(np.eye(2), np.eye(2), 15).tolist() == [0, 0]
    assert np.isnan(unshared(np.eye(1), np.eye(1), 15)).all()


def log(directory: Path, x: np.ndarray, ids: np.ndarray) -> ProbeReader:
    film = TimeTravel(str(directory), ids=ids)
    film.log_arrays(3, x.astype(np.float32))
    return open_reader(probe_directory(str(directory), "probe"))


@pytest.fixture
def runs(tmp_path: Path, rng: np.random.Generator) -> tuple[ProbeReader, ProbeReader]:
    x = rng.normal(size=(N, 4))
    return log(tmp_path / "one", x, np.arange(N)), log(tmp_path / "other", x[::-1][:200] * 2, np.arange(N)[::-1][:200])


def test_only_samples_that_both_runs_have_are_measured_and_are_neighbours(runs: tuple[ProbeReader, ProbeReader]):
    found = neighbor_difference(*runs, 3, 3)
    assert np.isnan(found.shares[:100]).all()
    assert found.shares[100:].tolist() == [0] * 200  # the hundred that the other run lacks are nobody's neighbours
    assert (found.n_matched, found.n_used) == (200, 200)


def test_of_many_samples_some_are_drawn(runs: tuple[ProbeReader, ProbeReader], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(neighbors_differ, "_MOST_SAMPLES", 50)
    found = neighbor_difference(*runs, 3, 3)
    assert (found.n_matched, found.n_used, int(np.isfinite(found.shares).sum())) == (200, 50, 50)
    np.testing.assert_array_equal(found.shares, neighbor_difference(*runs, 3, 3).shares)


def test_a_step_that_is_not_logged_and_no_neighbour_are_refused(runs: tuple[ProbeReader, ProbeReader]):
    with pytest.raises(NotFound, match="logged step, got 4"):
        neighbor_difference(*runs, 3, 4)
    with pytest.raises(InvalidData, match="k from 1 up, got 0"):
        neighbor_difference(*runs, 3, 3, 0)
