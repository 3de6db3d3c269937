from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.frame import decode_frame
from tb_timetravel.schema import METHODS, FitStatus
from tb_timetravel.store import DynamicsReader, FilmStore, FitLock, StatusFile, data_fingerprint, probe_directory
from tb_timetravel.store.films import choose_film

if TYPE_CHECKING:
    from pathlib import Path

N_SAMPLES, N_CLASSES = 150, 3


def log_run(directory: Path, n_steps: int = 3, *, seed: int = 0) -> str:
    """Log three classes that drift apart, with the head that tells them, and return the probe set's directory."""
    rng = np.random.default_rng(seed)
    labels = np.arange(N_SAMPLES) % N_CLASSES
    centers, noise = rng.normal(size=(N_CLASSES, 6)), rng.normal(size=(N_SAMPLES, 6))
    film = TimeTravel(str(directory), labels=labels, splits=["train" if i < 120 else "test" for i in range(N_SAMPLES)])
    for step in range(n_steps):
        x = (noise * 0.4 + centers[labels] * (1 + step)).astype(np.float32)
        weight, bias = centers.astype(np.float32), (-(1 + step) / 2 * (centers**2).sum(1)).astype(np.float32)
        film.log_arrays(step, x, x @ weight.T + bias, head=(weight, bias))
    return probe_directory(str(directory), "probe")


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    logdir = tmp_path_factory.mktemp("runs")
    directory = log_run(logdir / "a b")
    assert main(["fit", str(logdir), "--device", "cpu"]) == 0
    return logdir, directory


def test_a_fit_leaves_a_film_of_every_step_that_agrees_with_the_model(fitted: tuple[Path, str]):
    reader, films = DynamicsReader(fitted[1]), FilmStore(fitted[1])
    film = choose_film(films.films(), data_fingerprint(reader.probe(), reader.steps()))
    assert film is not None
    assert [step.step for step in film.steps] == [0, 1, 2]
    assert film.territory.source == "head"
    for step in film.steps:
        assert (step.fidelity["prediction_agreement"]["train"] or 0) > 0.9
        assert (step.fidelity["neighborhood_preservation"]["train"] or 0) > 2 * 15 / 119  # chance is 15 / 119
        frame = decode_frame(films.frame(film.film, step.step, step.frame))
        assert frame.territory is not None
        assert set(np.unique(frame.territory.classes)) == {0, 1, 2}
    assert film.steps[0].fidelity["jitter"]["train"] is None


def test_a_fit_leaves_its_measures_under_the_keys_of_the_time_travelling_visualizer(fitted: tuple[Path, str]):
    reader, films = DynamicsReader(fitted[1]), FilmStore(fitted[1])
    film = choose_film(films.films(), data_fingerprint(reader.probe(), reader.steps()))
    assert film is not None
    table = json.loads((fitted[0] / "a b" / "plugins" / "timetravel" / "probe" / "joint_eval.json").read_text())
    assert table["ppr_train"] == {str(step.step): step.fidelity["prediction_agreement"]["train"] for step in film.steps}
    assert "tnn_train" not in table  # of the log, which `timetravel evaluate` reads once more


def test_a_film_counts_although_its_measures_cannot_be_written_for_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    directory = log_run(tmp_path / "run")
    in_the_way = tmp_path / "run" / "plugins" / "timetravel" / "probe" / "pca_eval.json"
    in_the_way.mkdir()
    assert main(["fit", str(tmp_path), "--method", "pca", "--device", "cpu"]) == 0
    said = capsys.readouterr().err
    assert "the film is whole, but pca_eval.json could not be written (" in said
    assert "`timetravel evaluate` writes it again" in said
    status = StatusFile(directory).read()
    assert (status.state, status.film) == ("finished", next(f.film for f in FilmStore(directory).films() if f.method == "pca"))


def test_the_same_seed_gives_the_same_film(fitted: tuple[Path, str], tmp_path: Path):
    directory = log_run(tmp_path / "again")
    assert main(["fit", str(tmp_path), "--device", "cpu"]) == 0
    films, others = FilmStore(fitted[1]), FilmStore(directory)
    joint, again = (next(f for f in store.films() if not f.is_preview) for store in (films, others))
    assert [step.frame for step in joint.steps] == [step.frame for step in again.steps]


def test_a_finished_fit_is_not_made_again_and_says_finished(fitted: tuple[Path, str]):
    began = time.perf_counter()
    assert main(["fit", str(fitted[0])]) == 0
    assert time.perf_counter() - began < 5
    status = StatusFile(fitted[1]).read()
    assert status.state == "finished"
    assert status.film in FilmStore(fitted[1]).keys()  # noqa: SIM118  # a method of the store


def test_runs_lists_what_is_there(fitted: tuple[Path, str], capsys: pytest.CaptureFixture[str]):
    assert main(["runs", str(fitted[0])]) == 0
    assert "a b\tprobe\t150 samples × 6 features, 3 classes, 3 steps\tfilm " in capsys.readouterr().out


