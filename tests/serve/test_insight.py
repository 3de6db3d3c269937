"""What a log says of each sample, read by a real child process and sent over HTTP."""

from __future__ import annotations

import json
import shutil
import struct
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tb_timetravel.cli import main
from tb_timetravel.insight import KINDS, film_events, sample_columns
from tb_timetravel.schema import InsightStatus
from tb_timetravel.store import DynamicsWriter, FilmStore, FitLock, InsightStore, Snapshot, StatusFile, open_reader, set_cache
from tb_timetravel.store.status import INSIGHT, JobLock
from tests.insight.runs import log_noisy_run
from tests.serve.served import FILM, N_CLASSES, N_FEATURES, N_SAMPLES, POST_HEADERS, PREFIX, STEPS, Served, serve
from tests.serve.test_guard import REFUSED_HEADERS
from tests.store.projector.embeddings import TAG as EMBEDDING_TAG
from tests.store.projector.embeddings import N as N_EMBEDDED
from tests.store.projector.embeddings import log as log_embeddings

if TYPE_CHECKING:
    from pathlib import Path

OF_PROBE = {"run": "digits", "tag": "probe"}
WHERE = ("digits", "plugins", "timetravel", "probe")
OF_NOISY = {"run": "noisy", "tag": "probe"}


def wait_for_state(served: Served, *states: str, **of: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while True:
        answer = served.get("insight", **of).json
        if answer["state"] in states:
            return answer
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)


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


def test_what_is_stored_is_not_read_again(served: Served, logdir: Path):
    assert main(["insight", str(logdir)]) == 0
    record = logdir.joinpath(*WHERE, "insight", served.get("insight", **OF_PROBE).json["insight"], "insight.json")
    before = record.stat().st_mtime_ns
    served.post("insight", OF_PROBE)
    wait_for_state(served, "finished", **OF_PROBE)
    assert record.stat().st_mtime_ns == before


def test_what_is_stored_and_damaged_is_read_again(served: Served, logdir: Path):
    assert main(["insight", str(logdir)]) == 0
    answer = served.get("insight", **OF_PROBE).json
    column = logdir.joinpath(*WHERE, "insight", answer["insight"], "column.suspicion.npy")
    whole = column.read_bytes()
    column.write_bytes(whole[:100])
    response = served.get("insight_values", **OF_PROBE, insight=answer["insight"], column="suspicion")
    assert response.status_code == 409
    assert "damaged or incomplete" in response.json["error"]
    assert main(["insight", str(logdir)]) == 0
    assert column.read_bytes() == whole


def test_an_insight_is_stale_once_more_is_logged_and_the_new_one_takes_its_place(served: Served, logdir: Path):
    assert main(["insight", str(logdir)]) == 0
    first = served.get("insight", **OF_PROBE).json
    directory = str(logdir.joinpath(*WHERE))
    write_step(directory, 12)
    assert served.get("insight", **OF_PROBE).json["stale"] is True
    assert main(["insight", str(logdir)]) == 0  # the film is of older data, so what is told is of the log alone
    second = served.get("insight", **OF_PROBE).json
    assert (second["stale"], second["film"], second["steps"]) == (False, None, [*STEPS, 12])
    assert second["insight"] != first["insight"]
    assert "border_crossing" not in [kind["kind"] for kind in second["kinds"]]
    of_film = served.get("insight", **OF_PROBE, film=FILM).json
    assert (of_film["insight"], of_film["film"], of_film["stale"]) == (first["insight"], FILM, True)


def test_the_events_of_an_older_film_can_be_asked_for(served: Served, logdir: Path):
    write_step(str(logdir.joinpath(*WHERE)), 12)
    served.post("insight", {**OF_PROBE, "film": FILM})
    wait_for_state(served, "finished", **OF_PROBE)
    answer = served.get("insight", **OF_PROBE).json
    assert (answer["film"], answer["stale"], tuple(answer["steps"])) == (FILM, False, STEPS)


