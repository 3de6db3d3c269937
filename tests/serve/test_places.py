"""Real TensorBoards over logs in memory, on S3 and on what may only be read; fits are started from the tab and leave their films."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tb_timetravel.store import FilmStore, find_probes, set_cache
from tests.object_store import running_s3
from tests.permissions import needs_permissions
from tests.serve.served import FILM, STEPS, serve, write_events, write_film, write_probe
from tests.tensorboard_process import RunningTensorBoard, running_tensorboard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASE = "/data/plugin/timetravel"
RUN = {"run": "exp/digits", "tag": "probe"}
_PATIENCE_S = 90.0


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with running_s3() as url:
        yield url


@pytest.fixture(autouse=True)
def no_cache_afterwards() -> Iterator[None]:
    yield
    set_cache(None)


def log_run(root: str) -> None:
    write_events(f"{root}/exp/digits")
    write_probe(f"{root}/exp/digits")


def post(tensorboard: RunningTensorBoard, route: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(  # noqa: S310  # http, and our own
        f"{tensorboard.url.rstrip('/')}{BASE}/{route}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "X-Time-Travel": "1"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        return json.load(response)


def fit(tensorboard: RunningTensorBoard) -> dict[str, Any]:
    """Start the quickest fit from the tab's side, and wait for its end."""
    assert post(tensorboard, "fit", {**RUN, "method": "pca", "device": "cpu"})["started"]
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        status: dict[str, Any] = tensorboard.json(f"{BASE}/fit?{urlencode(RUN)}")
        if status["state"] not in ("starting", "running"):
            return status
        assert time.monotonic() < deadline, status
        time.sleep(0.3)


def test_a_run_on_s3_is_fitted_from_the_tab_and_selections_are_saved_there(s3: str, tmp_path: Path):
    log_run(root := f"{s3}/{uuid.uuid4().hex}")
    with running_tensorboard("--logdir", root, output=tmp_path / "output") as tensorboard:
        tensorboard.wait_until_enabled()
        described = tensorboard.json(f"{BASE}/run?{urlencode(RUN)}")
        assert (described["cannot_fit"], described["steps"]) == (None, list(STEPS))
        assert described["command"] == f"timetravel fit {root} --run exp/digits --tag probe"
        status = fit(tensorboard)
        assert status["state"] == "finished", status
        assert tensorboard.json(f"{BASE}/run?{urlencode(RUN)}")["film"] == status["film"]
        film = tensorboard.json(f"{BASE}/film?{urlencode({**RUN, 'film': status['film']})}")
        frame = {**RUN, "film": status["film"], "step": 0, "v": film["steps"][0]["frame"]}
        with tensorboard.open(f"{BASE}/frame?{urlencode(frame)}") as response:
            assert response.read(4) == b"TTF1"
        saved = post(tensorboard, "selections", {**RUN, "name": "a", "ranges": [[0, 1]]})
        assert [selection["name"] for selection in saved["selections"]] == ["a"]
    (location,) = find_probes(root)
    assert FilmStore(location.directory).has(status["film"])


def test_a_fit_from_the_tab_writes_to_the_cache_and_not_to_s3(s3: str, tmp_path: Path):
    import boto3

    log_run(root := f"{s3}/{uuid.uuid4().hex}")
    keys = lambda: {found["Key"] for found in boto3.client("s3").list_objects_v2(Bucket="logs")["Contents"]}  # noqa: E731
    before = keys()
    arguments = ["--logdir", root, "--timetravel_cache", str(tmp_path / "cache")]
    with running_tensorboard(*arguments, output=tmp_path / "output") as tensorboard:
        tensorboard.wait_until_enabled()
        command = tensorboard.json(f"{BASE}/run?{urlencode(RUN)}")["command"]
        assert command.endswith(f"--tag probe --cache {tmp_path / 'cache'}")
        status = fit(tensorboard)
        assert status["state"] == "finished", status
        post(tensorboard, "selections", {**RUN, "name": "a", "ranges": [[0, 1]]})
        assert tensorboard.json(f"{BASE}/run?{urlencode(RUN)}")["film"] == status["film"]
    assert keys() == before
    assert list((tmp_path / "cache").glob(f"*-exp-digits.*/probe/films/{status['film']}/film.json"))


