"""Debiased linear CKA against a sum over all quadruples, by hand, at perfection and at chance; and two runs compared step by step."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight import comparison
from tb_timetravel.insight.comparison import affordable_samples, cka, compare, thinned
from tb_timetravel.schema import LoggedStep
from tb_timetravel.store import open_reader, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

    from tb_timetravel.store import ProbeReader

    Two = tuple[ProbeReader, ProbeReader, list[np.ndarray], list[np.ndarray]]

N = 60


def quadruples(one: np.ndarray, other: np.ndarray) -> float:
    """Sum the definition of unbiased HSIC as a U-statistic: over all ordered quadruples of different samples."""
    k, m = one @ one.T, other @ other.T
    total = [k[i, j] * (m[i, j] + m[q, r] - 2 * m[i, q]) for i, j, q, r in permutations(range(len(k)), 4)]
    return float(np.mean(total))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_it_is_what_the_definition_says_summed_over_quadruples(rng: np.random.Generator):
    for _ in range(3):
        x = rng.normal(size=(9, 3)) + 5
        y = np.hstack([x[:, :1] ** 2, rng.normal(size=(9, 4))])
        expected = quadruples(x, y) / np.sqrt(quadruples(x, x) * quadruples(y, y))
        assert cka(x, y) == pytest.approx(expected, abs=1e-5)


def test_four_samples_on_a_line_by_hand():
    # Products of different samples: 0 0 0 2 3 6 (rows sum to 0 5 8 9). Entry ij less half of both rows' sums plus a sixth of all, 22 / 6:
    # 7 -2 -5 -5 -2 7 sixths. Of 0 0 1 1 likewise, from 0 0 0 0 0 1: 2 -1 -1 -1 -1 2 sixths. Their cosine: 42 / sqrt(156 * 12).
    x, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([[0.0], [0.0], [1.0], [1.0]])
    assert cka(x, y) == pytest.approx(42 / np.sqrt(156 * 12), abs=1e-6)


def test_a_representation_and_itself_are_one(rng: np.random.Generator):
    x = rng.normal(size=(N, 20))
    assert cka(x, x) == pytest.approx(1.0, abs=1e-5)


def test_neither_rotation_nor_scale_nor_shift_changes_it(rng: np.random.Generator):
    x, y = rng.normal(size=(N, 8)), rng.normal(size=(N, 5))
    y[:, :3] += x[:, :3]
    rotation = np.linalg.qr(rng.normal(size=(8, 8)))[0]
    assert cka(x @ rotation * 1e-12, y) == pytest.approx(cka(x, y), abs=1e-4)
    assert cka(x * 1e12 + 3e12, y - 7) == pytest.approx(cka(x, y), abs=1e-4)
    assert cka(x @ rotation, x) == pytest.approx(1.0, abs=1e-4)


def test_another_linear_map_does_change_it(rng: np.random.Generator):
    x = rng.normal(size=(N, 8))
    assert cka(x * np.array([30, 1, 1, 1, 1, 1, 1, 1]), x) < 0.6


def test_unrelated_representations_of_many_features_are_around_zero_where_the_plain_estimator_says_they_are_alike(rng: np.random.Generator):
    found, plain = [], []
    for _ in range(20):
        x, y = rng.normal(size=(N, 200)), rng.normal(size=(N, 200))
        found.append(cka(x, y))
        x, y = x - x.mean(0), y - y.mean(0)
        plain.append(np.square(x.T @ y).sum() / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y))
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(20)
    assert np.std(found) < 0.1
    assert np.mean(plain) > 0.7


def test_it_is_symmetric_and_of_any_real_type(rng: np.random.Generator):
    x, y = rng.normal(size=(N, 4)).astype(np.float16), rng.normal(size=(N, 6)).astype(np.float32)
    y[:, 0] = x[:, 0]
    assert cka(x, y) == pytest.approx(cka(y, x), abs=1e-6)


@pytest.mark.parametrize("value", [0.0, 1.0, -3e30, np.nan, np.inf])
def test_a_representation_in_which_all_are_alike_or_not_numbers_has_none(value: float, rng: np.random.Generator):
    assert np.isnan(cka(np.full((N, 3), value), rng.normal(size=(N, 3))))


def test_a_single_sample_that_differs_says_nothing(rng: np.random.Generator):
    x = np.full((N, 3), 0.1)
    x[0] = 1
    assert np.isnan(cka(x, rng.normal(size=(N, 3))))


@pytest.mark.parametrize(("one", "other"), [((3, 2), (3, 2)), ((8, 2), (9, 2)), ((8,), (8,))])
def test_what_cannot_be_compared_is_refused(one: tuple[int, ...], other: tuple[int, ...]):
    with pytest.raises(InvalidData, match="same 4 or more samples"):
        cka(np.ones(one), np.ones(other))


def test_at_most_sixty_steps_are_taken_evenly_with_both_ends():
    steps = [LoggedStep(step=3 * i, revision=0, digest="0" * 16) for i in range(201)]
    found = [step.step for step in thinned(steps)]
    assert (len(found), found[0], found[-1]) == (60, 0, 600)
    assert set(np.diff(found)) <= {9, 12}
    assert thinned(steps[:60]) == steps[:60]


@pytest.mark.parametrize(
    ("steps", "widths", "expected"), [(2, (64, 64), 2000), (60, (512, 512), 1057), (60, (10**6, 10**6), 33), (1, (2**31, 1), 4)]
)
def test_many_steps_and_many_features_mean_fewer_samples(steps: int, widths: tuple[int, int], expected: int):
    assert affordable_samples(steps, steps, widths) == expected


def log(directory: Path, steps: list[np.ndarray], ids: np.ndarray, splits: list[str]) -> ProbeReader:
    film = TimeTravel(str(directory), ids=ids, splits=splits, labels=np.zeros(len(ids), np.int64))
    for number, x in enumerate(steps):
        film.log_arrays(10 * number, x.astype(np.float32))
    return open_reader(probe_directory(str(directory), "probe"))


@pytest.fixture
def two(tmp_path: Path, rng: np.random.Generator) -> Two:
    """Two runs: of 50 samples each, 40 of them in both, in another order; ten steps and eleven, of other widths."""
    common = [rng.normal(size=(N, 5)) for _ in range(11)]
    one = [x[:50] for x in common[:10]]
    order = rng.permutation(50) + 10
    other = [np.hstack([x, rng.normal(size=(N, 2))])[order] for x in common]
    splits = np.array(["train" if i % 3 else "test" for i in range(N)])
    ids = np.arange(N) // 2  # not unique without the split
    ids[splits == "train"] += 100
    names = np.arange(N) * 10
    return (
        log(tmp_path / "one", one, names[:50], list(splits[:50])),
        log(tmp_path / "other", other, names[order], list(splits[order])),
        [x[10:50] for x in one],
        [other_x[np.argsort(order)][:40] for other_x in other],
    )


def test_every_pair_of_steps_of_two_runs_is_compared_by_the_samples_that_both_have(two: Two):
    one, other, first, second = two
    found = compare(one, other)
    assert (found.steps, found.with_steps) == (tuple(range(0, 100, 10)), tuple(range(0, 110, 10)))
    assert (found.n_matched, found.n_used) == (40, 40)
    np.testing.assert_allclose(found.cka, [[cka(x, y) for y in second] for x in first], atol=1e-5)
    assert found.cka.diagonal().min() > 0.5


def test_a_run_and_itself_have_ones_on_the_diagonal_and_every_step_is_read_once(two: Two, monkeypatch: pytest.MonkeyPatch):
    one, *_ = two
    read, reads = type(one).read, []
    monkeypatch.setattr(type(one), "read", lambda self, probe, step: reads.append(step.step) or read(self, probe, step))
    found = compare(one, one)
    np.testing.assert_allclose(found.cka.diagonal(), 1, atol=1e-5)
    np.testing.assert_allclose(found.cka, found.cka.T, atol=1e-6)
    assert reads == list(found.steps)


def test_of_many_samples_the_same_are_drawn_every_time_and_the_answer_says_how_many(two: Two, monkeypatch: pytest.MonkeyPatch):
    one, other, *_ = two
    whole = compare(one, other)
    monkeypatch.setattr(comparison, "MOST_SAMPLES", 30)
    found, again = compare(one, other), compare(one, other)
    assert (found.n_matched, found.n_used) == (40, 30)
    np.testing.assert_array_equal(found.cka, again.cka)
    assert 0 < np.abs(found.cka - whole.cka).max() < 0.5


def test_a_step_that_means_nothing_leaves_the_others_as_they_are(tmp_path: Path, rng: np.random.Generator):
    x = rng.normal(size=(N, 4))
    reader = log(tmp_path / "run", [np.ones((N, 4)), x, 2 * x], np.arange(N), ["train"] * N)
    found = compare(reader, reader).cka
    assert np.isnan(found[0]).all()
    assert np.isnan(found[:, 0]).all()
    np.testing.assert_allclose(found[1:, 1:], 1, atol=1e-5)


def test_runs_without_samples_in_common_or_without_steps_are_refused(tmp_path: Path, rng: np.random.Generator):
    x = [rng.normal(size=(N, 4))]
    one = log(tmp_path / "one", x, np.arange(N), ["train"] * N)
    other = log(tmp_path / "other", x, np.arange(N), ["test"] * N)
    with pytest.raises(InvalidData, match="at least 4 samples in common, found 0"):
        compare(one, other)
    with pytest.raises(NotFound, match="found none; log one"):
        compare(one, log(tmp_path / "empty", [], np.arange(N), ["train"] * N))