def test_what_was_told_of_a_film_stays_when_the_film_is_deleted(served: Served, logdir: Path):
    assert main(["insight", str(logdir)]) == 0
    shutil.rmtree(logdir.joinpath(*WHERE, "films", FILM))
    answer = served.get("insight", **OF_PROBE, film=FILM).json
    assert answer["film"] == FILM
    assert served.get("insight_events", **OF_PROBE, insight=answer["insight"], kind="border_crossing").status_code == 200
    assert served.post("insight", {**OF_PROBE, "film": FILM}).status_code == 404


def test_only_the_newest_three_are_kept(logdir: Path):
    for step in range(20, 24):
        write_step(str(logdir.joinpath(*WHERE)), step)
        assert main(["insight", str(logdir)]) == 0
    store = InsightStore(str(logdir.joinpath(*WHERE)))
    kept = store.insights()
    assert [len(insight.steps) for insight in kept] == [7, 6, 5]
    assert sorted(path.name for path in logdir.joinpath(*WHERE, "insight").iterdir()) == sorted(insight.insight for insight in kept)


@pytest.mark.parametrize(
    ("n_steps", "with_logits"), [(1, True), (1, False), (3, False)], ids=["one step", "one step without logits", "without logits"]
)
def test_a_log_that_says_less_is_read_as_far_as_it_goes(tmp_path: Path, n_steps: int, with_logits: bool):
    log_noisy_run(tmp_path / "noisy", n_steps=n_steps, with_logits=with_logits)
    assert main(["insight", str(tmp_path)]) == 0
    served = serve(tmp_path)
    answer = served.get("insight", run="noisy", tag="probe").json
    names = [column["name"] for column in answer["columns"]]
    assert {"suspicion", "looks_like", "rare_position"} <= set(names)
    assert ("confidence" in names) == with_logits
    kinds = {kind["kind"]: kind["counts"] for kind in answer["kinds"]}
    assert set(kinds) == {"closer", "farther"} | (
        {"learned", "forgotten", "wrong_to_wrong", "unlabelled_flip", "confidence_jump"} if with_logits else set()
    )
    assert all(counts[0] == 0 for counts in kinds.values())
    for column in names:
        assert served.get("insight_values", run="noisy", tag="probe", insight=answer["insight"], column=column).status_code == 200
    for kind in kinds:
        content = decoded(served.get("insight_events", run="noisy", tag="probe", insight=answer["insight"], kind=kind))
        assert np.diff(unpack_events(content, jumps=kind == "confidence_jump")[0]).tolist() == kinds[kind]


def test_without_a_step_there_is_nothing_to_read_and_a_sentence_says_so(served: Served, logdir: Path):
    shutil.rmtree(logdir.joinpath(*WHERE, "steps"))
    assert "no step is logged" in served.get("insight", **OF_PROBE).json["cannot"]
    assert served.post("insight", OF_PROBE).status_code == 403


def test_embeddings_are_read_too(tmp_path: Path):
    log_embeddings(tmp_path / "run")
    assert main(["insight", str(tmp_path)]) == 0
    served = serve(tmp_path)
    answer = served.get("insight", run="run", tag=EMBEDDING_TAG).json
    assert answer["state"] == "finished", answer
    assert [kind["kind"] for kind in answer["kinds"]] == ["closer", "farther"]
    content = decoded(served.get("insight_values", run="run", tag=EMBEDDING_TAG, insight=answer["insight"], column="rare_position"))
    assert struct.unpack_from("<4sI", content) == (b"TTC1", N_EMBEDDED)


def test_a_logdir_that_may_only_be_read_has_its_insight_in_the_cache(logdir: Path, tmp_path: Path):
    before = sorted(logdir.rglob("*"))
    served = serve(logdir, timetravel_cache=str(tmp_path / "cache"))
    try:
        assert served.post("insight", OF_PROBE).json["started"]
        answer = wait_for_state(served, "finished", "failed", **OF_PROBE)
        assert answer["state"] == "finished", answer
        assert f"--cache {tmp_path / 'cache'}" in answer["command"]
        assert served.get("insight_values", **OF_PROBE, insight=answer["insight"], column="suspicion").status_code == 200
    finally:
        set_cache(None)
    assert sorted(logdir.rglob("*")) == before


