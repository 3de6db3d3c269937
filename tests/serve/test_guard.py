"""Who may start and stop fits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tb_timetravel.schema import FitStatus
from tb_timetravel.serve.guard import Access
from tests.serve.served import POST_HEADERS, PREFIX, serve

if TYPE_CHECKING:
    from pathlib import Path

BODY = {"run": "digits", "tag": "probe"}


class RecordedJobs:
    """Stands where child processes would be started, and remembers what it was asked."""

    def __init__(self) -> None:
        self.started: list[Any] = []

    def start(self, request: Any, run_directory: str, directory: str) -> tuple[bool, FitStatus]:
        self.started.append((request, run_directory, directory))
        return True, FitStatus(state="starting", origin="tab")

    def cancel(self, directory: str) -> FitStatus:
        self.started.append(directory)
        return FitStatus(state="cancelled")

    def status(self, _: str) -> FitStatus:
        return FitStatus()


@pytest.fixture
def jobs() -> RecordedJobs:
    return RecordedJobs()


def test_a_guarded_post_starts_a_fit(logdir: Path, jobs: RecordedJobs):
    response = serve(logdir, jobs=jobs).post("fit", {**BODY, "seed": 3, "every": 2, "device": "cpu", "start": 0, "end": 9})
    assert response.status_code == 202
    assert response.json["started"] is True
    assert response.json["fit"]["state"] == "starting"
    (request, run_directory, directory) = jobs.started[0]
    assert (request.seed, request.every, request.device, request.start, request.end) == (3, 2, "cpu", 0, 9)
    assert run_directory == str(logdir / "digits")
    assert directory == str(logdir / "digits" / "plugins" / "timetravel" / "probe")


def test_a_guarded_post_cancels_a_fit(logdir: Path, jobs: RecordedJobs):
    response = serve(logdir, jobs=jobs).post("fit/cancel", BODY)
    assert response.status_code == 202
    assert response.json["fit"]["state"] == "cancelled"


REFUSED_HEADERS = [
    {"X-Time-Travel": ""},
    {"X-Time-Travel": "2"},
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": ""},
    {"Host": "evil.example"},
    {"Host": "evil.example:6006"},
    {"Host": "localhost.evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "192.168.0.7:6006"},
    {"Host": "[::1"},
    {"Host": ""},
]


@pytest.mark.parametrize("route", ["fit", "fit/cancel"])
@pytest.mark.parametrize("headers", REFUSED_HEADERS, ids=str)
def test_a_post_that_another_page_could_send_changes_nothing(logdir: Path, jobs: RecordedJobs, route: str, headers: dict):
    all_headers = {"Content-Type": "application/json", **POST_HEADERS, **headers}
    response = serve(logdir, jobs=jobs).client.post(PREFIX + route, data=json.dumps(BODY), headers=all_headers)
    assert response.status_code == 403
    assert response.json["error"].startswith("expected")
    assert jobs.started == []


@pytest.mark.parametrize("host", ["localhost:6006", "127.0.0.1", "127.0.0.1:80", "[::1]:6006", "LOCALHOST", "a.localhost:6006"])
@pytest.mark.parametrize("site", [None, "same-origin", "none"])
def test_the_tab_itself_is_let_through_under_every_loopback_name(logdir: Path, jobs: RecordedJobs, host: str, site: str | None):
    headers = {"Host": host} | ({"Sec-Fetch-Site": site} if site else {})
    assert serve(logdir, jobs=jobs).post("fit", BODY, **headers).status_code == 202


def test_a_listed_host_is_let_through(logdir: Path, jobs: RecordedJobs):
    served = serve(logdir, jobs=jobs, timetravel_allowed_hosts="proxy.example, other.example")
    assert served.post("fit", BODY, Host="Proxy.example:443").status_code == 202
    assert served.post("fit", BODY, Host="third.example").status_code == 403


@pytest.mark.parametrize(
    ("flags", "can_fit"),
    [
        ({}, True),
        ({"host": None, "bind_all": False}, True),
        ({"host": "localhost"}, True),
        ({"host": "127.0.0.1"}, True),
        ({"host": "::1"}, True),
        ({"bind_all": True}, False),
        ({"host": "0.0.0.0"}, False),  # noqa: S104
        ({"host": "192.168.0.7"}, False),
        ({"host": "workstation"}, False),
        ({"bind_all": True, "timetravel_allow_fit": "true"}, True),
        ({"timetravel_allow_fit": "false"}, False),
        ({"bind_all": True, "timetravel_allow_fit": "false"}, False),
    ],
    ids=str,
)
def test_who_may_start_fits_by_default_depends_on_who_can_reach_tensorboard(logdir: Path, jobs: RecordedJobs, flags: dict, can_fit: bool):
    served = serve(logdir, jobs=jobs, **flags)
    answer = served.get("runs").json
    assert answer["can_fit"] is can_fit
    response = served.post("fit", BODY)
    assert response.status_code == (202 if can_fit else 403)
    assert response.json.get("error") == answer["cannot_fit"]


@pytest.mark.parametrize("route", ["fit/cancel", "insight/cancel"])
def test_who_may_start_no_fit_may_stop_none(logdir: Path, route: str):
    assert serve(logdir, bind_all=True).post(route, BODY).status_code == 403
    assert serve(logdir, bind_all=True, timetravel_allow_fit="true").post(route, BODY).status_code == 202


def test_an_exposed_tensorboard_that_may_fit_is_asked_under_any_name(logdir: Path, jobs: RecordedJobs):
    assert serve(logdir, jobs=jobs, bind_all=True, timetravel_allow_fit="true").post("fit", BODY, Host="box.example").status_code == 202


def test_a_loopback_host_flag_does_not_open_the_door_to_rebinding(logdir: Path, jobs: RecordedJobs):
    assert serve(logdir, jobs=jobs, host="127.0.0.1").post("fit", BODY, Host="evil.example").status_code == 403


def test_fits_are_not_offered_where_a_library_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tb_timetravel.serve.guard.importlib.util.find_spec", lambda name: None if name == "torch" else object())
    assert "torch" in (Access().why_no_fit() or "")


BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"{}",
    {"run": "digits"},
    {"run": "digits", "tag": 3},
    {"run": "", "tag": "probe"},
    {**BODY, "seed": -1},
    {**BODY, "seed": 2**31},
    {**BODY, "seed": 1.5},
    {**BODY, "device": "cuda; rm -rf /"},
    {**BODY, "start": -1},
    {**BODY, "start": 5, "end": 4},
    {**BODY, "every": 0},
    {**BODY, "logdir": "/etc"},
    {**BODY, "method": "pickle"},
    {**BODY, "method": "preview"},
    {**BODY, "method": "--device=cuda"},
    {**BODY, "method": ["pca"]},
]


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_a_body_that_is_not_as_described_is_refused(logdir: Path, jobs: RecordedJobs, body: dict | bytes):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **POST_HEADERS}
    response = serve(logdir, jobs=jobs).client.post(PREFIX + "fit", data=content, headers=headers)
    assert response.status_code == 400
    assert response.json["error"]
    assert jobs.started == []


def test_a_long_body_is_refused_whatever_length_it_claims(logdir: Path, jobs: RecordedJobs):
    served = serve(logdir, jobs=jobs)
    assert served.post("fit", {**BODY, "more": "x" * 4096}).status_code == 413
    length_lies = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    headers = {"Content-Type": "application/json", **POST_HEADERS}
    response = served.client.post(PREFIX + "fit", data=b" " * 5000, headers=headers, environ_overrides=length_lies)
    assert response.status_code == 413


@pytest.mark.parametrize("route", ["fit", "fit/cancel"])
@pytest.mark.parametrize("body", [{"run": "nope", "tag": "probe"}, {"run": "digits", "tag": "nope"}, {"run": "../x", "tag": "probe"}])
def test_only_what_tensorboard_lists_can_be_fitted(logdir: Path, jobs: RecordedJobs, route: str, body: dict):
    assert serve(logdir, jobs=jobs).post(route, body).status_code == 404
    assert jobs.started == []
