"""Which films one can be laid beside, and a fit that is asked to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.schema import Beside
from tb_timetravel.serve.jobs import fit_command
from tb_timetravel.store import FilmStore, probe_directory
from tests.serve.served import FILM, N_SAMPLES, PREVIEW, serve, write_events, write_film, write_probe
from tests.serve.test_guard import RecordedJobs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serve.served import Served

OF_PROBE = {"run": "digits", "tag": "probe"}


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """Two runs with a film each, one that has but a preview, and one that has nothing."""
    root = tmp_path / "runs"
    for run in ("digits", "exp/--other", "preview", "bare"):
        write_events(root / run)
        directory = write_probe(root / run)
        if run == "preview":
            write_film(directory, PREVIEW, method="preview")
        elif run != "bare":
            write_film(directory)
    return root


@pytest.fixture
def jobs() -> RecordedJobs:
    return RecordedJobs()


@pytest.fixture
def served(logdir: Path, jobs: RecordedJobs) -> Served:
    return serve(logdir, jobs=jobs)


def test_the_fitted_films_of_other_runs_with_shared_samples_are_offered(served: Served):
    offer = {"run": "exp/--other", "tag": "probe", "film": FILM, "method": "joint", "n_matched": N_SAMPLES}
    assert served.get("beside", **OF_PROBE).json == {"beside": [offer]}
    assert [each["run"] for each in served.get("beside", run="bare", tag="probe").json["beside"]] == ["digits", "exp/--other"]


def test_a_fit_beside_another_run_is_given_its_directory_and_its_name(served: Served, jobs: RecordedJobs, logdir: Path):
    response = served.post("fit", {**OF_PROBE, "beside": {"run": "exp/--other", "tag": "probe", "film": FILM}})
    assert response.status_code == 202
    (request, run_directory, _) = jobs.started[0]
    command = fit_command(request, run_directory)
    assert f"--beside={logdir / 'exp' / '--other'}" in command
    assert {"--beside-name=exp/--other", "--beside-tag=probe"} <= set(command)
    assert command[command.index("--beside-film") + 1] == FILM


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ({"beside": OF_PROBE}, 400, "got the same run and tag"),
        ({"beside": {"run": "bare", "tag": "probe"}}, 404, "fit that one first"),
        ({"beside": {"run": "preview", "tag": "probe"}}, 404, "fit that one first"),
        ({"beside": {"run": "preview", "tag": "probe", "film": PREVIEW}}, 404, "fit that one first"),
        ({"beside": {"run": "exp/--other", "tag": "probe", "film": "f" * 16}}, 404, "film.json"),
        ({"beside": {"run": "none", "tag": "probe"}}, 404, "TensorBoard knows no run"),
        ({"beside": {"run": "exp/--other", "tag": "probe"}, "follow": True}, 400, "lay it beside when the training is over"),
        ({"beside": {"run": "exp/--other", "tag": "probe"}, "method": "pca"}, 400, "expected the method joint"),
        ({"beside": {"run": "exp/--other", "tag": "probe", "directory": "/"}}, 400, "directory"),
        ({"beside_directory": "/etc"}, 400, "beside_directory"),
        ({"beside": "exp/--other"}, 400, "beside"),
    ],
)
def test_a_fit_beside_what_it_cannot_be_laid_beside_is_refused(
    served: Served, jobs: RecordedJobs, more: dict[str, object], code: int, said: str
):
    response = served.post("fit", {**OF_PROBE, **more})
    assert response.status_code == code
    assert said in response.json["error"]
    assert not jobs.started


def test_a_film_says_in_whose_plane_it_lies(served: Served, logdir: Path):
    directory = probe_directory(str(logdir / "digits"), "probe")
    store = FilmStore(directory)
    beside = Beside(
        run="exp/--other", tag="probe", film=FILM, version="5" * 16, aligned="step", n_matched=40, apart=0.02, apart_by_chance=0.4
    )  # fmt: skip
    store.write_film(replace(store.film(FILM), beside=beside))
    assert served.get("film", **OF_PROBE, film=FILM).json["beside"]["apart"] == 0.02
    (film,) = served.get("run", **OF_PROBE).json["films"]
    assert film["beside"] == {"run": "exp/--other", "tag": "probe", "film": FILM}


@pytest.mark.parametrize("about", [{"targets": np.arange(30.0)}, {"pairs": np.arange(30) ^ 1}], ids=["targets", "pairs"])
def test_a_run_that_cannot_be_followed_is_refused_before_a_process_starts(logdir: Path, jobs: RecordedJobs, about: dict[str, Any]):
    run = {"run": "told", "tag": "probe"}
    write_events(logdir / "told")
    film = TimeTravel(str(logdir / "told"), **about)
    film.log_arrays(0, np.eye(30, 4, dtype=np.float32), **({"predictions": np.zeros(30)} if "targets" in about else {}))
    served = serve(logdir, jobs=jobs)
    response = served.post("fit", {**run, "follow": True})
    assert response.status_code == 400
    assert response.json["error"].startswith("expected a run without targets and pairs to follow")
    assert not jobs.started
    assert served.post("fit", run).status_code == 202
    assert served.post("fit", {**OF_PROBE, "follow": True}).status_code == 202
    assert [request.run for request, *_ in jobs.started] == ["told", "digits"]
