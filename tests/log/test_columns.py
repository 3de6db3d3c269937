"""Columns of the samples, from what a user hands over to what is read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.errors import Corrupt, InvalidData, NotFound
from tb_timetravel.store import DynamicsReader, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

N = 6
X = np.random.default_rng(0).normal(size=(N, 3))


def log(run: Path, columns: Any) -> DynamicsReader:
    TimeTravel(str(run), columns=columns).log_arrays(0, X)
    return DynamicsReader(probe_directory(str(run), "probe"))


def values_of(reader: DynamicsReader) -> dict[str, Any]:
    probe = reader.probe()
    return {info.name: reader.column(probe, number) for number, info in enumerate(reader.columns(probe))}


def test_numbers_words_of_few_kinds_and_other_words_are_read_back_as_they_were_given(tmp_path: Path):
    given = {
        "age": np.array([3, 1, 4, 1, 5, 9], np.int16),
        "weight": [1.5, None, float("nan"), 2, 0.1, -7.25],
        "source": ["web crawl", "book", None, "book", "web crawl", "book"],
        "is new": np.array([True, False, True, False, True, True]),
        "file": np.array([f"<b>{i}</b>.png" for i in range(N)]),
    }
    found = values_of(log(tmp_path, given))
    assert list(found) == list(given)
    assert [column.info.kind for column in found.values()] == ["number", "number", "category", "category", "text"]
    assert found["age"].values.tolist() == [3, 1, 4, 1, 5, 9]
    assert (found["age"].info.low, found["age"].info.high) == (1, 9)
    np.testing.assert_array_equal(found["weight"].values, [1.5, np.nan, np.nan, 2, 0.1, -7.25])
    assert found["source"].words() == given["source"]
    assert found["source"].info.kinds == ("book", "web crawl")
    assert found["file"].words() == given["file"].tolist()
    assert found["is new"].words() == [str(new) for new in given["is new"]]
    assert found["file"].values == tuple(given["file"])


def test_pandas_hands_over_its_columns(tmp_path: Path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"age": [1, 2, None, 4, 5, 6], "city": ["a", "b", None, "a", "b", "a"]})
    found = values_of(log(tmp_path, dict(frame.items())))
    np.testing.assert_array_equal(found["age"].values, frame["age"])
    assert found["city"].words() == ["a", "b", None, "a", "b", "a"]


def test_a_run_without_columns_has_none_and_keeps_its_version(tmp_path: Path):
    without, empty = log(tmp_path / "a", None), log(tmp_path / "b", {})
    assert without.columns(without.probe()) == ()
    assert without.probe().version == empty.probe().version
    with pytest.raises(NotFound, match="no columns were logged"):
        without.column(without.probe(), 0)


def test_a_run_goes_on_with_the_same_columns_only(tmp_path: Path):
    log(tmp_path, {"age": np.arange(N)})
    log(tmp_path, {"age": np.arange(N)})
    for other in ({"age": np.arange(N) + 1}, {"years": np.arange(N)}, None):
        with pytest.raises(InvalidData, match="the samples differ from those logged"):
            log(tmp_path, other)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([1, 2], "expected columns as a mapping of names to values, got list"),
        ({"age": [1, 2]}, "expected column 'age' of 6 samples as there are representations, got 2"),
        ({"age": np.zeros((N, 2))}, r"of shape \(n_samples,\), got float64 of shape \(6, 2\)"),
        ({"age": [1, "two", 3, 4, 5, 6]}, "expected numbers or strings in column 'age', got a int"),
        ({"age": [{}] * N}, "got a dict among its 6 values"),
        ({"age": "abcdef"}, "got one str; give a list"),
        ({"age": [1, 2, 3, 4, 5, np.inf]}, "expected finite numbers in column 'age', got infinity"),
        ({"hash": [2**60] * N}, "give them as strings"),
        ({"hash": np.full(N, 2**60)}, "give them as strings"),
        ({"text": ["x" * 201] * N}, "at most 200 characters in column 'text', got 201; give longer ones as texts"),
        ({"": [1] * N}, "expected the name of a column as 1 to 100 characters"),
        ({"a\nb": [1] * N}, "rename it"),
        ({"n" * 101: [1] * N}, "expected the name of a column as 1 to 100 characters"),
        ({str(i): [1] * N for i in range(201)}, "expected at most 200 columns, got 201"),
    ],
)
def test_what_cannot_be_stored_is_one_sentence_and_nothing_is_written(tmp_path: Path, columns: Any, words: str):
    with pytest.raises(InvalidData, match=words):
        log(tmp_path, columns)
    assert not list(tmp_path.rglob("*.json"))


def test_columns_that_were_tampered_with_are_refused(tmp_path: Path):
    reader = log(tmp_path, {"age": np.arange(N), "source": ["a", "b"] * 3, "file": [f"f{i}" for i in range(N)]})
    probe, folder = reader.probe(), tmp_path.joinpath("plugins", "timetravel", "probe")
    np.save(folder / "columns" / "000.npy", np.zeros(N + 1))
    np.save(folder / "columns" / "001.npy", np.full(N, 7, np.uint8))
    (folder / "columns" / "002.json").write_text(json.dumps(["x"]))
    for number, words in enumerate([r"expected \(6,\) float64", "not one of 2 kinds", "expected 6 texts"]):
        with pytest.raises(Corrupt, match=words):
            reader.column(probe, number)
    (folder / "columns.json").write_text(json.dumps({"columns": [{"name": "n" * 101, "kind": "number"}] * 3}))
    with pytest.raises(Corrupt, match="is not a readable Columns record"):
        reader.columns(probe)
    (folder / "columns.json").write_text(json.dumps({"columns": []}))
    with pytest.raises(Corrupt, match="expected 3 columns"):
        reader.columns(probe)
