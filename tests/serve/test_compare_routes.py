"""Two runs compared over HTTP: the answers are those of ``insight``, kept until a log changes, and refused in a sentence."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel.insight.comparison import compare
from tb_timetravel.insight.neighbors_differ import neighbor_difference
from tb_timetravel.serve import compare_routes
from tb_timetravel.serve.compare_routes import pack_shares
from tb_timetravel.store import DynamicsWriter, Snapshot, open_reader, probe_directory
from tests.serve.served import N_CLASSES, N_FEATURES, N_SAMPLES, STEPS, serve, write_events, write_probe

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serve.served import Served

PAIR = {"run": "digits", "tag": "probe", "with_run": "more", "with_tag": "probe"}


@pytest.fixture
def both(logdir: Path) -> Served:
    write_events(logdir / "more")
    write_probe(logdir / "more")
    return serve(logdir)


def log_step(logdir: Path, run: str, step: int) -> None:
    rng = np.random.default_rng(step)
    arrays = [rng.normal(size=(N_SAMPLES, width)).astype(np.float32) for width in (N_FEATURES, N_CLASSES)]
    DynamicsWriter(probe_directory(str(logdir / run), "probe")).write_step(Snapshot(step, *arrays, None), wall_time=1e9)


def test_every_pair_of_steps_has_a_similarity(both: Served, logdir: Path):
    log_step(logdir, "more", 20)
    answer = both.get("compare", **PAIR)
    assert answer.status_code == 200
    one, other = (open_reader(probe_directory(str(logdir / run), "probe")) for run in ("digits", "more"))
    expected = compare(one, other)
    found = answer.json
    assert (found["steps"], found["with_steps"]) == (list(STEPS), [*STEPS, 20])
    assert (found["n_matched"], found["n_used"], found["seed"]) == (N_SAMPLES, N_SAMPLES, 0)
    np.testing.assert_allclose(found["cka"], expected.cka, atol=1e-4)
    assert [found["cka"][i][i] for i in range(3)] == [1, 1, 1]  # both runs of this logdir log the same
    assert abs(found["cka"][0][3]) < 0.5


def test_an_answer_is_made_once_until_a_log_changes(both: Served, logdir: Path, monkeypatch: pytest.MonkeyPatch):
    made = []
    monkeypatch.setattr(compare_routes, "compare", lambda one, other: made.append(one.directory) or compare(one, other))
    first = both.get("compare", **PAIR)
    assert both.get("compare", **PAIR).data == first.data
    assert len(made) == 1
    log_step(logdir, "more", 20)
    assert both.get("compare", **PAIR).json["with_steps"][-1] == 20
    assert len(made) == 2


def test_a_run_is_compared_with_itself(both: Served):
    found = both.get("compare", **{**PAIR, "with_run": "digits"}).json
    assert found["cka"] == np.transpose(found["cka"]).tolist()


def test_each_sample_has_the_share_of_its_neighbours_that_differ(both: Served, logdir: Path):
    answer = both.get("compare_neighbors", **PAIR, step=5, with_step=9)
    assert (answer.status_code, answer.content_type) == (200, "application/octet-stream")
    content = answer.data
    assert struct.unpack("<4sIff", content[:16]) == (b"TTV1", N_SAMPLES, 0.0, 1.0)
    one, other = (open_reader(probe_directory(str(logdir / run), "probe")) for run in ("digits", "more"))
    expected = neighbor_difference(one, other, 5, 9).shares
    np.testing.assert_allclose(np.frombuffer(content[16:], np.uint8) / 254, expected, atol=1 / 254)
    same = both.get("compare_neighbors", **PAIR, step=5, with_step=5).data[16:]
    assert same == bytes(N_SAMPLES)


def test_what_was_not_measured_is_a_byte_of_its_own():
    content = gzip.decompress(pack_shares(np.array([0, 0.5, 1, np.nan], np.float32)))
    assert list(content[16:]) == [0, 127, 254, 255]


@pytest.mark.parametrize(
    ("route", "changes", "code", "words"),
    [
        ("compare", {"with_run": ""}, 400, "a parameter with_run"),
        ("compare", {"with_run": "nobody"}, 404, "no run named 'nobody'"),
        ("compare", {"with_run": "../more"}, 404, "no run named"),
        ("compare", {"with_tag": "other"}, 404, "no probe set named 'other'"),
        ("compare_neighbors", {"step": 5, "with_step": 6}, 404, "expected a logged step, got 6"),
        ("compare_neighbors", {"step": 5, "with_step": "-1"}, 400, "a parameter with_step"),
        ("compare_neighbors", {"step": 5}, 400, "a parameter with_step"),
    ],
)
def test_what_cannot_be_compared_is_refused(both: Served, route: str, changes: dict[str, object], code: int, words: str):
    answer = both.get(route, **{**PAIR, **changes})
    assert answer.status_code == code
    assert words in answer.json["error"]
