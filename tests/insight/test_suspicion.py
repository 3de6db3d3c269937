"""The ranking of suspicious labels: what it finds, what judgements change, and what comes of thin logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.errors import InvalidData, NotFound
from tb_timetravel.insight import (
    Evidence,
    film_events,
    order_of,
    read_insight,
    reasons,
    rerank,
    sample_columns,
    suspicion,
    training_dynamics,
)
from tb_timetravel.insight.reading import asked_steps
from tb_timetravel.insight.suspicion import WORDS, standardise
from tb_timetravel.store import FilmStore, open_reader, probe_directory
from tests.insight.runs import N_TEST, N_TRAIN, log_noisy_run

if TYPE_CHECKING:
    from pathlib import Path


def evidence_of(n: int, *, seed: int = 0, wrong: int = 0, strength: float = 3.0) -> Evidence:
    """Make evidence that is noise but for the first samples."""
    rng = np.random.default_rng(seed)
    columns = {name: rng.normal(size=n).astype(np.float32) for name in WORDS}
    for name in columns:
        columns[name][:wrong] += strength
    return Evidence(columns, np.zeros(n, np.int32))


def test_flipped_labels_come_first_and_look_like_what_they_were(tmp_path: Path):
    directory, wrong = log_noisy_run(tmp_path)
    reader = open_reader(directory)
    found = read_insight(reader).evidence
    first = order_of(suspicion(found))[: len(wrong)]
    assert sorted(first.tolist()) == wrong.tolist()
    np.testing.assert_array_equal(found.looks_like[wrong], wrong % 3)


def test_columns_are_those_of_the_logged_logits(tmp_path: Path):
    directory, _ = log_noisy_run(tmp_path)
    reader = open_reader(directory)
    probe, steps = reader.probe(), reader.steps()
    columns = sample_columns(reader)
    expected = training_dynamics([reader.read(probe, step).logits for step in steps], reader.labels(probe))  # type: ignore[misc]
    for name, values in vars(expected).items():
        np.testing.assert_array_equal(columns[name], values)
    assert {"suspicion", "looks_like", "rare_position", "rare_velocity", "rare_acceleration"} < set(columns)
    assert all(values.shape == (N_TRAIN + N_TEST,) for values in columns.values())


def test_without_logits_the_other_samples_still_find_them(tmp_path: Path):
    directory, wrong = log_noisy_run(tmp_path, with_logits=False)
    columns = sample_columns(open_reader(directory))
    assert "confidence" not in columns
    assert set(order_of(columns["suspicion"])[: len(wrong)].tolist()) == set(wrong.tolist())


def test_one_step_is_enough_and_no_step_is_said_so(tmp_path: Path):
    directory, wrong = log_noisy_run(tmp_path / "one", n_steps=1)
    assert asked_steps(1) == (0,)
    assert np.isin(order_of(sample_columns(open_reader(directory))["suspicion"])[: len(wrong)], wrong).mean() > 0.5
    directory, _ = log_noisy_run(tmp_path / "none", n_steps=0)
    with pytest.raises(NotFound):
        sample_columns(open_reader(directory))


@pytest.mark.parametrize("labels", [[-1] * 20, [0] * 20, [0, 1] * 9 + [-1] * 2])
def test_missing_labels_have_no_score_and_one_class_raises_no_suspicion(labels: list[int], tmp_path: Path):
    rng = np.random.default_rng(0)
    n_classes = max(labels) + 1
    film = TimeTravel(str(tmp_path), labels=labels)
    for step in range(3):
        film.log_arrays(step, rng.normal(size=(20, 4)), None if n_classes == 1 else rng.normal(size=(20, 2)))
    columns = sample_columns(open_reader(probe_directory(str(tmp_path), "probe")))
    scored = np.isfinite(columns["suspicion"])
    np.testing.assert_array_equal(scored, [label >= 0 and n_classes > 1 for label in labels])


def test_standardised_values_have_mean_0_and_deviation_1_whatever_is_unknown_or_infinite():
    values = standardise(np.array([1.0, 3.0, np.nan, np.inf, 100.0]), np.array([True, True, True, False, False]))
    np.testing.assert_allclose(values[[0, 1]], [-1, 1])
    assert np.isnan(values[2])
    assert values[3] == values[4] == 98
    assert not standardise(np.full(4, 7.0), np.ones(4, bool)).any()
    assert np.isnan(standardise(np.full(4, np.nan), np.ones(4, bool))).all()


def test_suspicion_is_the_mean_of_the_three_columns_that_are_known():
    evidence = evidence_of(6)
    three = np.stack([evidence.columns[name] for name in ("final_loss", "held_out", "neighbors")])
    np.testing.assert_allclose(suspicion(evidence), three.mean(0), rtol=1e-5)
    evidence.columns["final_loss"][:] = np.nan
    np.testing.assert_allclose(suspicion(evidence), three[1:].mean(0), rtol=1e-5)


def test_judgements_teach_what_tells_wrong_labels():
    evidence = evidence_of(400)
    truth = evidence.columns["rare_velocity"] > 1.2  # what the default ranking does not look at
    verdicts = {position: bool(truth[position]) for position in range(150)}
    before, after = suspicion(evidence), rerank(evidence, verdicts)
    unseen = np.arange(150, 400)

    def precision(scores: np.ndarray) -> float:
        first = unseen[np.argsort(-scores[unseen])[: int(truth[unseen].sum())]]
        return float(truth[first].mean())

    assert precision(after) > precision(before) + 0.2


def test_a_few_wrong_judgements_do_not_overturn_the_ranking():
    evidence = evidence_of(400, wrong=40)
    verdicts = {position: position >= 3 for position in range(30)}  # three of the wrong labels are called fine
    scores = rerank(evidence, verdicts)
    assert set(order_of(scores)[:40].tolist()) == set(range(40))
    np.testing.assert_array_equal(order_of(scores, verdicts)[-3:] < 3, True)  # and they are shown last all the same


def test_ridge_is_the_least_of_its_loss():
    evidence = evidence_of(50)
    verdicts = {3: True, 10: False, 20: True}
    x = np.stack(list(evidence.columns.values()), 1).astype(float)
    start = suspicion(evidence).astype(float)
    change = np.linalg.lstsq(x, rerank(evidence, verdicts) - start, rcond=None)[0]
    rows, y = [3, 10, 20], np.array([1.0, -1, 1]) - np.tanh(start[[3, 10, 20]])

    def loss(w: np.ndarray) -> float:
        return float(np.square(y - x[rows] @ w).sum() + 50 * np.square(w).sum())

    rng = np.random.default_rng(0)
    assert all(loss(change) <= loss(change + rng.normal(size=len(change)) * 0.01) for _ in range(50))


def test_no_judgement_changes_nothing_and_one_of_an_unlabelled_sample_is_refused():
    evidence = evidence_of(5)
    np.testing.assert_array_equal(rerank(evidence, {}), suspicion(evidence))
    for column in evidence.columns.values():
        column[2] = np.nan
    for position in (2, 5, -1):
        with pytest.raises(InvalidData, match="judgements"):
            rerank(evidence, {position: True})


def test_judged_samples_are_set_apart_and_those_without_a_score_left_out():
    scores = np.array([1.0, 3.0, np.nan, 2.0, 0.0], np.float32)
    assert order_of(scores).tolist() == [1, 3, 0, 4]
    assert order_of(scores, {1: False, 4: True}).tolist() == [4, 3, 0, 1]


def test_reasons_name_the_strongest_evidence():
    evidence = evidence_of(1)
    for name in WORDS:
        evidence.columns[name][0] = 0.0
    assert reasons(evidence, 0) == "nothing in particular"
    evidence.columns["held_out"][0], evidence.columns["neighbors"][0], evidence.columns["final_loss"][0] = 2.0, 3.0, 1.5
    assert reasons(evidence, 0) == f"{WORDS['neighbors']} (+3.0 sd), {WORDS['held_out']} (+2.0 sd)"


def test_the_events_of_a_film_agree_with_what_it_stores(tmp_path: Path):
    directory, _ = log_noisy_run(tmp_path / "run")
    assert main(["fit", str(tmp_path), "--method", "pca", "--device", "cpu"]) == 0
    reader, films = open_reader(directory), FilmStore(directory)
    film = next(film for film in films.films() if film.method == "pca")
    events = list(film_events(reader, films, film))
    assert [each.step for each in events] == [0, 1, 2, 3]
    for each, step in zip(events, film.steps, strict=True):
        assert sum(each.counts[kind] for kind in ("learned", "forgotten", "wrong_to_wrong", "unlabelled_flip")) == step.flips
        agreement = films.sample_fidelity(film.film, step.step, N_TRAIN + N_TEST)[:, 3]
        assert each.counts["visualizer_error"] == (agreement == 0).sum()
    assert {"closer", "closer_in_plane", "border_crossing"} <= set(events[-1].samples)
