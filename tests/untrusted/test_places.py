"""No name and no link in a logdir leads anybody's reading or writing out of it."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from werkzeug.test import create_environ
from werkzeug.wrappers import Request

from tb_timetravel.errors import Corrupt, StoreError
from tb_timetravel.insight.recording import record_insight
from tb_timetravel.schema import FitStatus
from tb_timetravel.serve.http import respond_json
from tb_timetravel.serve.jobs import FitRequest, Jobs
from tb_timetravel.store import FilmStore, FitLock, InsightStore, SelectionsFile, StatusFile, VerdictsFile, open_reader
from tb_timetravel.store.status import FIT
from tests.serve.served import FILM, N_SAMPLES, PREFIX, STEPS, Served, serve, write_events, write_film, write_probe
from tests.untrusted.asking import read_everything

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN = "what somebody else keeps"


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    root = tmp_path / "runs"
    write_events(root / "digits")
    write_film(write_probe(root / "digits", kind="text"))
    return root


def probe_of(logdir: Path) -> Path:
    return logdir / "digits/plugins/timetravel/probe"


def ask_all(served: Served) -> list[bytes]:
    given = {"run": "digits", "tag": "probe", "film": FILM, "step": STEPS[0], "page": 0, "sample": 0, "samples": 0, "k": 3, "column": 0}
    routes = [route.lstrip("/") for route in served.plugin.get_plugin_apps() if "*" not in route]
    answers = [served.get(route, **given) for route in routes]
    assert all(answer.status_code < 500 for answer in answers)
    return [answer.data for answer in answers]


FILES = ("probe.json", "texts/000000.json", "fit.json", "fit.log", "selections.json", f"films/{FILM}/film.json")
LINKED = (*FILES, "verdicts.json", "texts", "films", f"films/{FILM}", "steps", "insight")


@pytest.mark.parametrize("name", LINKED)
def test_a_link_out_of_the_probe_set_is_not_read(logdir: Path, tmp_path: Path, name: str):
    path, outside = probe_of(logdir) / name, tmp_path / "outside"
    StatusFile(str(probe_of(logdir))).write(FitStatus(state="running", started_at=1.0, updated_at=1.0))
    if path.is_dir():
        shutil.move(path, outside)
        for file in outside.rglob("*.json"):
            file.write_text(file.read_text().replace("text 0", HIDDEN).replace('"cpu"', f'"{HIDDEN}"'))
    else:
        outside.write_text(f'["{HIDDEN}"]' if name.startswith("texts") else HIDDEN)
        path.unlink(missing_ok=True)
    path.symlink_to(outside)
    before = {file: file.read_bytes() for file in [outside, *outside.rglob("*")] if file.is_file()}
    assert not any(HIDDEN.encode() in answer for answer in ask_all(serve(logdir)))
    read_everything(logdir, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists() or HIDDEN not in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert {file: file.read_bytes() for file in before} == before


def test_a_link_within_the_probe_set_is_followed(logdir: Path):
    directory = probe_of(logdir)
    shutil.move(directory / "films", directory / "kept")
    (directory / "films").symlink_to("kept")
    assert [film.film for film in FilmStore(str(directory)).films()] == [FILM]


@pytest.mark.parametrize(
    "name", ["fit.log", "fit.lock", "fit.json", "fit.cancel", "selections.json", "verdicts.json", "films", "insight", f"insight/{FILM}"]
)
def test_a_link_out_of_the_probe_set_is_not_written_to(logdir: Path, tmp_path: Path, name: str):
    directory, outside = probe_of(logdir), tmp_path / "outside"
    shutil.rmtree(directory / "films")
    if name in ("films", "insight", f"insight/{FILM}"):
        outside.mkdir()
        (outside / "theirs").write_text(HIDDEN)
    else:
        outside.write_text(HIDDEN)
    (directory / name).parent.mkdir(exist_ok=True)
    (directory / name).symlink_to(outside)
    before = (outside.stat().st_mtime_ns, os.listdir(outside) if outside.is_dir() else outside.read_text())
    jobs, reader = Jobs(FIT, lambda *_: ["true"]), open_reader(str(directory))
    for write in (
        lambda: jobs.start(FitRequest(run="digits", tag="probe"), str(logdir / "digits"), str(directory)),
        lambda: StatusFile(str(directory)).request_cancel(FitStatus(started_at=1.0)),
        lambda: SelectionsFile(str(directory)).save("a", [(0, 1)], N_SAMPLES),
        lambda: FitLock(str(directory)).__enter__(),
        lambda: VerdictsFile(str(directory)).save({0: True}, open_reader(str(directory)).probe()),
        lambda: record_insight(reader, InsightStore(str(directory)), FilmStore(str(directory)), None, lambda *_: None),
        lambda: FilmStore(str(directory)).write_embedding(FILM, 0, np.zeros((3, 2), np.float32)),
    ):
        try:
            write()
        except (StoreError, OSError):
            continue
    for job in list(jobs._jobs.values()):
        job.ended.wait(5)
    assert (outside.stat().st_mtime_ns, os.listdir(outside) if outside.is_dir() else outside.read_text()) == before


WAYS_OUT = (
    "..",
    "../probe",
    "../../..",
    "/etc",
    "/etc/passwd",
    "a/../../b",
    "%2e%2e",
    "..%2f..",
    "a\\..\\b",
    "\0",
    "a\0b",
    "~",
    "C:\\",
    "s3://x",
)


@pytest.mark.parametrize("name", WAYS_OUT)
@pytest.mark.parametrize("key", ["run", "tag"])
def test_a_name_that_leads_elsewhere_is_nobodys(logdir: Path, name: str, key: str):
    served = serve(logdir)
    arguments = {"run": "digits", "tag": "probe", key: name}
    for route in ("run", "fit", "samples", "selections", "columns", "texts"):
        assert served.get(route, page=0, **arguments).status_code == 404
    for route in ("fit", "fit/cancel", "selections/delete", "selections"):
        body = arguments | ({"name": "x"} if "selections" in route else {}) | ({"ranges": [[0, 1]]} if route == "selections" else {})
        assert served.post(route, body).status_code == 404
    assert served.client.get(PREFIX + f"static/{name}").status_code in (400, 404)


@pytest.mark.parametrize("tag", WAYS_OUT[:-1])
def test_a_tag_of_any_name_is_one_directory_of_its_run(tmp_path: Path, tag: str):
    directory = write_probe(tmp_path / "run", tag)
    assert os.path.dirname(os.path.realpath(directory)) == str(tmp_path / "run/plugins/timetravel")


def test_a_directory_whose_name_is_no_text_ends_nothing(logdir: Path):
    path = os.fsencode(probe_of(logdir))
    served = serve(logdir)
    shutil.copytree(path, path + b"\xff")  # TensorBoard itself would not load a logdir with it
    answer = served.get("runs")
    assert answer.status_code == 200
    told = [tag["tag"] for tag in answer.json["runs"][0]["tags"]] + [entry["tag"] for entry in answer.json["unreadable"]]
    assert told == ["probe"]


NESTED = (b"x { " * 50_000, b"a: <" * 50_000, b"x: [" * 50_000, b"embeddings { tensor_name: '\\355\\240\\200' }")


@pytest.mark.parametrize("content", NESTED, ids=lambda content: repr(content[:8]))
def test_a_config_of_embeddings_nested_too_deep_hides_nothing_else(logdir: Path, content: bytes):
    (logdir / "digits/projector_config.pbtxt").write_bytes(content)
    answer = serve(logdir).get("runs").json
    assert answer["runs"][0]["tags"][0]["tag"] == "probe"
    (unreadable,) = answer["unreadable"]
    assert "not a readable projector config" in unreadable["error"]
    assert len(unreadable["error"]) < 600


def test_what_leads_out_is_told_in_a_sentence(logdir: Path, tmp_path: Path):
    (tmp_path / "other.json").write_text("{}")
    (probe_of(logdir) / "probe.json").unlink()
    (probe_of(logdir) / "probe.json").symlink_to(tmp_path / "other.json")
    with pytest.raises(Corrupt, match=r"probe.json leads out of .* through a symbolic link, which is not followed; move it here"):
        open_reader(str(probe_of(logdir))).probe()


def test_a_sentence_about_a_file_whose_name_is_no_text_is_still_sent(tmp_path: Path):
    logdir = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    response = respond_json(Request(create_environ()), {"error": logdir, "parts": ({logdir: 1.5},)})
    assert response.status_code == 200
    assert json.loads(response.data) == {"error": f"{tmp_path}/?", "parts": [{f"{tmp_path}/?": 1.5}]}
