"""Rules that hold for every route there is, found from the plugin itself: a new route is held to them without being named here."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tensorboard.plugins import base_plugin

from tb_timetravel.serve.plugin import TimeTravelPlugin
from tests.serve.served import FILM, POST_HEADERS, PREFIX, STEPS, Served, serve, write_events, write_film, write_probe
from tests.serve.test_guard import REFUSED_HEADERS, RecordedJobs

if TYPE_CHECKING:
    from pathlib import Path

ROUTES = [route.lstrip("/").replace("*", "index.js") for route in TimeTravelPlugin(base_plugin.TBContext()).get_plugin_apps()]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X" * 300)
GUARDED = {"Content-Type": "application/json", **POST_HEADERS}
OF_PROBE = {"run": "digits", "tag": "probe"}
CHANGES = {**OF_PROBE, "name": "mine", "ranges": [[0, 1]]}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A TensorBoard over two runs, which starts no process whatever it is asked."""
    root = tmp_path_factory.mktemp("shared")
    write_events(root / "digits")
    write_film(write_probe(root / "digits"))
    write_events(root / "texts")
    write_film(write_probe(root / "texts", kind="text"), with_territory=False)
    return serve(root, jobs=RecordedJobs())


def takes_post(served: Served, route: str) -> bool:
    return "POST" in served.client.put(PREFIX + route).headers["Allow"]


def state_of(root: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in root.rglob("*")}


def test_some_routes_change_something(shared: Served):
    assert {route for route in ROUTES if takes_post(shared, route)} >= {"fit", "fit/cancel", "selections", "selections/delete"}


@pytest.mark.parametrize("route", ROUTES)
def test_other_methods_are_refused_and_the_right_ones_named(shared: Served, route: str):
    for method in METHODS[3:]:
        response = shared.client.open(PREFIX + route, method=method, headers=GUARDED, data="{}")
        assert response.status_code == 405
        assert set(response.headers["Allow"].split(", ")) <= {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("route", ROUTES)
def test_a_post_that_another_page_could_send_is_refused_by_every_route(shared: Served, route: str):
    for headers in [*REFUSED_HEADERS, *OTHER_ORIGINS]:
        response = shared.client.post(PREFIX + route, data=json.dumps(CHANGES), headers={**GUARDED, **headers})
        assert response.status_code == (403 if takes_post(shared, route) else 405), headers
        assert response.json["error"].startswith("expected")


OTHER_ORIGINS = [
    {"Origin": "null"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://localhost:8888"},
    {"Origin": "http://localhost:6006.evil.example"},
    {"Origin": "http://evil.example@localhost:6006"},
    {"Origin": "localhost:6006"},
    {"Origin": ""},
    {"Origin": "http://[::1"},
    {"Origin": "http://evil.example", "Sec-Fetch-Site": "none"},
]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost:6006"},
        {"Origin": "HTTP://LOCALHOST:6006"},
        {"Origin": "https://proxy.example", "Sec-Fetch-Site": "same-origin"},  # it keeps the name to itself, and the browser vouches
        {"Origin": "https://listed.example"},
    ],
    ids=str,
)
def test_the_page_itself_is_let_through_whatever_stands_between(logdir: Path, headers: dict[str, str]):
    served = serve(logdir, jobs=RecordedJobs(), timetravel_allowed_hosts="listed.example")
    assert served.post("fit", OF_PROBE, **headers).status_code == 202


@pytest.mark.parametrize("route", ROUTES)
def test_a_long_body_is_refused_by_every_route(shared: Served, route: str):
    if not takes_post(shared, route):
        return
    for content in (b" " * (2**21 + 1), json.dumps({**CHANGES, "more": "x" * 2**21}).encode()):
        response = shared.client.post(PREFIX + route, data=content, headers=GUARDED)
        assert response.status_code == 413
        assert response.json["error"].startswith("expected a body of at most")


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b'"x"', b"{}", b'{"run": 3}', b'{"run": null, "tag": []}', b"[" * 2000])
def test_a_body_that_means_nothing_is_refused_by_every_route(shared: Served, route: str, body: bytes):
    if takes_post(shared, route):
        response = shared.client.post(PREFIX + route, data=body, headers=GUARDED)
        assert response.status_code == 400
        assert response.json["error"].startswith("the body is not what was expected")


