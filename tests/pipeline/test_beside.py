"""A film laid beside another: real logs, a real fit of both, and what must hold of the two."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tb_timetravel import TimeTravel, cli
from tb_timetravel.cli import main
from tb_timetravel.errors import FitCancelled, InvalidData, NotFound
from tb_timetravel.fit.shared_plane import PullConfig, SharedPlane
from tb_timetravel.frame import decode_frame
from tb_timetravel.pipeline import BesideRun, FitOptions, build_film
from tb_timetravel.pipeline.beside import corresponding, measure_apart
from tb_timetravel.serve.territory_part import draw_part
from tb_timetravel.store import FilmStore, find_probes, open_reader, probe_directory
from tb_timetravel.store.beside import film_beside
from tb_timetravel.store.films import choose_film

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tb_timetravel.schema import Film

N, N_CLASSES = 150, 3
OPTIONS = FitOptions(device="cpu")


def log(directory: Path, *, steps: Sequence[int] = (0, 1, 2), rows: Sequence[int] = range(N), seed: int = 0, tag: str = "probe") -> str:
    """Log a training of some of the same samples: each has coordinates of its own, which another seed turns as another network would."""
    rng = np.random.default_rng(7)
    labels, centers, noise = np.arange(N) % N_CLASSES, rng.normal(size=(N_CLASSES, 6)), rng.normal(size=(N, 6))
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(6, 6)))[0] * (1.0 + seed)
    chosen = np.asarray(rows)
    film = TimeTravel(
        str(directory), tag=tag, labels=labels[chosen], ids=chosen, splits=["train" if i < 120 else "test" for i in chosen],
        class_names=["a", "b", "c"],
    )  # fmt: skip
    for t, step in enumerate(steps):
        x = ((noise * 0.4 + centers[labels] * (1 + 2 * t / len(steps)))[chosen] @ turn).astype(np.float32)
        weight = (centers @ turn).astype(np.float32)
        film.log_arrays(step, x, x @ weight.T, head=(weight, np.zeros(N_CLASSES, np.float32)))
    return probe_directory(str(directory), tag)


def fit(directory: str, options: FitOptions = OPTIONS) -> Film:
    quiet: Any = lambda *_: None  # noqa: E731
    return build_film(directory, options, progress=quiet, on_preview=quiet, on_key=quiet)


def beside(other: str, **changes: Any) -> FitOptions:
    return replace(OPTIONS, beside=BesideRun(directory=other, run="one", tag="probe", **changes))


def positions(directory: str, film: Film) -> np.ndarray:
    n = open_reader(directory).probe().n_samples
    return np.stack([FilmStore(directory).embedding(film.film, step.step, n) for step in film.steps])


def contents(directory: str) -> dict[str, bytes]:
    root = FilmStore(directory).directory
    return {str(path): path.read_bytes() for path in Path(root).rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def one(logdir: Path) -> tuple[str, Film]:
    directory = log(logdir / "one")
    return directory, fit(directory)


@pytest.fixture(scope="module")
def two(one: tuple[str, Film], logdir: Path) -> tuple[str, Film, Film]:
    """Another training: its own film, then the one that lies beside."""
    directory = log(logdir / "two", seed=1)
    free = fit(directory)
    before = contents(one[0])
    laid = fit(directory, beside(one[0]))
    assert contents(one[0]) == before  # the other film is as it was
    return directory, free, laid


def apart(a: np.ndarray, b: np.ndarray, film: Film) -> float:
    return float(np.linalg.norm(a - b, axis=2).mean() / (film.extent[1] - film.extent[0]))


def test_the_same_samples_lie_at_the_same_places_and_neighbours_are_kept(one: tuple[str, Film], two: tuple[str, Film, Film]):
    directory, free, laid = two
    there = positions(*one)
    near, far = apart(positions(directory, laid), there, laid), apart(positions(directory, free), there, laid)
    assert near < 0.05 < 0.2 < far
    kept = [film.fidelity["neighborhood_preservation"]["train"] or 0.0 for film in (free, laid)]
    assert kept[1] > 0.92 * kept[0]
    assert laid.beside is not None
    assert laid.beside.apart == pytest.approx(near, rel=1e-4)  # all samples are in both
    assert laid.beside.apart_by_chance is not None
    assert laid.beside.apart_by_chance > 5 * near


def test_the_film_says_beside_which_it_lies_and_has_its_extent(one: tuple[str, Film], two: tuple[str, Film, Film]):
    directory, free, laid = two
    assert laid.extent == one[1].extent
    assert free.beside is None
    assert laid.beside is not None
    assert (laid.beside.run, laid.beside.film, laid.beside.n_matched, laid.beside.aligned) == ("one", one[1].film, N, "step")
    assert len({free.film, laid.film}) == 2
    z = positions(directory, laid)
    assert (z[..., 0] >= laid.extent[0]).all()
    assert (z[..., 0] <= laid.extent[1]).all()
    assert choose_film([laid, free], free.fingerprint) is free  # nobody who opens the run need know of the other


def key_of(directory: str, options: FitOptions) -> str:
    """Ask a fit for the key of its film, and stop it."""
    keys: list[str] = []

    def stop(key: str) -> None:
        keys.append(key)
        raise FitCancelled

    with pytest.raises(FitCancelled):
        build_film(directory, options, progress=lambda *_: None, on_preview=lambda _: None, on_key=stop)
    return keys[0]


def test_the_key_of_a_film_tells_beside_which_frames_it_lies(one: tuple[str, Film], two: tuple[str, Film, Film]):
    directory, free, laid = two
    assert key_of(directory, OPTIONS) == free.film
    assert key_of(directory, beside(one[0])) == laid.film
    again = replace(one[1], steps=(replace(one[1].steps[0], frame="f" * 16), *one[1].steps[1:]))  # as a fit on another device leaves it
    FilmStore(one[0]).write_film(again)
    assert key_of(directory, beside(one[0])) not in (free.film, laid.film)
    FilmStore(one[0]).write_film(one[1])


def test_its_territory_can_be_drawn_finer_where_the_film_lies(two: tuple[str, Film, Film]):
    directory, _, laid = two
    step = laid.steps[-1]
    whole = decode_frame(FilmStore(directory).frame(laid.film, step.step, step.frame)).territory
    part = decode_frame(draw_part(directory, laid.film, step=step.step, version=step.frame, window=laid.extent, resolution=256)).territory
    assert whole is not None
    assert part is not None
    assert (whole.classes == part.classes).mean() > 0.99
    assert (step.fidelity["prediction_agreement"]["train"] or 0) > 0.95


def test_runs_of_other_samples_and_other_steps_can_be_laid_beside(one: tuple[str, Film], tmp_path: Path):
    rows = [*range(40, 120), *range(135, N), *range(20, 40)]  # some that the other has, in another order
    directory = log(tmp_path / "part", steps=(0, 2, 4, 6, 8), rows=rows, seed=2)
    laid = fit(directory, beside(one[0]))
    assert laid.extent == one[1].extent
    assert laid.beside is not None
    assert laid.beside.n_matched == len(rows)
    there = positions(*one)
    z = positions(directory, laid)
    last = np.linalg.norm(z[-1] - there[-1][rows], axis=1).mean() / (laid.extent[1] - laid.extent[0])  # step 8 beside step 2, the last
    assert last < 0.1


def test_samples_that_only_the_new_run_has_lie_with_their_class(tmp_path: Path):
    first = log(tmp_path / "few", rows=range(60))
    fit(first)
    second = log(tmp_path / "more", seed=1)
    laid = fit(second, beside(first))
    z, labels = positions(second, laid)[-1], np.arange(N) % N_CLASSES
    middles = np.stack([z[:60][labels[:60] == kind].mean(0) for kind in range(N_CLASSES)])
    nearest = np.linalg.norm(z[60:, None] - middles, axis=2).argmin(1)
    assert (nearest == labels[60:]).mean() > 0.9  # chance is a third


@pytest.mark.parametrize(
    ("steps", "others", "at", "aligned"),
    [
        ([0, 1, 2], [0, 1, 2], [0, 1, 2], "step"),
        ([0, 5, 10, 20], [0, 10], [0, 0.5, 1, 1], "step"),  # beyond its last step, at that
        ([0, 1000, 2000], [0, 1, 2], [0, 1, 2], "progress"),  # batches beside epochs
        ([100, 110], [0, 1, 2], [0, 2], "progress"),
        ([3], [0, 1, 2], [2], "step"),
        ([1], [0, 1, 2], [1], "step"),
        ([0, 1], [7], [0, 0], "step"),
    ],
)
def test_steps_correspond_by_their_numbers_where_they_can(steps: list[int], others: list[int], at: list[float], aligned: str):
    found, by = corresponding(steps, others)
    assert found.tolist() == pytest.approx(at)
    assert by == aligned


def test_how_far_apart_samples_are_is_zero_in_one_place_and_chance_by_chance():
    places = np.random.default_rng(0).uniform(-1, 1, (2, 4000, 2)).astype(np.float32)
    plane = SharedPlane(np.arange(4000), places, (-1.0, 1.0, -1.0, 1.0), PullConfig())
    near, chance = measure_apart(places, plane)
    assert near == 0.0
    assert chance == pytest.approx(0.5214, abs=0.01)  # the mean distance of two points of the unit square
    assert measure_apart(places + np.float32([0.6, 0.8]), plane)[0] == pytest.approx(0.5)


def test_what_cannot_be_laid_beside_is_refused_in_a_sentence(one: tuple[str, Film], two: tuple[str, Film, Film], tmp_path: Path):
    with pytest.raises(InvalidData, match="got the same run and tag"):
        fit(one[0], beside(one[0]))
    bare = log(tmp_path / "bare")
    with pytest.raises(NotFound, match="none; fit that one first"):
        fit(two[0], beside(bare))
    others = log(tmp_path / "others", rows=range(5))
    with pytest.raises(InvalidData, match=r"at least 10 samples of the training split in common .* found 5"):
        fit(others, beside(one[0]))
    with pytest.raises(InvalidData, match="expected the method joint to lay a film beside another, got pca"):
        fit(two[0], replace(beside(one[0]), method="pca"))
    with pytest.raises(NotFound):
        film_beside(open_reader(two[0]), open_reader(one[0]), "f" * 16)


@pytest.mark.usefixtures("two")
def test_the_command_lays_all_other_runs_beside_the_one_that_is_named(
    logdir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    looked: list[str] = []
    monkeypatch.setattr(cli, "find_probes", lambda place: looked.append(place) or find_probes(place))
    assert main(["fit", str(logdir), "--beside", "one", "--device", "cpu"]) == 0
    assert len(looked) == 2  # for what is to be fitted and for what that is laid beside, however many
    assert main(["fit", str(logdir / "two"), "--beside", f"{logdir}/one/", "--device", "cpu"]) == 0  # the same film
    capsys.readouterr()
    assert main(["runs", str(logdir)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("by joint")
    assert second.count(" by joint,") == second.count(" by joint beside one") == 1


@pytest.mark.usefixtures("one")
def test_the_command_says_what_is_wrong_with_the_other_run(logdir: Path, capsys: pytest.CaptureFixture[str]):
    for options, said in (
        (["--beside", "three"], "expected a run three with a probe set probe"),
        (["--beside", "one", "--beside-tag", "layer"], "with a probe set layer"),
        (["--beside-tag", "probe"], "expected --beside-tag with --beside"),
        (["--beside", "one"], "got the same run and tag"),
        (["--beside", "one", "--follow"], "expected to follow a training or to lay a film beside another"),
    ):
        assert main(["fit", str(logdir), "--run", "one", "--device", "cpu", *options]) == 1
        assert said in capsys.readouterr().err
