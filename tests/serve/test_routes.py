"""Every route over a real store and a real TensorBoard application, and every way it refuses."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tb_timetravel.frame import decode_frame
from tb_timetravel.palette import class_colors
from tb_timetravel.schema import FitStatus
from tb_timetravel.store import DynamicsReader, DynamicsWriter, Snapshot, StatusFile
from tests.serve.served import FILM, GRID, N_FEATURES, N_SAMPLES, PREVIEW, STEPS, Served, serve, write_events, write_film, write_probe

OF_PROBE = {"run": "digits", "tag": "probe"}


def probe_directory_of(logdir: Path) -> Path:
    return logdir / "digits" / "plugins" / "timetravel" / "probe"


def log_step(directory: str, step: int, value: float = 0.0) -> None:
    representations = np.full((N_SAMPLES, N_FEATURES), value, np.float32)
    DynamicsWriter(directory).write_step(Snapshot(step, representations, None, None), wall_time=0.0)


def test_the_tab_is_listed_and_enabled_by_the_marker(served: Served):
    listing = served.client.get("/data/plugins_listing").json["timetravel"]
    assert listing["enabled"]
    assert listing["tab_name"] == "Time Travel"
    assert not listing["disable_reload"]  # the tab itself looks again when TensorBoard reloads
    assert listing["loading_mechanism"] == {"type": "IFRAME", "module_path": "/data/plugin/timetravel/static/index.js"}


def test_runs_lists_what_was_logged(served: Served):
    answer = served.get("runs").json
    assert answer["unreadable"] == []
    assert answer["can_fit"] is True
    assert answer["cannot_fit"] is None
    expected = {"tag": "probe", "n_samples": 40, "n_features": 6, "n_classes": 3, "n_steps": 3, "first_step": 0, "last_step": 9}
    assert answer["runs"] == [{"run": "digits", "tags": [{**expected, "state": "fitted"}]}]


@pytest.mark.parametrize(
    ("status", "state"),
    [("none", "logged"), ("cancelled", "logged"), ("finished", "logged"), ("failed", "failed"), ("interrupted", "interrupted")],
)
def test_runs_names_the_state_of_a_probe_set_with_a_preview_only(tmp_path: Path, status: str, state: str):
    write_events(tmp_path / "a")
    directory = write_probe(tmp_path / "a")
    write_film(directory, PREVIEW, method="preview")
    StatusFile(directory).write(FitStatus(state=status))
    assert serve(tmp_path).get("runs").json["runs"][0]["tags"][0]["state"] == state


def test_runs_says_fitting_while_a_fit_starts(logdir: Path):
    StatusFile(str(probe_directory_of(logdir))).write(FitStatus(state="starting"))
    assert serve(logdir).get("runs").json["runs"][0]["tags"][0]["state"] == "fitting"


def test_runs_shows_damaged_and_newer_stores_beside_the_good_ones(logdir: Path):
    for run, content in (("broken", b"{"), ("newer", json.dumps({"format_version": 99}).encode())):
        write_events(logdir / run)
        Path(write_probe(logdir / run), "probe.json").write_bytes(content)
    answer = serve(logdir).get("runs").json
    assert [run["run"] for run in answer["runs"]] == ["digits"]
    broken, newer = answer["unreadable"]
    assert (broken["run"], broken["tag"]) == ("broken", "probe")
    assert "upgrade" in newer["error"]


def test_a_run_without_steps_yet_is_listed(tmp_path: Path):
    write_events(tmp_path / "a")
    directory = Path(write_probe(tmp_path / "a"))
    for record in (directory / "steps").iterdir():
        record.unlink()
    summary = serve(tmp_path).get("runs").json["runs"][0]["tags"][0]
    assert (summary["n_steps"], summary["first_step"], summary["last_step"]) == (0, None, None)


def test_run_describes_a_probe_set(served: Served, logdir: Path):
    answer = served.get("run", **OF_PROBE).json
    reader = DynamicsReader(str(probe_directory_of(logdir)))
    assert answer["class_names"] == ["cat", "dog", "emu"]
    assert answer["splits"] == ["train", "test"]
    assert answer["samples"] == reader.probe().version
    assert answer["media"] == {"kind": "image", "page_size": 1024, "n_pages": 1, "thumbnail_width": 4, "thumbnail_height": 4}
    assert answer["steps"] == list(STEPS)
    (entry,) = answer["films"]
    assert len(entry.pop("version")) == 16
    assert entry == {"film": FILM, "method": "joint", "stale": False, "live": False, "n_steps": 3, "created_at": 2e9, "beside": None}
    assert answer["film"] == FILM
    assert answer["estimate_s"] > 0
    assert answer["command"] == f"timetravel fit {logdir} --run digits --tag probe"
    assert answer["fit"]["state"] == "none"


def test_a_step_is_visible_the_moment_its_record_is_written(served: Served, logdir: Path):
    before = served.get("run", **OF_PROBE).json
    log_step(str(probe_directory_of(logdir)), 12)
    after = served.get("run", **OF_PROBE).json
    assert after["steps"] == [*before["steps"], 12]
    assert after["fingerprint"] != before["fingerprint"]


def test_a_film_of_replaced_data_is_stale_and_a_preview_of_the_present_data_is_shown(served: Served, logdir: Path):
    directory = str(probe_directory_of(logdir))
    log_step(directory, STEPS[0], value=7.0)
    assert served.get("run", **OF_PROBE).json["film"] == FILM
    write_film(directory, PREVIEW, method="preview", created_at=3e9)
    answer = served.get("run", **OF_PROBE).json
    assert [(film["film"], film["stale"]) for film in answer["films"]] == [(PREVIEW, False), (FILM, True)]
    assert answer["film"] == PREVIEW


def test_a_baseline_that_was_fitted_last_is_listed_and_the_default_shown(served: Served, logdir: Path):
    write_film(str(probe_directory_of(logdir)), "c" * 16, method="pca", created_at=3e9)
    answer = served.get("run", **OF_PROBE).json
    assert [film["method"] for film in answer["films"]] == ["pca", "joint"]
    assert answer["film"] == FILM


def test_the_command_quotes_names_for_a_shell(tmp_path: Path):
    write_events(tmp_path / "a b;c")
    write_probe(tmp_path / "a b;c")
    answer = serve(tmp_path).get("run", run="a b;c", tag="probe").json
    assert answer["command"].endswith("--run 'a b;c' --tag probe")


def test_fit_describes_a_status(served: Served, logdir: Path):
    status = FitStatus(state="failed", method="pca", error="it broke", last_words=("a", "b"), origin="tab", film=FILM, started_at=1.0)
    StatusFile(str(probe_directory_of(logdir))).write(status)
    answer = served.get("fit", **OF_PROBE).json
    assert (answer["state"], answer["error"], answer["last_words"], answer["origin"]) == ("failed", "it broke", ["a", "b"], "tab")
    assert set(answer) == {
        *("state", "method", "stage", "fraction", "eta_s", "device", "origin", "stages", "film", "preview", "error", "last_words"),
        *("started_at", "updated_at", "position", "n_followed"),
    }


def test_film_sends_all_that_is_constant_over_time(served: Served):
    answer = served.get("film", **OF_PROBE, film=FILM).json
    assert set(answer) == {
        *("film", "method", "fingerprint", "seed", "device", "created_at", "extent", "grid_resolution", "territory", "metrics"),
        *("fidelity", "steps", "refinable", "values", "score_metrics", "live", "beside"),
    }
    assert answer["extent"] == [-1, 1, -2, 2]
    assert answer["territory"] == {"source": "head", "agreement": 1.0}
    assert answer["metrics"][0]["range"] == [0, 1]
    assert [step["step"] for step in answer["steps"]] == list(STEPS)
    assert answer["steps"][0]["fidelity"] == {"neighborhood_preservation": {"train": 0.4, "test": None}}  # NaN becomes null


def test_frame_sends_the_stored_bytes_for_good(served: Served):
    step = served.get("film", **OF_PROBE, film=FILM).json["steps"][1]
    response = served.client.get(
        "/data/plugin/timetravel/frame",
        query_string={**OF_PROBE, "film": FILM, "step": step["step"], "v": step["frame"]},
        headers={"Accept-Encoding": "gzip"},
    )
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Cache-Control"] == "private, max-age=31536000"
    assert response.content_type == "application/octet-stream"
    assert len(response.data) == step["bytes"]
    assert decode_frame(response.data).positions.shape == (N_SAMPLES, 2)


def test_frame_is_unpacked_for_a_client_that_cannot(served: Served):
    step = served.get("film", **OF_PROBE, film=FILM).json["steps"][0]
    response = served.get("frame", **OF_PROBE, film=FILM, step=step["step"], v=step["frame"])
    assert "Content-Encoding" not in response.headers
    assert response.data[:4] == b"TTF1"


def test_samples_packs_labels_ids_and_splits(served: Served):
    version = served.get("run", **OF_PROBE).json["samples"]
    response = served.get("samples", **OF_PROBE, v=version)
    magic, count = struct.unpack_from("<4sI", response.data)
    assert (magic, count, len(response.data)) == (b"TTS1", N_SAMPLES, 8 + 9 * N_SAMPLES)
    assert np.frombuffer(response.data, "<i4", 2 * N_SAMPLES, 8).reshape(2, -1)[:, 1].tolist() == [1, 10]
    assert np.frombuffer(response.data, "u1", N_SAMPLES, 8 + 8 * N_SAMPLES)[:5].tolist() == [1, 0, 0, 0, 1]
    assert "max-age=31536000" in response.headers["Cache-Control"]
    assert served.get("samples", **OF_PROBE).headers["Cache-Control"] == "no-cache, must-revalidate"


def test_thumbnails_sends_a_page(served: Served):
    response = served.get("thumbnails", **OF_PROBE, page=0, v=served.get("run", **OF_PROBE).json["samples"])
    assert response.content_type == "image/png"
    assert Image.open(io.BytesIO(response.data)).size == (128, 8)
    assert "max-age=31536000" in response.headers["Cache-Control"]


def test_texts_sends_a_page(tmp_path: Path):
    write_events(tmp_path / "a")
    write_probe(tmp_path / "a", kind="text")
    served = serve(tmp_path)
    media = served.get("run", run="a", tag="probe").json["media"]
    assert media == {"kind": "text", "page_size": 1024, "n_pages": 1}
    assert served.get("texts", run="a", tag="probe", page=0).json["texts"][3] == "text 3"
    assert served.get("thumbnails", run="a", tag="probe", page=0).status_code == 404


def test_history_follows_a_sample(served: Served, logdir: Path):
    answer = served.get("history", **OF_PROBE, film=FILM, sample=7).json
    frames = [decode_frame(next(probe_directory_of(logdir).glob(f"films/{FILM}/{step:012d}.*.frame.gz")).read_bytes()) for step in STEPS]
    assert answer["steps"] == list(STEPS)
    assert answer["prediction"] == [int(frame.predictions[7]) for frame in frames]
    assert answer["confidence"] == pytest.approx([frame.confidences[7] / 255 for frame in frames], abs=1e-3)


def test_territory_paints_class_colours_with_y_up(served: Served):
    response = served.get("territory", **OF_PROBE, film=FILM, step=STEPS[0])
    pixels = np.asarray(Image.open(io.BytesIO(response.data)))
    assert pixels.shape == (GRID, GRID, 3)
    assert pixels[0, 0].tolist() == class_colors(2)[1].tolist()  # class 1 lies above
    assert pixels[-1, 0].tolist() == class_colors(2)[0].tolist()


def test_a_film_without_territory_has_no_picture(logdir: Path):
    write_film(str(probe_directory_of(logdir)), PREVIEW, method="preview", with_territory=False)
    response = serve(logdir).get("territory", **OF_PROBE, film=PREVIEW, step=STEPS[0])
    assert response.status_code == 404
    assert "no territory" in response.json["error"]


GONE = "0" * 16
WINDOW = {"x_min": -0.5, "x_max": 0.5, "y_min": 0, "y_max": 1e-1, "resolution": 64}
PART = {**OF_PROBE, "film": FILM, "step": 0, "v": GONE, **WINDOW}
REFUSED = [
    ("run", {"tag": "probe"}, 400, "parameter run"),
    ("run", {"run": "digits"}, 400, "parameter tag"),
    ("run", {"run": "x" * 3000, "tag": "probe"}, 400, "3000"),
    ("run", {"run": "nope", "tag": "probe"}, 404, "no run named 'nope'"),
    ("run", {"run": "digits", "tag": "nope"}, 404, "no probe set named 'nope'"),
    ("fit", {"run": "digits"}, 400, "parameter tag"),
    ("fit", {"run": "nope", "tag": "probe"}, 404, "nope"),
    ("film", OF_PROBE, 400, "parameter film"),
    ("film", {**OF_PROBE, "film": "../../secret"}, 400, "16 hexadecimal"),
    ("film", {**OF_PROBE, "film": GONE}, 404, "film.json"),
    ("frame", {**OF_PROBE, "film": FILM, "step": 0}, 400, "parameter v"),
    ("frame", {**OF_PROBE, "film": FILM, "step": -1, "v": GONE}, 400, "parameter step"),
    ("frame", {**OF_PROBE, "film": FILM, "step": "٣", "v": GONE}, 400, "parameter step"),
    ("frame", {**OF_PROBE, "film": FILM, "step": 0, "v": GONE}, 404, GONE),
    ("samples", {**OF_PROBE, "v": GONE}, 404, "not stored any more"),
    ("samples", {**OF_PROBE, "v": "x"}, 400, "parameter v"),
    ("thumbnails", OF_PROBE, 400, "parameter page"),
    ("thumbnails", {**OF_PROBE, "page": 1}, 404, "000001.png"),
    ("texts", {**OF_PROBE, "page": 0}, 404, "no texts"),
    ("history", {**OF_PROBE, "film": FILM}, 400, "parameter sample"),
    ("history", {**OF_PROBE, "film": FILM, "sample": N_SAMPLES}, 404, "0 to 39"),
    ("history", {**OF_PROBE, "film": GONE, "sample": 0}, 404, GONE),
    ("sample_values", {**OF_PROBE, "film": FILM, "step": 0, "v": GONE}, 400, "parameter column, one of neighborhood_preservation"),
    ("sample_values", {**OF_PROBE, "film": FILM, "step": 0, "v": GONE, "column": "../x"}, 400, "parameter column"),
    ("sample_values", {**OF_PROBE, "film": FILM, "step": 0, "column": "flips"}, 400, "parameter v"),
    ("sample_values", {**OF_PROBE, "film": FILM, "step": 0, "v": GONE, "column": "flips"}, 404, GONE),
    ("scalar_tags", {}, 400, "parameter run"),
    ("scalar_tags", {"run": "nope"}, 404, "nope"),
    ("scalars", {"run": "digits"}, 400, "parameter tag"),
    ("scalars", {"run": "digits", "tag": "nope"}, 404, "no scalar named 'nope'"),
    ("territory", {**OF_PROBE, "film": FILM, "step": 4}, 404, "no step 4"),
    ("territory", {**OF_PROBE, "film": FILM}, 400, "parameter step"),
    ("territory_part", PART, 404, f"version {GONE}"),
    ("territory_part", {**PART, "resolution": 513}, 400, "16 to 512"),
    ("territory_part", {**PART, "resolution": 1}, 400, "16 to 512"),
    ("territory_part", {**PART, "x_min": "nan"}, 400, "parameter x_min"),
    ("territory_part", {**PART, "x_min": "1e999"}, 400, "parameter x_min"),
    ("territory_part", {**PART, "y_max": ""}, 400, "parameter y_max"),
    ("territory_part", {**PART, "x_max": 1.5}, 400, "inside the extent"),
    ("territory_part", {**PART, "x_max": -0.5}, 400, "inside the extent"),
    ("territory_part", {**PART, "film": GONE}, 404, GONE),
    ("territory_part", {**PART, "v": "x"}, 400, "parameter v"),
]


@pytest.mark.parametrize(("route", "arguments", "code", "words"), REFUSED)
def test_what_is_malformed_or_not_there_is_refused_with_a_sentence(served: Served, route: str, arguments: dict, code: int, words: str):
    response = served.get(route, **arguments)
    assert response.status_code == code
    assert response.content_type == "application/json"
    assert set(response.json) == {"error"}
    assert words in response.json["error"]
    assert response.headers["Cache-Control"] == "no-cache, must-revalidate"


@pytest.mark.parametrize("run", ["..", "../outside", "digits/..", "digits/../../outside", "/etc", "digits/../digits", "", ".", "digits\0"])
def test_a_run_that_tensorboard_does_not_list_is_never_looked_for(served: Served, logdir: Path, run: str):
    write_probe(logdir.parent / "outside")
    write_probe(logdir)
    assert served.get("run", run=run, tag="probe").status_code in (400, 404)


@pytest.mark.parametrize(
    "tag", ["..", "../probe", ".", "probe/../probe", "probe\0", "%2e%2e", "x" * 300, "../../../../outside/plugins/timetravel/probe"]
)
def test_a_tag_is_one_directory_name(served: Served, logdir: Path, tag: str):
    write_probe(logdir.parent / "outside")
    assert served.get("run", run="digits", tag=tag).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "route"),
    [
        ("probe.json", b"{}", "run"),
        ("probe.json", b"{", "samples"),
        ("labels.npy", b"no array", "samples"),
        ("thumbnails/000000.png", b"root:x:0:0", "thumbnails"),
        (f"films/{FILM}/film.json", json.dumps({"format_version": 99}).encode(), "film"),
        (f"films/{FILM}/predictions.npy", b"", "history"),
    ],
)
def test_a_damaged_or_newer_store_is_a_conflict(served: Served, logdir: Path, name: str, content: bytes, route: str):
    (probe_directory_of(logdir) / name).write_bytes(content)
    response = served.get(route, **OF_PROBE, film=FILM, page=0, sample=0)
    assert response.status_code == 409
    assert response.json["error"]


def test_a_damaged_frame_is_a_conflict(served: Served, logdir: Path):
    step = served.get("film", **OF_PROBE, film=FILM).json["steps"][0]
    next(probe_directory_of(logdir).glob(f"films/{FILM}/*{step['frame']}.frame.gz")).write_bytes(b"not gzip")
    assert served.get("frame", **OF_PROBE, film=FILM, step=step["step"], v=step["frame"]).status_code == 409
    assert served.get("territory", **OF_PROBE, film=FILM, step=step["step"]).status_code == 409


def test_a_film_that_cannot_be_read_hides_no_other(served: Served, logdir: Path):
    write_film(str(probe_directory_of(logdir)), PREVIEW, method="preview")
    (probe_directory_of(logdir) / "films" / FILM / "film.json").write_bytes(b"{")
    assert [film["film"] for film in served.get("run", **OF_PROBE).json["films"]] == [PREVIEW]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_store_without_permission_is_a_conflict(served: Served, logdir: Path):
    (probe_directory_of(logdir) / "probe.json").chmod(0)
    assert served.get("run", **OF_PROBE).status_code == 409


ROUTES_FOR_GET = [
    "runs",
    "run",
    "film",
    "frame",
    "samples",
    "thumbnails",
    "texts",
    "history",
    *("compare", "compare_neighbors"),
    "sample_values",
    "scalar_tags",
    "scalars",
    *("territory", "territory_part"),
]


@pytest.mark.parametrize("route", [*ROUTES_FOR_GET, "static/index.js"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_reading_routes_answer_to_get_and_head_only(served: Served, route: str, method: str):
    response = served.client.open(f"/data/plugin/timetravel/{route}", method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    assert method in response.json["error"]


def test_changing_routes_say_which_methods_they_answer_to(served: Served):
    cancel = served.client.get("/data/plugin/timetravel/fit/cancel")
    assert (cancel.status_code, cancel.headers["Allow"]) == (405, "POST")
    fit = served.client.put("/data/plugin/timetravel/fit")
    assert (fit.status_code, fit.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_head_answers_without_a_body(served: Served):
    response = served.client.head("/data/plugin/timetravel/runs")
    assert response.status_code == 200
    assert response.data == b""


def test_json_is_compressed_for_who_accepts_it(served: Served):
    response = served.client.get("/data/plugin/timetravel/runs", headers={"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(response.data))["runs"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_security_validator_would_be_heard(caplog: pytest.LogCaptureFixture):
    from tensorboard.backend import security_validator
    from werkzeug.test import Client
    from werkzeug.wrappers import Response

    Client(security_validator.SecurityValidatorMiddleware(Response("no nosniff")), Response).get("/")
    assert any("In 3.0" in record.getMessage() for record in caplog.records)
    caplog.clear()
