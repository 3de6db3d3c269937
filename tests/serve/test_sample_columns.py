"""Columns of the samples over a real TensorBoard application."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tests.serve.served import Served, serve

if TYPE_CHECKING:
    from pathlib import Path

OF_PROBE = {"run": "people", "tag": "probe"}
N = 30
AGES, CITIES, NAMES = np.arange(N) * 1.5, ["Paris", "Rome", ""] * 10, [f"<b>{i}</b>" for i in range(N)]


@pytest.fixture
def people(tmp_path: Path) -> Served:
    columns = {"age": AGES, "city": CITIES, "name": NAMES}
    TimeTravel(str(tmp_path / "people"), columns=columns).log_arrays(0, np.eye(N), np.eye(N))
    return serve(tmp_path)


def test_columns_are_listed_for_good(people: Served):
    probe = people.get("run", **OF_PROBE).json
    assert (probe["n_columns"], probe["source"]) == (3, "logged")
    response = people.get("columns", **OF_PROBE, v=probe["samples"])
    assert response.headers["Cache-Control"] == "private, max-age=31536000"
    age, city, name = response.json["columns"]
    assert age == {"name": "age", "kind": "number", "kinds": [], "low": 0.0, "high": 43.5}
    assert (city["kind"], city["kinds"]) == ("category", ["Paris", "Rome"])
    assert (name["kind"], name["kinds"]) == ("text", [])


def test_values_are_sent_column_by_column(people: Served):
    version = people.get("run", **OF_PROBE).json["samples"]
    contents = [people.get("column_values", **OF_PROBE, column=number, v=version).data for number in range(3)]
    assert all(struct.unpack_from("<4sI", content) == (b"TTC1", N) for content in contents)
    assert np.array_equal(np.frombuffer(contents[0], "<f8", offset=8), AGES)
    assert np.frombuffer(contents[1], np.uint8, offset=8).tolist() == [0, 1, 255] * 10
    assert json.loads(contents[2][8:]) == NAMES


def test_a_column_that_is_not_there_and_a_version_that_is_gone_are_not_found(people: Served):
    assert people.get("column_values", **OF_PROBE, column=3).status_code == 404
    assert people.get("column_values", **OF_PROBE, column="age").status_code == 400
    assert people.get("column_values", **OF_PROBE, column=0, v="0" * 16).status_code == 404
    assert people.get("columns", **OF_PROBE, v="0" * 16).status_code == 404


def test_a_run_without_columns_lists_none(served: Served):
    of_digits = {"run": "digits", "tag": "probe"}
    assert served.get("run", **of_digits).json["n_columns"] == 0
    assert served.get("columns", **of_digits).json == {"columns": []}
