"""`timetravel suspects` in a real logdir: the listing, the CSV, and judgements read back."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from tb_timetravel.cli import main
from tests.insight.runs import log_noisy_run

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    directory = tmp_path_factory.mktemp("runs")
    return directory, log_noisy_run(directory / "noisy")[1]


def rows_of(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


def test_the_listing_names_the_wrong_labels_first(logdir: tuple[Path, np.ndarray], capsys: pytest.CaptureFixture[str]):
    assert main(["suspects", str(logdir[0]), "--top", "10"]) == 0
    header, *rows = rows_of(capsys.readouterr().out)
    assert header == ["id", "split", "label", "looks like", "score", "verdict", "why"]
    assert sorted(int(row[0]) for row in rows) == logdir[1].tolist()
    assert {row[1] for row in rows} == {"train"}
    assert all(row[2] != row[3] and row[6] for row in rows)
    assert "\x1b" not in str(rows)  # a name of a class cannot steer the terminal


def test_the_csv_goes_back_in_with_verdicts(logdir: tuple[Path, np.ndarray], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "to relabel.csv"
    assert main(["suspects", str(logdir[0]), "--top", "12", "--csv", str(file)]) == 0
    before = rows_of(capsys.readouterr().out)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 12
    assert {row["label"] for row in rows} <= {"cat", "'=dog", "cow "}  # no spreadsheet takes it for a formula
    rows[0]["verdict"], rows[1]["verdict"] = "fine", "Suspicious "
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert main(["suspects", str(logdir[0]), "--top", "150", "--feedback", str(file)]) == 0
    after = rows_of(capsys.readouterr().out)
    assert after[1][0] == before[2][0]
    assert after[1][5] == "suspicious"
    assert after[-1][0] == before[1][0]
    assert after[-1][5] == "fine"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name,verdict\n1,fine\n", "columns id and verdict"),
        ("id,verdict\n1,maybe\n", "line 2"),
        ("id,verdict\nx,fine\n", "line 2"),
        ("id,verdict\n5,fine\n", "2 of them"),  # of both splits
        ("id,split,verdict\n5,train,\n999,train,fine\n", "line 3, found none"),
        ("id,split,verdict\n5,other,fine\n", "id and split"),
        ('id,verdict\n"5,fine\n', "CSV"),
        ("", "columns"),
    ],
)
def test_judgements_that_mean_nothing_are_refused_in_a_sentence(
    content: str, message: str, logdir: tuple[Path, np.ndarray], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "verdicts.csv").write_text(content, encoding="utf-8")
    assert main(["suspects", str(logdir[0]), "--feedback", str(tmp_path / "verdicts.csv")]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_several_probe_sets_are_not_listed_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    log_noisy_run(tmp_path / "a", n_steps=1)
    log_noisy_run(tmp_path / "b", n_steps=1)
    assert main(["suspects", str(tmp_path)]) == 1
    assert "--run" in capsys.readouterr().err
    assert main(["suspects", str(tmp_path), "--run", "b"]) == 0
