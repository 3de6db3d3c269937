"""True nearest neighbors, against sorting all distances, and how the route refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel.serve.neighbors import MAX_NEIGHBORS, NeighborSearch
from tb_timetravel.store import DynamicsReader, DynamicsWriter, Snapshot
from tests.serve.served import N_FEATURES, N_SAMPLES, STEPS, Served

if TYPE_CHECKING:
    from pathlib import Path

OF_PROBE = {"run": "digits", "tag": "probe"}


def sorted_distances(values: np.ndarray, sample: int, k: int) -> list[int]:
    distances = np.linalg.norm(values.astype(np.float64) - values[sample].astype(np.float64), axis=1)
    return [int(other) for other in np.argsort(distances, kind="stable") if other != sample][:k]


def test_the_route_names_the_neighbors_of_each_sample_at_that_step(served: Served, logdir: Path):
    reader = DynamicsReader(str(logdir / "digits" / "plugins" / "timetravel" / "probe"))
    for step in reader.steps():
        values = np.asarray(reader.read(reader.probe(), step).representations)
        answer = served.get("neighbors", **OF_PROBE, step=step.step, samples="3,0,3", k=5).json
        expected = {sample: sorted_distances(values, sample, 5) for sample in (3, 0)}
        assert answer == {"step": step.step, "k": 5, "neighbors": [expected[3], expected[0], expected[3]]}


def test_a_step_that_is_logged_again_is_looked_at_again(served: Served, logdir: Path):
    before = served.get("neighbors", **OF_PROBE, step=STEPS[0], samples=0, k=3).json
    values = np.arange(N_SAMPLES, dtype=np.float32)[:, None].repeat(N_FEATURES, axis=1)
    directory = str(logdir / "digits" / "plugins" / "timetravel" / "probe")
    DynamicsWriter(directory).write_step(Snapshot(STEPS[0], values, None, None), wall_time=0.0)
    after = served.get("neighbors", **OF_PROBE, step=STEPS[0], samples=0, k=3).json
    assert after["neighbors"] == [[1, 2, 3]] != before["neighbors"]


def test_a_sample_has_all_others_as_neighbors_where_k_is_larger(tmp_path: Path):
    from tests.store.records import N, write_run

    write_run(tmp_path)
    found = NeighborSearch().find(str(tmp_path), 0, [1], MAX_NEIGHBORS)
    assert sorted(found[0]) == [other for other in range(N) if other != 1]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"step": 0, "k": 5}, 400, "parameter samples"),
        ({"step": 0, "k": 5, "samples": "1,,2"}, 400, "parameter samples"),
        ({"step": 0, "k": 5, "samples": "-1"}, 400, "parameter samples"),
        ({"step": 0, "k": 5, "samples": ",".join(["1"] * 17)}, 400, "1 to 16"),
        ({"step": 0, "k": 31, "samples": "1"}, 400, "k from 1 to 30"),
        ({"step": 0, "k": 0, "samples": "1"}, 400, "k from 1 to 30"),
        ({"step": 0, "samples": "1"}, 400, "parameter k"),
        ({"k": 5, "samples": "1"}, 400, "parameter step"),
        ({"step": 4, "k": 5, "samples": "1"}, 404, "step 4"),
        ({"step": 0, "k": 5, "samples": f"1,{N_SAMPLES}"}, 404, "0 to 39"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(served: Served, arguments: dict, code: int, words: str):
    response = served.get("neighbors", **OF_PROBE, **arguments)
    assert response.status_code == code
    assert words in response.json["error"]