@needs_permissions
def test_a_logdir_that_may_only_be_read_names_the_flag_and_plays_with_it(tmp_path: Path):
    log_run(str(tmp_path / "runs"))
    places = [path for path in (tmp_path / "runs").rglob("*") if path.is_dir()]
    for path in places:
        path.chmod(0o500)
    try:
        with running_tensorboard("--logdir", str(tmp_path / "runs"), output=tmp_path / "output") as tensorboard:
            tensorboard.wait_until_enabled()
            described = tensorboard.json(f"{BASE}/run?{urlencode(RUN)}")
            assert "--timetravel_cache DIR" in described["cannot_fit"]
            assert described["command"].endswith("--cache DIR")
            assert "--timetravel_cache DIR" in tensorboard.json(f"{BASE}/selections?{urlencode(RUN)}")["cannot_save"]
            with pytest.raises(urllib.error.HTTPError, match="403"):
                post(tensorboard, "fit", RUN)
        arguments = ["--logdir", str(tmp_path / "runs"), "--timetravel_cache", str(tmp_path / "cache")]
        with running_tensorboard(*arguments, output=tmp_path / "output") as tensorboard:
            tensorboard.wait_until_enabled()
            assert tensorboard.json(f"{BASE}/run?{urlencode(RUN)}")["cannot_fit"] is None
            assert fit(tensorboard)["state"] == "finished"
            assert tensorboard.json(f"{BASE}/selections?{urlencode(RUN)}")["cannot_save"] is None
    finally:
        for path in places:
            path.chmod(0o700)


def test_a_film_in_the_logdir_plays_with_a_cache_too(logdir: Path, tmp_path: Path):
    served = serve(logdir, timetravel_cache=str(tmp_path / "cache"))
    answer = served.get("run", run="digits", tag="probe").json
    assert answer["film"] == FILM
    assert served.get("film", run="digits", tag="probe", film=FILM).status_code == 200
    assert served.post("selections", {"run": "digits", "tag": "probe", "name": "a", "ranges": [[0, 0]]}).status_code == 200
    assert not list(logdir.rglob("selections.json"))
    assert list((tmp_path / "cache").rglob("selections.json"))


def test_a_run_in_memory_plays_and_says_why_it_cannot_be_fitted_from_the_tab():
    pytest.importorskip("fsspec", reason="memory:// is fsspec's")
    root = f"memory://{uuid.uuid4().hex}"
    write_events(f"{root}/exp/digits")
    write_film(write_probe(f"{root}/exp/digits"))
    served = serve(root)
    answer = served.get("run", **RUN).json
    assert (answer["film"], answer["command"]) == (FILM, None)
    assert "lives within this process" in answer["cannot_fit"]
    refused = served.post("fit", RUN)
    assert (refused.status_code, refused.json["error"]) == (403, answer["cannot_fit"])
    saved = served.post("selections", {**RUN, "name": "a", "ranges": [[0, 0]]})
    assert [selection["name"] for selection in saved.json["selections"]] == ["a"]
    assert served.get("scalar_tags", run="exp/digits").json["scalars"][0]["tag"] == "loss/train"


def test_a_cache_serves_a_logdir_spec_of_two_directories_with_the_same_run_name(tmp_path: Path):
    for name in ("one", "two"):
        log_run(str(tmp_path / name))
    arguments = ["--logdir_spec", f"a:{tmp_path}/one,b:{tmp_path}/two", "--timetravel_cache", str(tmp_path / "cache")]
    arguments += ["--path_prefix", "/x"]
    with running_tensorboard(*arguments, output=tmp_path / "output") as tensorboard:
        tensorboard.wait_until_enabled()
        for run, name in (("a/exp/digits", "one"), ("b/exp/digits", "two")):
            body = {"run": run, "tag": "probe", "name": name, "ranges": [[0, 0]]}
            post(tensorboard, "selections", body)
            found = tensorboard.json(f"{BASE}/selections?{urlencode({'run': run, 'tag': 'probe'})}")["selections"]
            assert [selection["name"] for selection in found] == [name]
    assert {
        path.parent.parent.name.rpartition(".")[0].rpartition("-exp")[0][-3:] for path in (tmp_path / "cache").rglob("selections.json")
    } == {
        "one",
        "two",
    }
