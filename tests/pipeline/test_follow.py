"""A film that grows while a training logs: a real store, a real fit of the first steps, then one step after another."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.errors import InvalidData
from tb_timetravel.fidelity import spatial_fidelity
from tb_timetravel.frame import Frame, decode_frame
from tb_timetravel.pipeline.follow import follow_film
from tb_timetravel.pipeline.live_film import steps_before
from tb_timetravel.pipeline.source import FitOptions
from tb_timetravel.serve.payloads import describe
from tb_timetravel.serve.territory_part import draw_part
from tb_timetravel.store import DynamicsReader, FilmStore, StatusFile, data_fingerprint, probe_directory
from tb_timetravel.store.films import choose_film
from tests.store.records import make_film

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tb_timetravel.schema import Film

N, N_TRAIN, N_CLASSES = 120, 90, 3
OPTIONS = FitOptions(device="cpu")


def log(directory: Path, steps: Sequence[int], *, shift: float = 0.0, seed: int = 0) -> str:
    """Log some steps of three classes that drift apart, as a training would that goes on; return the probe set's directory."""
    rng = np.random.default_rng(seed)
    labels = np.arange(N) % N_CLASSES
    centers, noise = rng.normal(size=(N_CLASSES, 6)), rng.normal(size=(N, 6))
    film = TimeTravel(str(directory), labels=labels, splits=["train" if i < N_TRAIN else "test" for i in range(N)])
    for step in steps:
        x = (noise * 0.4 + centers[labels] * (1 + 0.3 * step) + shift).astype(np.float32)
        weight, bias = centers.astype(np.float32), (-(1 + 0.3 * step) / 2 * (centers**2).sum(1)).astype(np.float32)
        film.log_arrays(step, x, x @ weight.T + bias, head=(weight, bias))
    return probe_directory(str(directory), "probe")


def follow(
    directory: str, *, then: Callable[[Film], Any] = lambda _: None, options: FitOptions = OPTIONS, idle_s: float = 0.2
) -> tuple[Film, list[str]]:
    """Follow until nothing comes any more; `then` sees every state of the film."""
    said: list[str] = []

    def on_step(film: Film, words: str) -> None:
        said.append(words)
        then(film)

    quiet: Any = lambda *_: None  # noqa: E731
    film = follow_film(
        directory, options, idle_s=idle_s, progress=quiet, on_preview=quiet, on_key=quiet, on_step=on_step, check=lambda: None
    )
    return film, said


def contents(films: FilmStore, film: Film) -> dict[int, bytes]:
    return {step.step: films.frame(film.film, step.step, step.frame) for step in film.steps}


def fresh(directory: str) -> str:
    reader = DynamicsReader(directory)
    return data_fingerprint(reader.probe(), reader.steps())


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Film, dict[int, bytes], list[str]]:
    """A film of two steps that got three more, two of them logged while the first was placed; and its frames when it had two."""
    run = tmp_path_factory.mktemp("runs") / "run"
    directory = log(run, (0, 10))
    films, early = FilmStore(directory), {}

    def go_on(film: Film) -> None:
        if len(film.steps) == 2:
            early.update(contents(films, film))
            log(run, (20, 30))
        if len(film.steps) == 3:
            log(run, (40,))

    film, said = follow(directory, then=go_on)
    return directory, film, early, said


def test_every_step_that_is_logged_comes_to_the_film_in_order(grown: tuple[str, Film, dict[int, bytes], list[str]]):
    directory, film, _, said = grown
    assert [step.step for step in film.steps] == [0, 10, 20, 30, 40]
    assert [words.split(" placed")[0] for words in said[1:]] == ["step 20", "step 30", "step 40"]
    assert film.live
    assert film.fingerprint == fresh(directory)
    predictions, confidences = FilmStore(directory).history(film, N, N_CLASSES)
    reader = DynamicsReader(directory)
    for t, step in enumerate(reader.steps()):
        np.testing.assert_array_equal(predictions[t], reader.read(reader.probe(), step).logits.argmax(1))
        assert film.steps[t].data == step.digest
    assert confidences.shape == (5, N)


def test_the_frames_of_earlier_steps_stay_byte_for_byte(grown: tuple[str, Film, dict[int, bytes], list[str]]):
    directory, film, early, _ = grown
    assert set(early) == {0, 10}
    now = contents(FilmStore(directory), film)
    assert {step: now[step] for step in early} == early


