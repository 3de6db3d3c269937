"""What was worked out of a log stands in the page: the values that the tab colours by, where they are of the data that the film shows."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tb_timetravel.cli import main
from tb_timetravel.export import Source, write_page
from tb_timetravel.insight.descriptions import COLUMNS
from tb_timetravel.store import FilmStore, InsightStore, open_reader, probe_directory
from tests.export.test_page import Page
from tests.insight.runs import log_noisy_run


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    root = tmp_path_factory.mktemp("worked_out")
    log_noisy_run(root / "noisy")
    assert main(["fit", str(root), "--method", "pca", "--device", "cpu"]) == 0
    assert main(["insight", str(root)]) == 0
    reader = open_reader(directory := probe_directory(str(root / "noisy"), "probe"))
    films = FilmStore(directory)
    film = next(film for film in films.films() if film.method == "pca")
    return Source(run="noisy", tag="probe", reader=reader, films=films, film=film, probe=reader.probe(), steps=film.steps)


def page_of(source: Source, path: Path) -> Page:
    assert write_page(source, str(path)).insight_left_out == 0
    return Page(path.read_text(encoding="utf-8"))


def test_every_value_that_was_worked_out_stands_there_as_it_is(source: Source, tmp_path: Path):
    page = page_of(source, tmp_path / "film.html")
    (stored,) = InsightStore(source.reader.directory).insights()
    told = page.facts["insight"]
    assert (told["insight"], told["state"], told["film"]) == (stored.insight, "finished", source.film.film)
    assert [column["name"] for column in told["columns"]] == [column.name for column in stored.columns]
    assert len(told["columns"]) > 10
    for number, column in enumerate(told["columns"]):
        assert column["description"] == COLUMNS[column["name"]].description
        values = np.frombuffer(gzip.decompress(page.bytes_of(f"insight-{number}")), "<f4")
        np.testing.assert_array_equal(values, InsightStore(source.reader.directory).column(stored, column["name"]))


def test_nothing_is_told_of_other_data_or_other_samples(source: Source, tmp_path: Path):
    other = replace(source, film=replace(source.film, fingerprint="0" * 16))
    assert page_of(other, tmp_path / "film.html").facts["insight"] is None
    store = InsightStore(source.reader.directory)
    (stored,) = store.insights()
    path = Path(store.directory, stored.insight, "insight.json")
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"n_samples": 150', b'"n_samples": 149'))
    assert store.insights()[0].n_samples == 149
    try:
        assert page_of(source, tmp_path / "film.html").facts["insight"] is None
    finally:
        path.write_bytes(content)


def test_values_without_room_are_left_out_from_the_last_on_and_counted(source: Source, tmp_path: Path):
    whole = write_page(source, str(tmp_path / "film.html"))
    n = len(Page((tmp_path / "film.html").read_text(encoding="utf-8")).facts["insight"]["columns"])
    without = write_page(replace(source, film=replace(source.film, fingerprint="0" * 16)), str(tmp_path / "without.html"))
    counts = []
    for room in range(without.n_bytes + 400, whole.n_bytes + 6_000, 1_500):
        report = write_page(source, str(tmp_path / "tight.html"), max_bytes=room)
        told = Page((tmp_path / "tight.html").read_text(encoding="utf-8")).facts["insight"]
        assert len(told["columns"]) == n - report.insight_left_out
        assert report.n_bytes <= room
        counts.append(report.insight_left_out)
    assert counts == sorted(counts, reverse=True)
    assert {0, n} < set(counts)


def test_a_damaged_value_does_not_keep_the_film_back(source: Source, tmp_path: Path):
    store = InsightStore(source.reader.directory)
    (stored,) = store.insights()
    path = Path(store.directory, stored.insight, "column.suspicion.npy")
    content = path.read_bytes()
    path.write_bytes(content[:40])
    try:
        write_page(source, str(tmp_path / "film.html"))
    finally:
        path.write_bytes(content)
    told = Page((tmp_path / "film.html").read_text(encoding="utf-8")).facts["insight"]
    assert "suspicion" not in [column["name"] for column in told["columns"]]
    assert len(told["columns"]) == len(stored.columns) - 1
