"""What a log says of each sample, read by a real child process and sent over HTTP."""

from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tb_timetravel.cli import main
from tb_timetravel.insight import KINDS, sample_columns
from tb_timetravel.insight.film import film_events
from tb_timetravel.store import FilmStore, open_reader
from tests.insight.runs import log_noisy_run
from tests.serve.served import FILM, STEPS, Served, serve

OF_PROBE = {"run": "digits", "tag": "probe"}
OF_NOISY = {"run": "noisy", "tag": "probe"}


def wait_for_state(served: Served, *states: str, **of: str) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while True:
        answer = served.get("insight", **of).json
        if answer["state"] in states:
            return answer
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A run some of whose labels are wrong, read for insight; it has no film."""
    root = tmp_path_factory.mktemp("runs")
    log_noisy_run(root / "noisy")
    assert main(["insight", str(root)]) == 0
    return serve(root)


def reader_of(served: Served, run: str) -> Any:
    return open_reader(str(Path(served.plugin._context.logdir) / run / "plugins" / "timetravel" / "probe"))


def unpack_events(content: bytes, *, jumps: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    magic, n_steps = struct.unpack_from("<4sI", content)
    assert magic == b"TTE1"
    offsets = np.frombuffer(content, "<u4", n_steps + 1, 8)
    n, start = int(offsets[-1]), 8 + 4 * (n_steps + 1)
    positions = np.frombuffer(content, "<u4", n, start)
    assert len(content) == start + 4 * n * (3 if jumps else 1)
    if not jumps:
        return offsets, positions, np.empty(0), np.empty(0)
    return offsets, positions, np.frombuffer(content, "<i4", n, start + 4 * n), np.frombuffer(content, "<f4", n, start + 8 * n)


def test_before_it_is_read_a_log_says_nothing_and_how_to_have_it_read(served: Served, logdir: Path):
    answer = served.get("insight", **OF_PROBE).json
    assert (answer["state"], answer["insight"], answer["film"], answer["stale"]) == ("none", None, None, False)
    assert (answer["columns"], answer["kinds"], answer["steps"]) == ([], [], [])
    assert answer["has_labels"] is True
    assert answer["command"] == f"timetravel insight {logdir} --run digits --tag probe"
    assert answer["cannot"] is None


def test_a_log_that_the_tab_has_read_says_what_the_package_says(served: Served, logdir: Path):
    started = served.post("insight", OF_PROBE)
    assert started.status_code == 202
    assert started.json["started"] is True
    assert started.json["insight"]["state"] in ("starting", "running")
    answer = wait_for_state(served, "finished", "failed", **OF_PROBE)
    assert (answer["state"], answer["fraction"], answer["error"]) == ("finished", 1.0, None)
    assert (answer["film"], answer["stale"], tuple(answer["steps"])) == (FILM, False, STEPS)
    directory = str(logdir / "digits" / "plugins" / "timetravel" / "probe")
    expected = sample_columns(open_reader(directory))
    assert [column["name"] for column in answer["columns"]] == list(expected)
    for column in answer["columns"]:
        content = served.get("insight_values", **OF_PROBE, insight=answer["insight"], column=column["name"])
        assert "max-age=31536000" in content.headers["Cache-Control"]
        found = np.frombuffer(decoded(content), "<f8", offset=8)
        known = np.asarray(expected[column["name"]], np.float64)
        known = np.where(known < 0, np.nan, known) if column["name"] == "looks_like" else known
        np.testing.assert_array_equal(found, known)
        assert column["low"] == pytest.approx(known[np.isfinite(known)].min())
        assert column["high"] == pytest.approx(known[np.isfinite(known)].max())
        assert column["label"]
        assert column["description"].endswith(".")
    reader, films = open_reader(directory), FilmStore(directory)
    told = list(film_events(reader, films, films.film(FILM)))
    assert [kind["kind"] for kind in answer["kinds"]] == [kind for kind in KINDS if kind in told[0].samples]
    for kind in answer["kinds"]:
        content = served.get("insight_events", **OF_PROBE, insight=answer["insight"], kind=kind["kind"])
        offsets, positions, targets, sizes = unpack_events(decoded(content), jumps=kind["kind"] == "confidence_jump")
        assert kind["counts"] == np.diff(offsets).tolist() == [step.counts[kind["kind"]] for step in told]
        assert positions.tolist() == [p for step in told for p in step.samples[kind["kind"]].tolist()]
        if kind["kind"] == "confidence_jump":
            assert targets.tolist() == [t for step in told for t in step.jump_targets.tolist()]
            assert sizes.tolist() == [s for step in told for s in step.jump_sizes.tolist()]


def decoded(response: Any) -> bytes:
    assert response.status_code == 200, response.data
    assert response.headers["Content-Type"] == "application/octet-stream"
    return response.data
