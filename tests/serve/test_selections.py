"""Saving, listing and deleting selections over HTTP."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.serve.served import N_SAMPLES, POST_HEADERS, PREFIX, Served, serve
from tests.serve.test_guard import REFUSED_HEADERS

if TYPE_CHECKING:
    from pathlib import Path

OF_PROBE = {"run": "digits", "tag": "probe"}
SAVED = {**OF_PROBE, "name": "mixed up", "ranges": [[3, 5], [17, 17]]}


def test_a_saved_selection_is_listed_until_it_is_deleted(served: Served):
    assert served.get("selections", **OF_PROBE).json == {"selections": [], "cannot_save": None}
    answer = served.post("selections", SAVED)
    assert answer.status_code == 200
    (saved,) = served.get("selections", **OF_PROBE).json["selections"]
    assert answer.json["selections"] == [saved]
    assert (saved["name"], saved["ranges"]) == ("mixed up", [[3, 5], [17, 17]])
    assert served.post("selections/delete", {**OF_PROBE, "name": "mixed up"}).json["selections"] == []
    assert served.get("selections", **OF_PROBE).json["selections"] == []


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"name": ""}, 400, "name"),
        ({"name": "x" * 101}, 400, "name"),
        ({"ranges": []}, 400, "ranges"),
        ({"ranges": [[0, N_SAMPLES]]}, 400, "0 to 39"),
        ({"ranges": [["a", 1]]}, 400, "ranges"),
        ({"more": 1}, 400, "more"),
        ({"run": "nope"}, 404, "nope"),
        ({"name": "x" * 2**21}, 413, "2097152"),
    ],
    ids=str,
)
def test_what_cannot_be_saved_is_refused_with_a_sentence(served: Served, change: dict, code: int, words: str):
    response = served.post("selections", {**SAVED, **change})
    assert response.status_code == code
    assert words in response.json["error"]
    assert served.get("selections", **OF_PROBE).json["selections"] == []


def test_the_answer_to_a_deletion_brings_back_what_was_there_last_and_nothing_is_replaced_by_it(served: Served):
    served.post("selections", SAVED)
    served.post("selections", {**SAVED, "ranges": [[7, 9]]})  # by somebody else, whom the one who deletes has not seen
    deleted = served.post("selections/delete", {**OF_PROBE, "name": "mixed up"}).json["deleted"]
    assert (deleted["name"], deleted["ranges"]) == ("mixed up", [[7, 9]])
    back = {**OF_PROBE, "name": deleted["name"], "ranges": deleted["ranges"], "replace": False}
    assert served.post("selections", back).status_code == 200
    refused = served.post("selections", {**back, "ranges": [[1, 1]]})
    assert refused.status_code == 400
    assert "'mixed up'" in refused.json["error"]
    (saved,) = served.get("selections", **OF_PROBE).json["selections"]
    assert (saved["name"], saved["ranges"]) == ("mixed up", [[7, 9]])


def test_what_is_not_saved_cannot_be_deleted(served: Served):
    assert served.post("selections/delete", {**OF_PROBE, "name": "nope"}).status_code == 404


@pytest.mark.parametrize("route", ["selections", "selections/delete"])
@pytest.mark.parametrize("headers", REFUSED_HEADERS, ids=str)
def test_a_post_that_another_page_could_send_changes_nothing(served: Served, route: str, headers: dict):
    served.post("selections", SAVED)
    body = SAVED | {"name": "other"} if route == "selections" else {**OF_PROBE, "name": "mixed up"}
    all_headers = {"Content-Type": "application/json", **POST_HEADERS, **headers}
    assert served.client.post(PREFIX + route, data=json.dumps(body), headers=all_headers).status_code == 403
    assert [saved["name"] for saved in served.get("selections", **OF_PROBE).json["selections"]] == ["mixed up"]


def test_others_on_the_network_may_only_look_unless_they_may_fit(logdir: Path):
    served = serve(logdir, bind_all=True)
    assert "--timetravel_allow_fit true" in served.get("selections", **OF_PROBE).json["cannot_save"]
    assert served.post("selections", SAVED).status_code == 403
    assert serve(logdir, bind_all=True, timetravel_allow_fit="true").post("selections", SAVED).status_code == 200


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_directory_that_cannot_be_written_is_a_conflict(served: Served, logdir: Path):
    directory = logdir / "digits" / "plugins" / "timetravel" / "probe"
    directory.chmod(0o500)
    response = served.post("selections", SAVED)
    directory.chmod(0o700)
    assert response.status_code == 409
    assert "cannot use" in response.json["error"]


def test_a_file_system_that_is_read_only_is_a_conflict(served: Served, monkeypatch: pytest.MonkeyPatch):
    def refuse(path: str, *_: object) -> None:
        raise OSError(30, "Read-only file system", path)

    monkeypatch.setattr("tb_timetravel.store.selections.write_record", refuse)
    response = served.post("selections", SAVED)
    assert response.status_code == 409
    assert "Read-only file system" in response.json["error"]