def test_render_writes_one_picture_per_step(fitted: tuple[Path, str], tmp_path: Path):
    assert main(["render", str(fitted[0]), str(tmp_path / "out")]) == 0
    assert len(list((tmp_path / "out").glob("*.png"))) == 3


def test_pictures_of_a_run_that_is_the_logdir_itself_are_named_by_its_directory(fitted: tuple[Path, str], tmp_path: Path):
    assert main(["render", str(fitted[0] / "a b"), str(tmp_path / "out")]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"a b_probe_joint_{step:06d}.png" for step in range(3)}


def test_every_method_has_its_film_and_the_default_stays_the_one_that_is_shown(
    fitted: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    logdir = tmp_path / "runs"
    shutil.copytree(fitted[0], logdir)
    asked = ["render", str(logdir), str(tmp_path / "out"), "--method", "pca"]
    assert main(asked) == 1
    assert f"by pca, found joint; run: timetravel fit {logdir} --run 'a b' --method pca" in capsys.readouterr().err
    assert main(["fit", str(logdir), "--device", "cpu", "--method", "pca"]) == 0
    assert StatusFile(probe_directory(str(logdir / "a b"), "probe")).read().method == "pca"
    films = {film.method: film for film in FilmStore(probe_directory(str(logdir / "a b"), "probe")).films()}
    assert all("neighborhood_preservation" in step.fidelity for step in films["pca"].steps)  # measured, unlike the preview
    assert main(["runs", str(logdir)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith(f"\tfilm {films['joint'].film} by joint, {films['pca'].film} by pca")
    assert main(asked) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"a b_probe_pca_{step:06d}.png" for step in range(3)}


def test_runs_says_which_films_are_of_older_data(fitted: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    logdir = tmp_path / "runs"
    shutil.copytree(fitted[0], logdir)
    log_run(logdir / "a b", 4)
    assert main(["runs", str(logdir)]) == 0
    assert capsys.readouterr().out.rstrip().endswith("by joint (older data)")


def test_the_help_of_fit_tells_every_method_in_its_own_words(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main(["fit", "--help"])
    said = capsys.readouterr().out
    for info in METHODS:
        assert f"\n  {info.method} " in said
        assert " ".join(info.summary.split()) in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 80


def test_an_empty_logdir_is_one_sentence_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["fit", str(tmp_path)]) == 1
    assert "expected a Time Travel log below" in capsys.readouterr().err


def test_steps_out_of_range_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    directory = log_run(tmp_path / "r", 1)
    assert main(["fit", str(tmp_path), "--start", "7"]) == 1
    assert "found none of 1" in capsys.readouterr().err
    assert StatusFile(directory).read().state == "failed"


def test_a_second_fit_of_the_same_data_is_refused_and_the_first_not_disturbed(tmp_path: Path):
    directory = log_run(tmp_path / "r", 1)
    with FitLock(directory):
        StatusFile(directory).write(FitStatus(state="running"))
        assert (
            subprocess.run([sys.executable, "-m", "tb_timetravel", "fit", str(tmp_path)], capture_output=True, check=False).returncode == 1
        )
        assert StatusFile(directory).read().state == "running"


def test_a_fit_from_the_tab_ends_with_its_parent_and_resumes(tmp_path: Path):
    directory = log_run(tmp_path / "r", 4)
    command = [sys.executable, "-m", "tb_timetravel", "fit", str(tmp_path), "--from-tab", "--device", "cpu"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        deadline = time.time() + 60
        while StatusFile(directory).read().stage not in ("layout", "maps") and time.time() < deadline:
            time.sleep(0.05)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 3
    assert StatusFile(directory).read().state == "interrupted"
    assert main(["fit", str(tmp_path), "--device", "cpu"]) == 0


def test_a_wish_to_cancel_stops_a_fit(tmp_path: Path):
    directory = log_run(tmp_path / "r", 6)
    file = StatusFile(directory)
    with subprocess.Popen(
        [sys.executable, "-m", "tb_timetravel", "fit", str(tmp_path), "--device", "cpu"], stderr=subprocess.PIPE
    ) as process:
        deadline = time.time() + 60
        while file.read().state != "running" and time.time() < deadline:
            time.sleep(0.05)
        file.request_cancel(file.read())
        process.communicate(timeout=60)
    assert process.returncode == 3
    assert file.read().state == "cancelled"


def test_two_workers_make_the_film_that_one_makes(fitted: tuple[Path, str], tmp_path: Path):
    alone, together = fitted[1], log_run(tmp_path / "run")  # of three steps: one worker has more to do than the other
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "tb_timetravel"]
    done = subprocess.run([*torchrun, "fit", str(tmp_path), "--device", "cpu"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    films = [next(film for film in FilmStore(directory).films() if not film.is_preview) for directory in (alone, together)]
    assert films[0].film == films[1].film
    width = films[0].extent[1] - films[0].extent[0]
    for step in range(3):
        one, two = (FilmStore(directory).embedding(films[0].film, step, N_SAMPLES) for directory in (alone, together))
        off = np.linalg.norm(one - two, axis=1) / width
        assert np.median(off) < 1e-3
        assert (off > 0.02).mean() < 0.05  # a sample at a border may settle elsewhere
