"""The samples behind a prediction, and those near others, over HTTP: what the package says, and what cannot be asked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel.insight import influence, near, near_across, near_through_time
from tb_timetravel.serve import searches
from tb_timetravel.store import DynamicsWriter, Snapshot, open_reader, probe_directory
from tests.insight.runs import N_CLASSES, N_TEST, N_TRAIN, log_noisy_run
from tests.serve.served import Served, serve

if TYPE_CHECKING:
    from pathlib import Path

    from tb_timetravel.store import ProbeReader

OF_PROBE = {"run": "noisy", "tag": "probe"}
N = N_TRAIN + N_TEST
TEST_SAMPLE = N_TRAIN + 3


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    log_noisy_run(root / "noisy", n_steps=6)
    return root


@pytest.fixture
def served(root: Path) -> Served:
    return serve(root)


@pytest.fixture
def reader(root: Path) -> ProbeReader:
    return open_reader(probe_directory(str(root / "noisy"), "probe"))


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ({}, {}),
        ({"target": "prediction", "until": 2}, {"target": "prediction", "until": 2}),
        ({"target": 1, "top": 3}, {"target": 1, "top": 3}),
    ],
    ids=str,
)
def test_influence_is_what_the_package_says(served: Served, reader: ProbeReader, arguments: dict, given: dict):
    answer = served.get("influence", **OF_PROBE, sample=TEST_SAMPLE, **arguments).json
    (expected,) = influence(reader, [TEST_SAMPLE], **given)
    assert answer["target"] == expected.target
    assert answer["steps"] == [step.step for step in reader.steps() if step.step <= given.get("until", 99)]
    for name, positions, scores in (
        ("helpers", expected.helpers, expected.helper_scores),
        ("harmers", expected.harmers, expected.harmer_scores),
    ):
        assert [one["sample"] for one in answer[name]] == positions.tolist()
        assert [one["influence"] for one in answer[name]] == scores.tolist()
    assert answer["helpers"]


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("as_one", [False, True])
def test_near_is_what_the_package_says_at_a_step_and_through_time(served: Served, reader: ProbeReader, metric: str, as_one: bool):
    arguments = {"samples": "3,7-9", "k": 4, "metric": metric, "as_one": int(as_one)}
    found = near(reader, [3, 7, 8, 9], 2, 4, metric=metric, as_one=as_one)
    (answer,) = served.get("near", **OF_PROBE, step=2, **arguments).json["near"]
    assert (answer["step"], answer["positions"]) == (2, found.positions.tolist())
    np.testing.assert_allclose(answer["distances"], found.distances, rtol=1e-6)
    through_time = served.get("near", **OF_PROBE, step="all", **arguments).json["near"]
    expected = list(near_through_time(reader, [3, 7, 8, 9], 4, metric=metric, as_one=as_one))
    assert [(one["step"], one["positions"]) for one in through_time] == [(one.step, one.positions.tolist()) for one in expected]
    assert len(through_time) == 6


def test_the_middle_of_very_many_can_be_asked_about(served: Served):
    (answer,) = served.get("near", **OF_PROBE, step=5, samples=f"0-{N - 3}", as_one=1).json["near"]
    assert sorted(answer["positions"][0]) == [N - 2, N - 1]


def test_a_direction_that_is_none_is_at_no_distance(tmp_path: Path):
    directory, _ = log_noisy_run(tmp_path / "noisy", n_steps=1)
    x = np.ones((N, 6), np.float32)
    x[4] = 0.0
    DynamicsWriter(directory).write_step(Snapshot(0, x, np.zeros((N, N_CLASSES), np.float32), None), wall_time=0.0)
    (answer,) = serve(tmp_path).get("near", **OF_PROBE, step=0, samples="4", metric="cosine", k=2).json["near"]
    assert answer["distances"] == [[None, None]]
    assert math.isinf(near(open_reader(directory), [4], 0, 2, metric="cosine").distances[0, 0])


def test_of_a_long_log_evenly_spaced_steps_are_read(served: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(searches, "_MOST_BYTES", 3 * 2**18)  # three of six steps: a small one counts for so much
    assert served.get("influence", **OF_PROBE, sample=TEST_SAMPLE, until=4).json["steps"] == [0, 2, 4]
    through_time = served.get("near", **OF_PROBE, step="all", samples="3").json["near"]
    assert [one["step"] for one in through_time] == [0, 2, 5]
    through_time = served.get("near", **OF_PROBE, step="all", samples="3-9").json["near"]
    assert [one["step"] for one in through_time] == [0, 5]  # for seven samples, each step is gone through seven times


def test_an_answer_is_remembered_until_something_is_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    directory, _ = log_noisy_run(tmp_path / "noisy", n_steps=2)
    served, looks = serve(tmp_path), []
    real = searches.influence
    monkeypatch.setattr(searches, "influence", lambda *given, **options: looks.append(given) or real(*given, **options))
    first = served.get("influence", **OF_PROBE, sample=3).json
    assert served.get("influence", **OF_PROBE, sample=3).json == first
    assert len(looks) == 1
    arrays = np.zeros((N, 6), np.float32), np.zeros((N, N_CLASSES), np.float32)
    DynamicsWriter(directory).write_step(Snapshot(7, *arrays, None), wall_time=0.0)
    assert served.get("influence", **OF_PROBE, sample=3).json["steps"] == [0, 1, 7]
    assert len(looks) == 2


@pytest.mark.parametrize(
    ("route", "arguments", "code", "words"),
    [
        ("influence", {"sample": N}, 404, f"0 to {N - 1}"),
        ("influence", {}, 400, "sample"),
        ("influence", {"sample": 0, "target": "nonsense"}, 400, "target"),
        ("influence", {"sample": 0, "target": 3}, 404, "got 3"),
        ("influence", {"sample": 0, "until": 99}, 404, "got 99"),
        ("influence", {"sample": 0, "top": 101}, 400, "1 to 100"),
        ("near", {"step": 0, "samples": "0-16"}, 400, "as_one=1"),
        ("near", {"step": 0, "samples": f"0-{N}"}, 404, f"0 to {N - 1}"),
        ("near", {"step": 0, "samples": f"0-{N - 1}," * 3 + "0", "as_one": 1}, 400, f"1 to {N} samples"),
        ("near", {"step": 0, "samples": "0-999999999999", "as_one": 1}, 404, "999999999999"),
        ("near", {"step": 0, "samples": "5-3"}, 400, "3,5-9"),
        ("near", {"step": 0, "samples": "5-"}, 400, "3,5-9"),
        ("near", {"step": 0, "samples": ""}, 400, "3,5-9"),
        ("near", {"step": 77, "samples": "0"}, 404, "got 77"),
        ("near", {"step": "every", "samples": "0"}, 400, "step"),
        ("near", {"step": 0, "samples": "0", "metric": "manhattan"}, 400, "euclidean, cosine"),
        ("near", {"step": 0, "samples": "0", "k": 0}, 400, "1 to 100"),
        ("near", {"step": 0, "samples": "0", "as_one": 2}, 400, "as_one"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(served: Served, route: str, arguments: dict, code: int, words: str):
    response = served.get(route, **OF_PROBE, **arguments)
    assert response.status_code == code
    assert words in response.json["error"]


@pytest.fixture
def two(tmp_path: Path) -> tuple[Served, ProbeReader, ProbeReader]:
    """Two runs of the same samples, one of which has a step more."""
    for run, n_steps in (("noisy", 4), ("other", 5)):
        log_noisy_run(tmp_path / run, n_steps=n_steps)
    return serve(tmp_path), *(open_reader(probe_directory(str(tmp_path / run), "probe")) for run in ("noisy", "other"))


OTHER = {"with_run": "other", "with_tag": "probe"}


@pytest.mark.parametrize("as_one", [False, True])
def test_near_in_another_run_is_what_the_package_says(two: tuple[Served, ProbeReader, ProbeReader], as_one: bool):
    served, *readers = two
    arguments = {"samples": "3,7-9", "k": 4, "metric": "cosine", "as_one": int(as_one), **OTHER}
    (answer,) = served.get("near", **OF_PROBE, step=2, with_step=3, **arguments).json["near"]
    found = near_across(*readers, [3, 7, 8, 9], 2, 3, 4, metric="cosine", as_one=as_one)
    assert (answer["step"], answer["with_step"]) == (2, 3)
    assert answer["positions"] == found.positions.tolist()
    np.testing.assert_allclose(answer["distances"], found.distances, rtol=1e-6)
    assert answer["own"] == ([None] if as_one else found.own.tolist())
    assert (answer["n_matched"], answer["n_anchors"]) == (N, found.n_anchors)
    assert (answer["recall"], answer["recall_by_chance"]) == (found.recall, found.recall_by_chance)
    through_time = served.get("near", **OF_PROBE, step="all", **arguments).json["near"]
    assert [(one["step"], one["with_step"]) for one in through_time] == [(step, step) for step in range(4)]


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ({"with_run": "other"}, 400, "expected a parameter with_tag"),
        ({"with_run": "none", "with_tag": "probe"}, 404, "TensorBoard knows no run"),
        ({**OTHER, "with_step": 9}, 404, "expected a logged step, got 9"),
        ({**OTHER, "with_step": "x"}, 400, "expected a parameter with_step"),
        ({**OTHER, "samples": "0-16"}, 400, "1 to 16 samples, got 17"),
        ({**OTHER, "samples": N}, 404, "expected samples from 0"),
    ],
)
def test_what_cannot_be_asked_of_another_run_is_refused(two: tuple[Served, ProbeReader, ProbeReader], more: dict, code: int, said: str):
    response = two[0].get("near", **{**OF_PROBE, "step": 2, "samples": 3, **more})
    assert response.status_code == code
    assert said in response.json["error"]


def test_without_logits_nobody_knows_what_helped(tmp_path: Path):
    log_noisy_run(tmp_path / "noisy", with_logits=False)
    response = serve(tmp_path).get("influence", **OF_PROBE, sample=0)
    assert response.status_code == 404
    assert "expected logits" in response.json["error"]
