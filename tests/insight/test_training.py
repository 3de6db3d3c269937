"""Measures of training dynamics against numbers worked out by hand, and against loops that follow the papers word by word."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tb_timetravel.errors import InvalidData
from tb_timetravel.insight import training_dynamics
from tb_timetravel.insight.measures import cross_entropy, el2n, log_probabilities, margin, softmax
from tb_timetravel.insight.training import first_steps


def steps_of(*probabilities: Any) -> list[np.ndarray]:
    return [log_probabilities(np.array(step)) for step in probabilities]


def test_four_samples_worked_out_by_hand():
    labels = np.array([0, 0, 1, -1], np.int32)
    steps = steps_of(
        [[0.8, 0.2], [0.4, 0.6], [0.9, 0.1], [0.5, 0.5]],
        [[0.6, 0.4], [0.7, 0.3], [0.8, 0.2], [0.5, 0.5]],
        [[0.1, 0.9], [0.2, 0.8], [0.7, 0.3], [0.5, 0.5]],
    )
    found = training_dynamics(steps, labels)
    np.testing.assert_allclose(found.confidence, [0.5, 1.3 / 3, 0.2, np.nan], rtol=1e-6)
    np.testing.assert_allclose(found.variability, [math.sqrt(0.26 / 3), math.sqrt(0.38 / 9), math.sqrt(0.02 / 3), np.nan], rtol=1e-6)
    np.testing.assert_allclose(found.correctness, [2 / 3, 1 / 3, 0, np.nan], rtol=1e-6)
    np.testing.assert_array_equal(found.forgetting_events, [1, 1, np.inf, np.nan])
    np.testing.assert_array_equal(found.first_learned, [0, 1, np.inf, np.nan])
    aum = [
        (math.log(4) + math.log(1.5) - math.log(9)) / 3,
        (math.log(2 / 3) + math.log(7 / 3) - math.log(4)) / 3,
        -(math.log(9) + math.log(4) + math.log(7 / 3)) / 3,
        np.nan,
    ]
    np.testing.assert_allclose(found.area_under_margin, aum, rtol=1e-5)
    np.testing.assert_allclose(found.early_margin, [0.2, 0.4, -0.6, np.nan], rtol=1e-5)  # of the second step alone
    np.testing.assert_allclose(found.el2n, [math.sqrt(0.32), math.sqrt(0.18), math.sqrt(1.28), np.nan], rtol=1e-5)
    np.testing.assert_allclose(found.final_loss, [-math.log(0.1), -math.log(0.2), -math.log(0.3), np.nan], rtol=1e-5)


def by_loops(steps: list[np.ndarray], labels: np.ndarray) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {
        name: [] for name in ("confidence", "variability", "correctness", "forgetting_events", "first_learned")
    }
    found |= {"area_under_margin": [], "el2n": [], "final_loss": [], "early_margin": []}
    for i, y in enumerate(labels):
        p = [np.exp(s[i].astype(float)) / np.exp(s[i].astype(float)).sum() for s in steps]
        right = [int(np.argmax(s[i])) == y for s in steps]
        found["confidence"].append(float(np.mean([q[y] for q in p])))
        found["variability"].append(float(np.std([q[y] for q in p])))
        found["correctness"].append(float(np.mean(right)))
        forgotten = sum(a and not b for a, b in pairwise(right))
        found["forgetting_events"].append(forgotten if any(right) else math.inf)
        found["first_learned"].append(right.index(True) if any(right) else math.inf)
        others = [c for c in range(steps[0].shape[1]) if c != y]
        found["area_under_margin"].append(float(np.mean([s[i][y] - max(s[i][c] for c in others) for s in steps])))
        early = [p[t] for t in first_steps(len(steps), 0.1)]
        found["el2n"].append(float(np.mean([np.linalg.norm(q - np.eye(len(q))[y]) for q in early])))
        learning = [p[t] for t in first_steps(len(steps), 1 / 3)]
        found["early_margin"].append(float(np.mean([q[y] - max(q[c] for c in others) for q in learning])))
        found["final_loss"].append(-math.log(p[-1][y]))
    return found


@pytest.mark.parametrize("n_steps", [1, 2, 7, 25])
def test_all_measures_are_those_of_plain_loops(n_steps: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tb_timetravel.insight.measures._BLOCK", 40)  # several blocks of rows
    rng = np.random.default_rng(n_steps)
    steps, labels = [rng.normal(size=(30, 4)).astype(np.float32) * 2 for _ in range(n_steps)], rng.integers(0, 4, 30).astype(np.int32)
    found = training_dynamics(steps, labels)
    for name, expected in by_loops(steps, labels).items():
        np.testing.assert_allclose(getattr(found, name), expected, rtol=2e-5, atol=2e-6, err_msg=name)


def test_a_single_step_has_no_variability_and_nothing_forgotten():
    found = training_dynamics(steps_of([[0.9, 0.1], [0.9, 0.1]]), np.array([0, 1], np.int32))
    np.testing.assert_array_equal(found.variability, [0, 0])
    np.testing.assert_array_equal(found.forgetting_events, [0, np.inf])
    np.testing.assert_allclose(found.el2n, [math.sqrt(0.02), math.sqrt(1.62)], rtol=1e-5)


def test_what_was_always_right_and_what_never_was_are_the_two_ends():
    always, never = np.full((5, 3), [9.0, 0, 0]), np.full((5, 3), [0, 0, 9.0])
    labels = np.zeros(5, np.int32)
    right, wrong = training_dynamics([always] * 4, labels), training_dynamics([never] * 4, labels)
    assert (right.correctness == 1).all()
    assert (right.first_learned == 0).all()
    assert (right.forgetting_events == 0).all()
    np.testing.assert_allclose(right.area_under_margin, 9)
    assert (wrong.correctness == 0).all()
    assert np.isinf(wrong.first_learned).all()
    assert np.isinf(wrong.forgetting_events).all()
    np.testing.assert_allclose(wrong.area_under_margin, -9)


def test_without_any_label_nothing_is_known():
    found = training_dynamics([np.ones((4, 3), np.float32)] * 3, np.full(4, -1, np.int32))
    assert all(np.isnan(values).all() for values in vars(found).values())


def test_with_one_class_there_is_no_margin_but_all_is_right():
    found = training_dynamics([np.ones((4, 1), np.float32)] * 3, np.zeros(4, np.int32))
    assert np.isnan(found.area_under_margin).all()
    assert (found.confidence == 1).all()
    assert (found.correctness == 1).all()
    assert (found.el2n == 0).all()


def test_large_logits_neither_overflow_nor_lose_the_loss():
    logits, labels = np.array([[1000.0, 0.0], [-1000.0, 1000.0]], np.float32), np.array([0, 0], np.int32)
    np.testing.assert_allclose(softmax(logits), [[1, 0], [0, 1]])
    np.testing.assert_allclose(cross_entropy(logits, labels), [0, 2000])
    np.testing.assert_allclose(el2n(softmax(logits), labels), [0, math.sqrt(2)], rtol=1e-6)


def test_margins_of_logits_are_those_of_the_logarithms_of_their_probabilities():
    logits, labels = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32), np.arange(20, dtype=np.int32) % 5
    np.testing.assert_allclose(margin(log_probabilities(softmax(logits)), labels), margin(logits, labels), atol=1e-5)


@pytest.mark.parametrize("steps", [[], [np.ones((3, 2))], [np.ones(4)]])
def test_logits_of_other_samples_or_none_are_refused(steps: list[np.ndarray]):
    with pytest.raises(InvalidData, match="expected logits"):
        training_dynamics(steps, np.zeros(4, np.int32))