def test_a_placed_step_is_a_picture_of_its_own_data(grown: tuple[str, Film, dict[int, bytes], list[str]]):
    directory, film, _, _ = grown
    films, reader = FilmStore(directory), DynamicsReader(directory)
    last = film.steps[-1]
    assert (last.fidelity["prediction_agreement"]["train"] or 0) > 0.9
    assert (last.fidelity["temporal_correlation"]["train"]) is not None
    x = torch.from_numpy(np.array(reader.read(reader.probe(), reader.steps()[-1]).representations))[:N_TRAIN]
    z = torch.from_numpy(np.array(films.embedding(film.film, last.step, N)))[:N_TRAIN]
    kept = float(spatial_fidelity(x, z, n_neighbors=15).neighborhood_preservation.mean())
    assert last.fidelity["neighborhood_preservation"]["train"] == pytest.approx(kept, abs=1e-4)
    assert kept > 2 * 15 / (N_TRAIN - 1)  # twice chance
    spread = float((x - x.mean(0)).norm(dim=1).mean())  # as far as the mean of all would be
    assert 0.0 < (last.reconstruction_distance["train"] or 0) < spread
    frame: Frame = decode_frame(films.frame(film.film, last.step, last.frame))
    assert frame.territory is not None
    assert set(np.unique(frame.territory.classes)) == {0, 1, 2}


def test_its_territory_is_drawn_finer_step_by_step(grown: tuple[str, Film, dict[int, bytes], list[str]]):
    directory, film, _, _ = grown
    for step in (film.steps[0], film.steps[-1]):
        whole = decode_frame(FilmStore(directory).frame(film.film, step.step, step.frame)).territory
        again = decode_frame(draw_part(directory, film.film, step=step.step, version=step.frame, window=film.extent, resolution=256))
        assert whole is not None
        assert again.territory is not None
        assert (whole.classes == again.territory.classes).mean() > 0.999


def test_a_follower_that_starts_again_goes_on_where_the_last_one_stopped(grown: tuple[str, Film, dict[int, bytes], list[str]]):
    directory, film, _, _ = grown
    again, said = follow(directory)
    assert again == film
    assert said == ["following; 5 steps are placed"]


def test_a_step_that_is_logged_again_changes_its_own_frame_alone(tmp_path: Path):
    directory = log(tmp_path / "run", (0, 1, 2))
    films = FilmStore(directory)
    film, _ = follow(directory)
    before = contents(films, film)
    log(tmp_path / "run", (1,), shift=0.5)
    again, said = follow(directory)
    assert said[1].startswith("step 1 placed")
    now = contents(films, again)
    assert now[1] != before[1]
    assert (now[0], now[2]) == (before[0], before[2])
    assert again.fingerprint == fresh(directory)
    assert [step.step for step in again.steps] == [0, 1, 2]


def test_a_film_of_one_step_that_is_logged_again_begins_anew(tmp_path: Path):
    directory = log(tmp_path / "run", (0,))
    before = contents(FilmStore(directory), follow(directory)[0])
    again_at: list[int] = []

    def log_again(film: Film) -> None:
        if not again_at:
            again_at.append(len(film.steps))
            log(tmp_path / "run", (0,), shift=0.5)

    film, said = follow(directory, then=log_again)
    assert [words for words in said if words.startswith("following")] == ["following; 1 steps are placed"] * 2
    assert film.fingerprint == fresh(directory)
    assert contents(FilmStore(directory), film) != before


def test_a_follower_that_is_killed_while_it_places_leaves_a_whole_film_and_the_next_one_goes_on(tmp_path: Path):
    run = tmp_path / "run"
    directory = log(run, (0, 1))
    film, _ = follow(directory)
    log(run, range(2, 12))
    child = subprocess.Popen([sys.executable, "-m", "tb_timetravel", "fit", str(tmp_path), "--follow", "--device", "cpu"])
    films, deadline = FilmStore(directory), time.monotonic() + 90
    while len(films.film(film.film).steps) < 4:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    child.kill()
    child.wait()
    left = films.film(film.film)
    assert all(films.frame(left.film, step.step, step.frame) for step in left.steps)
    films.history(left, N, N_CLASSES)
    frames = contents(films, left)
    again, _ = follow(directory)
    assert [step.step for step in again.steps] == list(range(12))
    assert {step: content for step, content in contents(films, again).items() if step in frames} == frames


