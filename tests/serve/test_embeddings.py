"""A logdir with nothing but embeddings: the tab is lit, and every route answers for them as for what was logged."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from tb_timetravel.cli import main
from tb_timetravel.frame import decode_frame
from tests.serve.served import Served, serve, write_events
from tests.store.projector.embeddings import CHECKPOINTS, LABELS, TAG, D, N, files_of, log, pictures, vectors, write_config
from tests.tensorboard_process import running_tensorboard

if TYPE_CHECKING:
    from pathlib import Path

OF_RUN = {"run": "words", "tag": TAG}


def apart(step: int) -> Any:
    """Vectors whose classes lie apart."""
    return vectors(step) * 0.3 + np.eye(3, D, dtype=np.float32)[np.arange(N) % 3] * (2 + step)


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logdir = tmp_path_factory.mktemp("runs")
    log(logdir / "words", mat=apart, label_img=pictures())
    before = files_of(logdir)
    assert main(["fit", str(logdir), "--device", "cpu"]) == 0
    assert files_of(logdir) == before  # what was logged is not touched
    return logdir


@pytest.fixture(scope="module")
def served(logdir: Path) -> Served:
    return serve(logdir)


def test_runs_and_run_describe_a_tag_of_embeddings_as_a_probe_set(served: Served):
    (run,) = served.get("runs").json["runs"]
    expected = {"tag": TAG, "n_samples": N, "n_features": D, "n_classes": 3, "n_steps": 3, "first_step": 0, "last_step": 10}
    assert run == {"run": "words", "tags": [{**expected, "state": "fitted"}]}
    probe = served.get("run", **OF_RUN).json
    assert probe["class_names"] == ["kind a", "kind b", "kind c"]
    assert probe["steps"] == [0, 5, 10]
    assert [film["stale"] for film in probe["films"]] == [False, False]
    assert probe["media"] == {"kind": "image", "page_size": 1024, "n_pages": 1, "thumbnail_width": 8, "thumbnail_height": 8}


def test_territories_come_from_the_labels_and_say_so(served: Served):
    film = served.get("film", **OF_RUN, film=served.get("run", **OF_RUN).json["film"]).json
    assert film["territory"]["source"] == "labels"
    assert [step["step"] for step in film["steps"]] == [0, 5, 10]
    step = film["steps"][2]
    answer = served.get("frame", **OF_RUN, film=film["film"], step=10, v=step["frame"])
    frame = decode_frame(gzip.compress(answer.data))  # this client asks for no gzip
    assert frame.predictions is None
    assert frame.territory is not None
    assert set(np.unique(frame.territory.classes)) == {0, 1, 2}
    assert served.get("sample_values", **OF_RUN, film=film["film"], step=10, v=step["frame"], column="trustworthiness").status_code == 200


def test_samples_and_thumbnails_are_sent(served: Served):
    probe = served.get("run", **OF_RUN).json
    content = served.get("samples", **OF_RUN, v=probe["samples"]).data
    labels = np.frombuffer(content, "<i4", N, 8)
    assert [probe["class_names"][label] for label in labels] == LABELS
    page = Image.open(io.BytesIO(served.get("thumbnails", **OF_RUN, page=0, v=probe["samples"]).data))
    assert page.size == (32 * 8, 8)


def test_neighbors_are_those_in_the_vectors(served: Served):
    found = served.get("neighbors", **OF_RUN, step=5, samples="3", k=4).json["neighbors"][0]
    distances = np.linalg.norm(apart(5) - apart(5)[3], axis=1)
    assert found == np.argsort(distances)[1:5].tolist()


def test_selections_are_saved_beside_the_film(served: Served, logdir: Path):
    answer = served.post("selections", {**OF_RUN, "name": "odd", "ranges": [[1, 2]]})
    assert answer.status_code == 200, answer.json
    assert json.loads((logdir / "words/plugins/timetravel/default/selections.json").read_text())["selections"][0]["name"] == "odd"


def test_a_step_that_comes_later_is_listed_without_a_restart(tmp_path: Path):
    log(tmp_path / "words", (0,))
    served = serve(tmp_path)
    assert served.get("run", **OF_RUN).json["steps"] == [0]
    log(tmp_path / "words", (0, 5))
    assert served.get("run", **OF_RUN).json["steps"] == [0, 5]


def test_what_cannot_be_played_is_listed_with_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    log(tmp_path / "words", mat=lambda step: vectors(step, N + step), metadata=None)
    served = serve(tmp_path)
    listing = served.get("runs").json
    assert listing["runs"] == []
    (entry,) = listing["unreadable"]
    assert (entry["run"], entry["tag"]) == ("words", TAG)
    assert "29 samples at step 5" in entry["error"]
    assert main(["runs", str(tmp_path)]) == 0
    assert "words\tdefault\tnot playable\texpected the 24 samples" in capsys.readouterr().out
    assert main(["fit", str(tmp_path)]) == 0  # others are not kept from their fit
    assert "is left out: expected the 24 samples" in capsys.readouterr().err
    assert main(["fit", str(tmp_path), "--tag", TAG]) == 1
    assert not (tmp_path / "words" / "plugins" / "timetravel" / TAG / "films").exists()


def test_a_film_is_rendered(logdir: Path, tmp_path: Path):
    assert main(["render", str(logdir), str(tmp_path)]) == 0
    assert len(list(tmp_path.glob("*.png"))) == 3


@pytest.mark.parametrize("load_fast", ["true", "false"])
def test_a_real_tensorboard_lights_the_tab_for_embeddings_alone(logdir: Path, tmp_path: Path, load_fast: str):
    with running_tensorboard("--logdir", str(logdir), "--load_fast", load_fast, output=tmp_path / "output") as tensorboard:
        tensorboard.wait_until_enabled()
        assert [run["run"] for run in tensorboard.json("/data/plugin/timetravel/runs")["runs"]] == ["words"]


def wait_until_active(served: Served) -> None:
    deadline = time.monotonic() + 60
    while not served.plugin.is_active():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_config_in_the_logdir_itself_is_a_run_even_without_an_event_file(tmp_path: Path):
    np.save(tmp_path / "vectors.npy", vectors(0))
    write_config(tmp_path, [{"tensor_name": "words", "tensor_path": "vectors.npy"}])
    served = serve(tmp_path)
    wait_until_active(served)
    assert [run["run"] for run in served.get("runs").json["runs"]] == ["."]


def test_embeddings_that_keras_kept_above_its_runs_are_a_run(tmp_path: Path):
    shutil.copytree(CHECKPOINTS / "keras", tmp_path / "fit" / "words")
    for run in ("train", "validation"):
        write_events(tmp_path / "fit" / "words" / run, marked=False)
    served = serve(tmp_path)
    (run,) = served.get("runs").json["runs"]
    assert (run["run"], run["tags"][0]["tag"], run["tags"][0]["n_steps"]) == ("fit/words", "layer_with_weights-0/embeddings", 3)
    of_run = {"run": "fit/words", "tag": "layer_with_weights-0/embeddings"}
    assert served.get("run", **of_run).json["steps"] == [0, 1, 2]
    assert len(served.get("neighbors", **of_run, step=2, samples="3", k=4).json["neighbors"][0]) == 4
    assert [scalar["name"] for scalar in served.get("scalar_tags", run="fit/words").json["scalars"]] == [
        "train/loss/train",
        "validation/loss/train",
    ]
    assert served.get("run", run="fit", tag=TAG).status_code == 404


def test_a_logdir_without_embeddings_leaves_the_tab_dark(tmp_path: Path):
    write_events(tmp_path / "scalars", marked=False)
    served = serve(tmp_path)
    for _ in range(20):
        assert not served.plugin.is_active()
        time.sleep(0.02)
