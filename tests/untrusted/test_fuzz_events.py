"""Event files are TensorBoard's to read, never ours; whatever it makes of damaged ones, no answer of ours is a 5xx."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto import summary_pb2
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.util import tensor_util

from tests.serve.served import Served, serve, write_events, write_film, write_probe
from tests.untrusted.events import damaged_events, join_records, split_records

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

N_EXAMPLES = int(os.environ.get("TT_FUZZ_EXAMPLES", "60"))  # `make fuzz` takes more


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Log a run with a film, and one of scalars alone; give the event file of the first."""
    root = tmp_path_factory.mktemp("events")
    write_events(root / "digits")
    write_film(write_probe(root / "digits"))
    write_events(root / "digits/validation", marked=False)
    (path,) = (root / "digits").glob("*.tfevents.*")
    return path


def ask_all(served: Served) -> list[int]:
    """Ask what TensorBoard has read of every run; give the codes of the answers about curves."""
    assert served.client.get("/data/plugins_listing").status_code == 200
    runs = served.get("runs")
    assert runs.status_code in (200, 409), runs.data
    codes = []
    for run in ("digits", "digits/validation"):
        assert served.get("run", run=run, tag="probe").status_code < 500
        listed = served.get("scalar_tags", run=run)
        assert listed.status_code in (200, 404, 409), listed.data
        for scalar in listed.json.get("scalars", ()):
            curve = served.get("scalars", run=scalar["run"], tag=scalar["tag"])
            assert curve.status_code < 500, curve.data
            assert curve.status_code == 200 or curve.json["error"]
            codes.append(curve.status_code)
    return codes


@settings(max_examples=N_EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False))
def test_a_damaged_event_file_upsets_no_route(events: Path, random: Random):
    whole = events.read_bytes()
    try:
        events.write_bytes(b"")
        served = serve(events.parent.parent)
        events.write_bytes(damaged_events(whole, random))
        with contextlib.suppress(Exception):  # whatever ends TensorBoard's own reading, which is a thread beside the one that answers
            served.reload()
        ask_all(served)
    finally:
        events.write_bytes(whole)


def test_an_event_file_is_taken_apart_and_put_together_as_it_was(events: Path):
    whole = events.read_bytes()
    records = split_records(whole)
    assert len(records) == 5  # its version, a marker, three points
    assert join_records(records) == whole
    assert ask_all(serve(events.parent.parent)) == [200] * 4


@pytest.mark.parametrize("array", [np.array(b"text"), np.zeros((3, 2)), np.array(1 + 2j), np.array([b"a", b"b"])], ids=repr)
def test_a_curve_that_is_none_is_told_in_a_sentence(tmp_path: Path, array: np.ndarray):
    write_events(tmp_path / "digits")
    value = summary_pb2.Summary.Value(tag="odd", tensor=tensor_util.make_tensor_proto(array))
    value.metadata.plugin_data.plugin_name = "scalars"
    value.metadata.data_class = summary_pb2.DATA_CLASS_SCALAR
    event = Event(step=1, wall_time=1e9, summary=summary_pb2.Summary(value=[value]))
    with next((tmp_path / "digits").glob("*.tfevents.*")).open("ab") as file:
        file.write(join_records([event.SerializeToString()]))
    answer = serve(tmp_path).get("scalars", run="digits", tag="odd")
    assert answer.status_code == 409
    assert "expected a number at each step of 'odd' in an event file of the run 'digits'" in answer.json["error"]
    assert serve(tmp_path).get("scalars", run="digits", tag="loss/train").status_code == 200