def test_control_c_ends_following_as_a_finished_fit(tmp_path: Path):
    directory = log(tmp_path / "run", (0, 1))
    command = [sys.executable, "-m", "tb_timetravel", "fit", str(tmp_path), "--follow", "--device", "cpu"]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 90
    while StatusFile(directory).read().n_followed is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    assert child.wait(30) == 0
    status = StatusFile(directory).read()
    assert (status.state, status.n_followed) == ("finished", 2)


def test_while_it_is_followed_a_film_is_the_one_shown_and_not_stale(grown: tuple[str, Film, dict[int, bytes], list[str]]):
    directory, film, _, _ = grown
    newer = make_film(film="f" * 16, fingerprint=film.fingerprint, created_at=film.created_at + 1)
    other = "0" * 16
    assert choose_film([newer, film], film.fingerprint) is newer  # fitted as a whole
    assert choose_film([newer, film], other, followed=film.film) is film
    status = StatusFile(directory)
    answered = describe(directory, run="run", tag="probe", logdir="runs", status=status.read())
    entry = next(entry for entry in answered["films"] if entry["film"] == film.film)
    assert entry["live"]
    assert not entry["stale"]
    assert answered["film"] == film.film or not next(e for e in answered["films"] if e["film"] == answered["film"])["live"]


def test_samples_that_leave_the_plane_stand_at_its_border_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tb_timetravel.pipeline.live_film._ROOM", -0.4)  # a plane that is too small for anything
    run = tmp_path / "run"
    directory = log(run, (0, 1))
    film, said = follow(directory, then=lambda film: log(run, (2,)) if len(film.steps) == 2 else None)
    assert "stand at the border" in said[-1]
    z = FilmStore(directory).embedding(film.film, 2, N)
    assert (z >= np.array(film.extent[::2], np.float32)).all()
    assert (z <= np.array(film.extent[1::2], np.float32)).all()


def test_following_ends_after_some_seconds_without_a_step_even_if_there_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    log(tmp_path / "run", (0,))
    assert main(["fit", str(tmp_path), "--follow", "--idle", "0.2", "--start", "5", "--device", "cpu"]) == 1
    assert "expected a logged step, found none within 0.2 s" in capsys.readouterr().err


def test_what_cannot_be_followed_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    directory = log(tmp_path / "a", (0,))
    log(tmp_path / "b", (0,))
    with pytest.raises(InvalidData, match="expected the method joint and no end to follow a training, got pca"):
        follow(directory, options=FitOptions(method="pca"))
    with pytest.raises(InvalidData, match="got joint and the end 3"):
        follow(directory, options=FitOptions(end=3))
    numbers = TimeTravel(str(tmp_path / "numbers"), targets=np.arange(30.0))
    numbers.log_arrays(0, np.eye(30, 4, dtype=np.float32), predictions=np.zeros(30, np.float32))
    with pytest.raises(InvalidData, match="expected a run without targets"):
        follow(probe_directory(str(tmp_path / "numbers"), "probe"))
    assert main(["fit", str(tmp_path / "numbers"), "--follow"]) == 1
    assert "expected a run without targets" in capsys.readouterr().err
    assert StatusFile(probe_directory(str(tmp_path / "numbers"), "probe")).read().state == "none"  # nothing was begun
    shutil.rmtree(tmp_path / "numbers")
    assert main(["fit", str(tmp_path), "--follow"]) == 1
    assert "expected one probe set to follow, found 2" in capsys.readouterr().err
    assert main(["fit", str(tmp_path), "--idle", "3"]) == 1
    assert "--idle with --follow" in capsys.readouterr().err


def test_a_step_is_tied_to_the_latest_ones_and_to_some_of_all_before():
    def film_of(n: int) -> Film:
        return make_film(steps=tuple(replace(make_film().steps[0], step=t) for t in range(n)))

    assert steps_before(film_of(3), 3) == [0, 1, 2]
    chosen = steps_before(film_of(200), 200)
    assert len(chosen) <= 16
    assert chosen[0] == 0
    assert chosen[-4:] == [196, 197, 198, 199]
    assert steps_before(film_of(5), 2) == [0, 1]
    assert steps_before(film_of(3), 0) == [2, 1]  # of the first, the ones after it, the nearest last
