"""The plugin in real TensorBoard processes, found through its entry point, in every way TensorBoard can be started."""

from __future__ import annotations

import os
import urllib.error
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tb_timetravel.frame import decode_frame
from tests.serve.served import FILM, STEPS, write_events, write_film, write_probe
from tests.tensorboard_process import RunningTensorBoard, running_tensorboard

if TYPE_CHECKING:
    from pathlib import Path

RUNS = (".", "plain", "with space", "hash#percent%25", "deep/er", "ünïcode & more")


@pytest.fixture(scope="module")
def odd_logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("odd") / "log dir"
    for run in RUNS:
        write_events(root / run)
        write_film(write_probe(root / run))
    return root


def check(tensorboard: RunningTensorBoard, runs: tuple[str, ...]) -> None:
    prefix = tensorboard.wait_until_enabled()["loading_mechanism"]["module_path"].removesuffix("/static/index.js")
    base = prefix[prefix.index("/data/plugin/") :]
    assert sorted(run["run"] for run in tensorboard.json(f"{base}/runs")["runs"]) == sorted(runs)
    for run in runs:
        of_film = {"run": run, "tag": "probe", "film": FILM}
        assert tensorboard.json(f"{base}/run?{urlencode(of_film)}")["steps"] == list(STEPS)
        step = tensorboard.json(f"{base}/film?{urlencode(of_film)}")["steps"][0]
        with tensorboard.open(f"{base}/frame?{urlencode({**of_film, 'step': step['step'], 'v': step['frame']})}") as response:
            assert response.read(4) == b"TTF1"
        scalar = tensorboard.json(f"{base}/scalar_tags?{urlencode({'run': run})}")["scalars"][0]
        assert (scalar["run"], scalar["tag"]) == (run, "loss/train")
        curve = tensorboard.json(f"{base}/scalars?{urlencode({'run': scalar['run'], 'tag': scalar['tag']})}")
        assert curve["values"] == [0.5, None, 0.25]
    with tensorboard.open(f"{base}/static/index.js") as response:
        assert response.headers["Content-Type"].startswith("text/javascript")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        tensorboard.open(f"{base}/run?run=..&tag=probe")


@pytest.mark.parametrize("load_fast", ["true", "false"])
@pytest.mark.parametrize("path_prefix", ["", "/pre/fix"])
def test_a_logdir_is_served(odd_logdir: Path, tmp_path: Path, load_fast: str, path_prefix: str):
    arguments = ["--logdir", str(odd_logdir), "--load_fast", load_fast, "--path_prefix", path_prefix]
    with running_tensorboard(*arguments, output=tmp_path / "output") as tensorboard:
        check(tensorboard, RUNS)


def test_a_logdir_spec_is_served(odd_logdir: Path, tmp_path: Path):
    spec = f"one:{odd_logdir}/with space,two:{odd_logdir}/deep"
    with running_tensorboard("--logdir_spec", spec, output=tmp_path / "output") as tensorboard:
        check(tensorboard, ("one/.", "two/er"))


@pytest.mark.parametrize("load_fast", ["true", "false"])
@pytest.mark.parametrize("logdir", ["log dir", "~/log dir", "linked"])
def test_relative_home_and_linked_logdirs_are_served(odd_logdir: Path, tmp_path: Path, load_fast: str, logdir: str):
    (tmp_path / "linked").symlink_to(odd_logdir)
    cwd = tmp_path if logdir == "linked" else odd_logdir.parent
    env = {**os.environ, "HOME": str(odd_logdir.parent)}
    arguments = ["--logdir", logdir, "--load_fast", load_fast]
    with running_tensorboard(*arguments, output=tmp_path / "output", cwd=cwd, env=env) as tensorboard:
        check(tensorboard, RUNS)


def test_a_running_tensorboard_shows_a_run_that_starts_later(tmp_path: Path):
    (tmp_path / "runs").mkdir()
    with running_tensorboard("--logdir", str(tmp_path / "runs"), output=tmp_path / "output") as tensorboard:
        assert tensorboard.json("/data/plugin/timetravel/runs")["runs"] == []
        write_events(tmp_path / "runs" / "late")
        write_probe(tmp_path / "runs" / "late")
        tensorboard.wait_until_enabled()
        assert tensorboard.json("/data/plugin/timetravel/run?run=late&tag=probe")["film"] is None


def test_a_frame_over_http_is_the_stored_frame(odd_logdir: Path, tmp_path: Path):
    with running_tensorboard("--logdir", str(odd_logdir), output=tmp_path / "output") as tensorboard:
        tensorboard.wait_until_enabled()
        base, of_film = "/data/plugin/timetravel", {"run": "plain", "tag": "probe", "film": FILM}
        step = tensorboard.json(f"{base}/film?{urlencode(of_film)}")["steps"][2]
        stored = next((odd_logdir / "plain").glob(f"plugins/timetravel/probe/films/{FILM}/*{step['frame']}.frame.gz")).read_bytes()
        with tensorboard.open(f"{base}/frame?{urlencode({**of_film, 'step': step['step'], 'v': step['frame']})}") as response:
            unpacked = response.read()  # this client accepts no gzip
        assert unpacked[16:20] == decode_frame(stored).positions.tobytes()[:4]
