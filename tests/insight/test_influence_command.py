"""`timetravel influence` in a real logdir: the listing, the CSV, and how a sample is named."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.insight import influence
from tb_timetravel.store import open_reader
from tests.insight.runs import N_TRAIN, log_noisy_run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Give the logdir, and the probe set's directory."""
    directory = tmp_path_factory.mktemp("runs")
    return str(directory), log_noisy_run(directory / "noisy")[0]


def test_the_listing_names_helpers_then_harmers_as_python_does(run: tuple[str, str], capsys: pytest.CaptureFixture[str]):
    assert main(["influence", run[0], "--sample", "5", "--split", "test", "--target", "prediction", "--top", "4", "--until", "2"]) == 0
    out, said = capsys.readouterr()
    header, *rows = [line.split("\t") for line in out.splitlines()]
    assert header == ["effect", "id", "split", "label", "predicted", "influence"]
    (found,) = influence(open_reader(run[1]), [N_TRAIN + 5], target="prediction", until=2, top=4)
    assert [(row[0], int(row[1])) for row in rows] == [("helps", int(i)) for i in found.helpers] + [
        ("harms", int(i)) for i in found.harmers
    ]
    np.testing.assert_allclose([float(row[5]) for row in rows], [*found.helper_scores, *found.harmer_scores], rtol=1e-3)
    assert {row[2] for row in rows} == {"train"}
    assert said.strip() == "what helped and harmed sample 5 as cow"
    assert "\x1b" not in out + said  # a name of a class cannot steer the terminal


def test_the_csv_of_a_class_by_name_has_the_same_rows_and_no_formula(run: tuple[str, str], tmp_path: Path):
    file = tmp_path / "influence.csv"
    assert main(["influence", run[0], "--sample", "100", "--target", "=dog", "--csv", str(file)]) == 0
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == ["effect", "id", "split", "label", "predicted", "influence"]
    assert {row["label"] for row in rows} <= {"cat", "'=dog", "cow "}  # no spreadsheet takes it for a formula
    assert rows[0]["label"] == "'=dog"
    (found,) = influence(open_reader(run[1]), [100], target=1)
    assert [int(row["id"]) for row in rows] == [*found.helpers, *found.harmers]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sample", "5"], "found 2, in train, test; choose with --split"),
        (["--sample", "999"], "found none"),
        (["--sample", "100", "--split", "test"], "'test', found none"),
        (["--sample", "100", "--target", "horse"], "got 'horse'"),
        (["--sample", "100", "--until", "17"], "got 17"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(
    arguments: list[str], message: str, run: tuple[str, str], capsys: pytest.CaptureFixture[str]
):
    assert main(["influence", run[0], *arguments]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_sample_without_a_label_is_asked_about_by_prediction_or_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    x = np.eye(3, dtype=np.float32)
    TimeTravel(str(tmp_path), labels=np.array([0, 1, -1])).log_arrays(0, x, x[:, :2])
    assert main(["influence", str(tmp_path), "--sample", "2"]) == 1
    assert "--target prediction" in capsys.readouterr().err
    assert main(["influence", str(tmp_path), "--sample", "2", "--target", "prediction"]) == 0