@pytest.mark.parametrize(
    ("route", "arguments", "code", "words"),
    [
        ("insight", {"tag": "nope"}, 404, "nope"),
        ("insight", {"film": "nope"}, 400, "film"),
        ("insight_values", {"column": "../suspicion"}, 400, "one of"),
        ("insight_values", {"column": "suspicion", "insight": "0" * 16}, 404, "not stored any more"),
        ("insight_values", {"column": "suspicion", "insight": "x"}, 400, "16 hexadecimal"),
        ("insight_values", {"column": "confidence"}, 404, "expected a column of"),
        ("insight_events", {"kind": "nope"}, 400, "one of"),
        ("insight_events", {"kind": "border_crossing"}, 404, "expected a kind of"),
    ],
)
def test_what_cannot_be_sent_is_a_sentence(without_logits: Served, route: str, arguments: dict, code: int, words: str):
    key = without_logits.get("insight", **OF_NOISY).json["insight"]
    response = without_logits.get(route, **{**OF_NOISY, "insight": key, **arguments})
    assert response.status_code == code
    assert words in response.json["error"]


@pytest.fixture(scope="module")
def without_logits(tmp_path_factory: pytest.TempPathFactory) -> Served:
    root = tmp_path_factory.mktemp("runs")
    log_noisy_run(root / "noisy", with_logits=False)
    assert main(["insight", str(root)]) == 0
    return serve(root)


@pytest.mark.parametrize("route", ["insight", "insight/cancel"])
@pytest.mark.parametrize("headers", REFUSED_HEADERS, ids=str)
def test_a_post_that_another_page_could_send_starts_nothing(served: Served, route: str, headers: dict):
    all_headers = {"Content-Type": "application/json", **POST_HEADERS, **headers}
    assert served.client.post(PREFIX + route, data=json.dumps(OF_PROBE), headers=all_headers).status_code == 403
    assert served.get("insight", **OF_PROBE).json["state"] == "none"


@pytest.mark.parametrize("flags", [{"bind_all": True}, {"timetravel_allow_fit": "false"}], ids=str)
def test_who_may_not_start_fits_may_not_start_this(logdir: Path, flags: dict):
    served = serve(logdir, **flags)
    assert "--timetravel_allow_fit" in served.get("insight", **OF_PROBE).json["cannot"]
    response = served.post("insight", OF_PROBE)
    assert response.status_code == 403
    assert "--timetravel_allow_fit" in response.json["error"]


def test_a_reading_goes_on_beside_a_fit_and_a_second_one_does_not(served: Served, logdir: Path):
    directory = str(logdir.joinpath(*WHERE))
    with FitLock(directory), JobLock(directory, INSIGHT):
        StatusFile(directory, INSIGHT).write(InsightStatus(state="running", fraction=0.25, started_at=5.0))
        answer = served.post("insight", OF_PROBE).json
        assert (answer["started"], answer["insight"]["state"], answer["insight"]["fraction"]) == (False, "running", 0.25)
        assert served.get("fit", **OF_PROBE).json["state"] == "none"
        assert served.post("insight/cancel", OF_PROBE).status_code == 202
        assert StatusFile(directory, INSIGHT).cancel_requested(InsightStatus(started_at=5.0))
    answer = served.get("insight", **OF_PROBE).json
    assert answer["state"] == "failed"  # nobody holds the lock
    assert "the process of the reading for insight ended without saying why" in answer["error"]


def test_a_reading_that_fails_says_why(served: Served, logdir: Path):
    next(logdir.joinpath(*WHERE, "steps").glob("*.representations.npy")).write_bytes(b"nonsense")
    served.post("insight", OF_PROBE)
    answer = wait_for_state(served, "finished", "failed", **OF_PROBE)
    assert answer["state"] == "failed"
    assert "damaged or incomplete" in answer["error"]
    assert answer["insight"] is None


def write_step(directory: str, step: int) -> None:
    """Log one more step of the small probe set."""
    rng = np.random.default_rng(step)
    arrays = [rng.normal(size=(N_SAMPLES, width)).astype(np.float32) for width in (N_FEATURES, N_CLASSES)]
    DynamicsWriter(directory).write_step(Snapshot(step, arrays[0], arrays[1], None), wall_time=1e9)
