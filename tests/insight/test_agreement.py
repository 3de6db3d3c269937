"""How predictions agree, counted by hand, and `timetravel compare` in a real logdir."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.errors import NotFound
from tb_timetravel.insight import agreement, compare, last_agreement
from tb_timetravel.insight.agreement import joined_names
from tb_timetravel.store import open_reader, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

    from tb_timetravel.store import ProbeReader

N = 12
LABELS = np.arange(N) % 3
FIRST = np.where(np.arange(N) < 2, (LABELS + 1) % 3, LABELS)  # wrong about 0 and 1
SECOND = np.where((np.arange(N) > 0) & (np.arange(N) < 6), (LABELS + 2) % 3, LABELS)  # wrong about 1 to 5


def test_predictions_are_counted_by_class_and_by_who_is_right():
    found = agreement((FIRST, SECOND), (LABELS, LABELS), class_names=("cat", "dog", "emu"))
    expected = np.zeros((3, 3), int)
    for one, other in zip(FIRST, SECOND, strict=True):
        expected[one, other] += 1
    np.testing.assert_array_equal(found.counts, expected)
    assert (found.both_right, found.only_first, found.only_second, found.both_wrong) == (6, 4, 1, 1)
    assert (found.n, found.labelled, found.differently_labelled) == (N, N, 0)
    assert found.share == pytest.approx(np.mean(FIRST == SECOND))


def test_what_has_no_label_is_neither_right_nor_wrong():
    labels = np.where(np.arange(N) < 10, -1, LABELS)
    found = agreement((FIRST, SECOND), (labels, LABELS), class_names=("cat", "dog", "emu"))
    assert (found.labelled, found.both_right, found.differently_labelled) == (2, 2, 10)


def test_classes_are_known_by_their_names_and_by_their_place_where_a_name_comes_twice():
    names, place = joined_names(("cat", "dog"), ("dog", "emu", "cat"))
    assert (names, place.tolist()) == (("cat", "dog", "emu"), [1, 2, 0])
    names, place = joined_names(("cat", "cat"), ("dog", "cat", "emu"))
    assert (names, place.tolist()) == (("cat", "cat", "emu"), [0, 1, 2])


def log(directory: Path, predictions: np.ndarray, names: list[str], *, shift: int = 0, with_logits: bool = True) -> ProbeReader:
    """Log a step of noise, then one that predicts this."""
    order = np.roll(np.arange(N), shift)
    numbers = [sorted(names).index(name) for name in names]  # place of each class in its own run
    film = TimeTravel(str(directory), labels=np.argsort(numbers)[LABELS[order]], ids=order, class_names=names)
    rng = np.random.default_rng(shift)
    for step in (0, 5):
        chosen = np.argsort(numbers)[predictions[order]]
        logits = np.eye(3, dtype=np.float32)[chosen] if step else rng.normal(size=(N, 3)).astype(np.float32)
        film.log_arrays(step, rng.normal(size=(N, 4)).astype(np.float32), logits if with_logits else None)
    return open_reader(probe_directory(str(directory), "probe"))


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    log(tmp_path / "one", FIRST, ["cat", "dog", "emu"])
    log(tmp_path / "other", SECOND, ["emu", "cat", "dog"], shift=3)
    return tmp_path


def test_of_two_runs_with_other_orders_of_samples_and_classes_the_last_predictions_are_compared(logdir: Path):
    one, other = (open_reader(probe_directory(str(logdir / name), "probe")) for name in ("one", "other"))
    found = last_agreement(one, other)
    expected = agreement((FIRST, SECOND), (LABELS, LABELS), class_names=("cat", "dog", "emu"))
    np.testing.assert_array_equal(found.counts, expected.counts)
    assert (found.class_names, found.differently_labelled, found.both_right) == (("cat", "dog", "emu"), 0, 6)


def test_the_command_prints_agreement_and_similarity_of_the_last_steps(logdir: Path, capsys: pytest.CaptureFixture[str]):
    file = logdir / "similar.csv"
    assert main(["compare", str(logdir), "--run", "one", "--with", "other", "--csv", str(file)]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    one, other = (open_reader(probe_directory(str(logdir / name), "probe")) for name in ("one", "other"))
    cka = compare(one, other).cka
    assert rows[0] == ["steps", "5", "5"]
    assert rows[1][:2] == ["similarity", f"{cka[-1, -1]:.3f}"]
    assert rows[2][:2] == ["agreement", f"{np.mean(FIRST == SECOND):.1%}"]
    assert {row[0]: row[2] for row in rows[3:7]} == {
        "both right": "6 samples",
        "only the first right": "4 samples",
        "only the second right": "1 samples",
        "both wrong": "1 samples",
    }
    written = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert [(row["step"], row["with_step"]) for row in written] == [("0", "0"), ("0", "5"), ("5", "0"), ("5", "5")]
    np.testing.assert_allclose([float(row["cka"]) for row in written], cka.ravel(), atol=1e-5)


def test_a_run_agrees_with_itself(logdir: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["compare", str(logdir), "--run", "one"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert rows[1][1] == "1.000"
    assert rows[2][1] == "100.0%"
    assert not any(row[0] in ("disagree", "labels differ") for row in rows)


def test_without_logits_only_similarity_is_told(logdir: Path, capsys: pytest.CaptureFixture[str]):
    reader = log(logdir / "bare", SECOND, ["cat", "dog", "emu"], with_logits=False)
    assert main(["compare", str(logdir), "--run", "one", "--with", "bare"]) == 0
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == ["steps", "similarity"]
    with pytest.raises(NotFound, match=r"expected logits in .*bare"):
        last_agreement(open_reader(probe_directory(str(logdir / "one"), "probe")), reader)


def test_more_than_one_run_on_a_side_is_refused(logdir: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["compare", str(logdir), "--with", "other"]) == 1
    assert "found 2; choose with --run and --tag" in capsys.readouterr().err
