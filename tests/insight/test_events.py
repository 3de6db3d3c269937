"""Events between steps, against tables worked out by hand and against loops over samples."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tb_timetravel.frame import Frame, Territory
from tb_timetravel.insight import KINDS, StepState, step_events
from tb_timetravel.insight.film import drawn_classes
from tb_timetravel.insight.measures import log_probabilities, softmax


def of(probabilities: Any, step: int, **rest: Any) -> StepState:
    return StepState(step=step, logits=log_probabilities(np.array(probabilities)), **rest)


def test_flips_are_told_apart_by_what_they_became():
    labels = np.array([0, 0, 0, -1, 1, 0], np.int32)
    one = of(np.eye(3)[[1, 0, 1, 0, 1, 0]], 0)
    two = of(np.eye(3)[[0, 2, 2, 1, 1, 0]], 5)
    first, second = step_events([one, two], labels, final=two)
    assert sum(first.counts.values()) == 0
    assert second.step == 5
    found = {kind: samples.tolist() for kind, samples in second.samples.items() if len(samples)}
    assert found == {"learned": [0], "forgotten": [1], "wrong_to_wrong": [2], "unlabelled_flip": [3], "confidence_jump": [0, 1]}
    assert second.counts["learned"] == 1


def test_a_jump_names_the_class_that_gained_most_and_needs_more_than_half():
    labels = np.array([0, 1, 2], np.int32)
    one, two = of([[0.9, 0.05, 0.05], [0.3, 0.2, 0.5], [0.2, 0.2, 0.6]], 0), of([[0.2, 0.1, 0.7], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1]], 1)
    events = list(step_events([one, two], labels, final=two))[1]
    assert events.samples["confidence_jump"].tolist() == [0, 1]  # the third lost half, not more
    assert events.jump_targets.tolist() == [2, 1]
    np.testing.assert_allclose(events.jump_sizes, [-0.7, 0.6], rtol=1e-5)


def movements_by_loops(steps: list[np.ndarray], t: int) -> tuple[list[int], list[int]]:
    far = [[np.linalg.norm(steps[at][i] - steps[-1][i]) for i in range(len(steps[0]))] for at in (t - 1, t)]
    changes = [now - then for then, now in zip(*far, strict=True)]
    mean, bound = np.mean(changes), 2 * np.std(changes)
    return [i for i, c in enumerate(changes) if c < mean - bound], [i for i, c in enumerate(changes) if c > mean + bound]


def test_movements_in_the_representation_and_in_the_plane_are_those_of_loops():
    rng = np.random.default_rng(0)
    wide, plane = [rng.standard_t(3, size=(80, 9)) for _ in range(4)], [rng.standard_t(3, size=(80, 2)) for _ in range(4)]
    states = [StepState(step=t, representations=x, embedding=z) for t, (x, z) in enumerate(zip(wide, plane, strict=True))]
    found = list(step_events(states, np.full(80, -1, np.int32), final=states[-1]))
    n_moved = 0
    for t in range(1, 4):
        for steps, ending in ((wide, ""), (plane, "_in_plane")):
            closer, farther = movements_by_loops(steps, t)
            assert found[t].samples[f"closer{ending}"].tolist() == closer
            assert found[t].samples[f"farther{ending}"].tolist() == farther
            n_moved += len(closer) + len(farther)
    assert n_moved > 10
    assert "learned" not in found[1].samples  # without logits nobody can tell


def test_where_all_move_alike_nobody_moves_significantly():
    x = np.random.default_rng(0).normal(size=(10, 3))
    states = [StepState(step=t, representations=x) for t in range(3)]
    assert all(sum(events.counts.values()) == 0 for events in step_events(states, np.zeros(10, np.int32), final=states[-1]))


def test_border_crossings_and_errors_of_the_visualizer_come_from_the_film():
    agreement = np.array([1, 0, np.nan], np.float16)
    one = StepState(step=0, drawn=np.array([0, 1, 2]), agreement=agreement)
    two = replace(one, step=1, drawn=np.array([0, 2, 2]))
    first, second = step_events([one, two], np.zeros(3, np.int32), final=two)
    assert first.counts == {"border_crossing": 0, "visualizer_error": 1}
    assert second.samples["border_crossing"].tolist() == [1]
    assert second.samples["visualizer_error"].tolist() == [1]
    assert set(second.samples) <= set(KINDS)


def test_with_one_class_and_one_step_nothing_happens():
    state = StepState(step=0, logits=np.ones((4, 1), np.float32), representations=np.ones((4, 2)))
    (events,) = step_events([state], np.zeros(4, np.int32), final=state)
    assert sum(events.counts.values()) == 0


def test_blocks_of_rows_change_nothing(monkeypatch: Any):
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 5, 50).astype(np.int32)
    states = [StepState(step=t, logits=rng.normal(size=(50, 5)) * 4, representations=rng.normal(size=(50, 3))) for t in range(3)]
    whole = list(step_events(states, labels, final=states[-1]))
    monkeypatch.setattr("tb_timetravel.insight.measures._BLOCK", 20)
    parts = list(step_events(states, labels, final=states[-1]))
    for one, other in zip(whole, parts, strict=True):
        assert one.counts == other.counts
    before, after = softmax(states[0].logits), softmax(states[1].logits)
    jumped = [i for i in range(50) if abs(after[i, labels[i]] - before[i, labels[i]]) > 0.5]
    assert whole[1].samples["confidence_jump"].tolist() == jumped


def test_a_dot_lies_in_the_cell_that_is_drawn_under_it():
    classes = np.array([[0, 1], [2, 3]], np.uint8)  # row 0 is y_min
    positions = np.array([[0, 0], [65535, 0], [0, 65535], [65535, 65535], [32767, 32768]], np.uint16)
    frame = Frame(positions, None, None, Territory(classes, classes))
    found = drawn_classes(frame)
    assert found is not None
    assert found.tolist() == [0, 1, 2, 3, 2]
    assert drawn_classes(Frame(positions, None, None, None)) is None