def test_a_tensorboard_that_may_only_read_changes_nothing_whatever_it_is_asked(logdir: Path, tmp_path: Path):
    jobs = RecordedJobs()
    served = serve(logdir, jobs=jobs, timetravel_readonly=True)
    before = state_of(tmp_path)
    for route in ROUTES:
        served.get(route, **OF_PROBE, film=FILM, step=STEPS[0], sample=0, samples=0, k=3, page=0, column="flips")
        if takes_post(served, route):
            response = served.post(route, CHANGES)
            assert (response.status_code, response.json["error"]) == (403, "TensorBoard was started with --timetravel_readonly")
    assert state_of(tmp_path) == before
    assert jobs.started == []
    listing = served.get("runs").json
    assert (listing["can_fit"], listing["cannot_fit"]) == (False, "TensorBoard was started with --timetravel_readonly")
    assert served.get("selections", **OF_PROBE).json["cannot_save"] == "TensorBoard was started with --timetravel_readonly"


VALUES: dict[str, list[Any]] = {
    "run": ["digits", "texts", ".", "..", "nope", "", "a" * 3000, "\0", "dig\nits", "ÿ", "<b>", "digits/", "/digits"],
    "tag": ["probe", "probe%2F", "nope", "", "..", "loss/train", "\u2028"],
    "film": [FILM, "0" * 16, "F" * 16, "", "../" * 5 + "x", FILM + "0"],
    "step": [*STEPS, -1, 10**11, 10**30, "1e3", "", "0x1", "٣", "5.0", " 5", "+5"],
    "page": [0, 1, 999_999_999_999, -1, "", "a"],
    "sample": [0, 39, 40, 2**31, 2**63, -1, ""],
    "samples": ["0", "0,1", "0,0", "40", ",", "0,", ",".join("1" * 17), "", "1;2", "9" * 13],
    "k": [1, 5, 30, 31, 0, 2**40, ""],
    "v": ["0" * 16, "", "x", "0" * 17],
    "column": ["flips", "trustworthiness", "prediction_agreement", 0, 1, 10**11, "", "__class__"],
    "x_min": ["-1", "0", "nan", "inf", "1e99", "-1e99", "", "0x1p3"],
    "x_max": ["1", "0", "-inf", "1e-99", ""],
    "y_min": ["-2", "0", "1_0", ""],
    "y_max": ["2", "0", ""],
    "resolution": [16, 512, 15, 513, -16, ""],
    "name": ["mine", "", "x" * 101, "\0"],
    "unknown": ["x"],
}  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(VALUES)) | st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
KNOWN = st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in VALUES.items()})
BODIES = JSON | KNOWN.map(lambda known: {**OF_PROBE, **known}) | st.binary(max_size=40)


@settings(
    max_examples=int(os.environ.get("TT_FUZZ_EXAMPLES", "300")), deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(
    route=st.sampled_from(ROUTES),
    method=st.sampled_from(METHODS[:3]),
    arguments=KNOWN,
    body=BODIES,
    is_probe=st.booleans(),
    seed=st.integers(0, 3),
)
def test_no_request_whatever_it_asks_is_answered_with_an_error_of_ours(
    shared: Served, route: str, method: str, arguments: dict[str, Any], body: Any, is_probe: bool, seed: int
):
    asked = {**(OF_PROBE if is_probe else {}), **arguments, **({"run": "digits", "film": FILM, "step": STEPS[0]} if seed == 0 else {})}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = shared.client.open(
        PREFIX + route, method=method, query_string={key: str(value) for key, value in asked.items()},
        data=content if method == "POST" else None, headers=GUARDED if method == "POST" else {},
    )  # fmt: skip
    assert response.status_code < 500
    if response.status_code >= 400 and method != "HEAD":
        assert 10 < len(response.json["error"]) < 3000
