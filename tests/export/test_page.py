from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tb_timetravel.cli import main
from tb_timetravel.errors import InvalidData
from tb_timetravel.export import Source, write_page
from tb_timetravel.export.page import MAX_BYTES
from tests.export.films import CLASSES, COLUMNS, N_SAMPLES, RUN, SPLITS, STEPS, TAG, TEXT

if TYPE_CHECKING:
    from pathlib import Path


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and what stands in those that have an id."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.blocks: dict[str, str] = {}
        self.script = self.title = self.policy = ""
        self._at: tuple[str, dict[str, str | None]] = ("", {})
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self._at = (tag, dict(attrs))
        if self._at[1].get("http-equiv") == "Content-Security-Policy":
            self.policy = self._at[1]["content"] or ""

    def handle_data(self, data: str) -> None:
        tag, attributes = self._at
        if tag == "title":
            self.title += data
        elif tag == "script" and attributes.get("id"):
            self.blocks[attributes["id"] or ""] = data
        elif tag == "script":
            self.script += data

    def handle_endtag(self, _: str) -> None:
        self._at = ("", {})

    @property
    def facts(self) -> dict[str, Any]:
        return json.loads(self.blocks["facts"])

    def bytes_of(self, name: str) -> bytes:
        return base64.b64decode(self.blocks[name])


@pytest.fixture(scope="module")
def page(logdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Page:
    path = tmp_path_factory.mktemp("out") / "film.html"
    assert main(["export", str(logdir), str(path)]) == 0
    return Page(path.read_text(encoding="utf-8"))


def test_no_name_becomes_an_element(page: Page):
    # Facts and samples, columns of the samples, a page of texts, frame and columns of every step.
    blocks = 2 + len(COLUMNS) + 1 + 2 * len(STEPS)
    assert page.elements == ["html", "head", "meta", "meta", "meta", "meta", "title", "body", "noscript", *["script"] * (blocks + 1)]
    assert page.title == f"{RUN} · Time Travel"


def test_names_come_through_as_they_are(page: Page):
    probe = page.facts["probe"]
    assert (probe["run"], probe["tag"]) == (RUN, TAG)
    assert probe["class_names"] == list(CLASSES)
    assert probe["splits"] == list(SPLITS)
    assert json.loads(page.bytes_of("media-0"))[3] == TEXT.format(3)


def test_the_policy_lets_this_one_script_run_and_asks_for_nothing(page: Page):
    digest = base64.b64encode(hashlib.sha256(page.script.encode()).digest()).decode()
    assert f"default-src 'none'; script-src 'sha256-{digest}';" in page.policy
    assert not re.search(r"https?:|connect-src|unsafe-eval", page.policy)


def test_frames_and_samples_are_those_of_the_film(page: Page, source: Source):
    for number, step in enumerate(source.steps):
        assert page.bytes_of(f"frame-{number}") == source.frame_bytes(step)
    samples = gzip.decompress(page.bytes_of("samples"))
    assert len(samples) == 8 + 9 * N_SAMPLES
    assert np.array_equal(np.frombuffer(samples, "<i4", N_SAMPLES, 8), source.reader.labels(source.probe))
    kept = source.films.sample_fidelity(source.film.film, STEPS[1], N_SAMPLES).T
    column = np.frombuffer(gzip.decompress(page.bytes_of("columns-1")), np.uint8).reshape(4, N_SAMPLES)
    np.testing.assert_allclose(column / 254, kept, atol=0.003)


def test_columns_of_the_samples_are_those_that_were_logged(page: Page):
    facts = page.facts
    assert [column["name"] for column in facts["sample_columns"]] == list(COLUMNS)
    assert (facts["probe"]["n_columns"], facts["probe"]["n_targets"], facts["probe"]["has_pairs"]) == (4, 0, False)
    age, kind, file, seconds = (gzip.decompress(page.bytes_of(f"column-{number}")) for number in range(4))
    np.testing.assert_array_equal(np.frombuffer(age, "<f4"), COLUMNS["age"].astype("f4"))  # quarters are exact in single precision
    assert facts["sample_columns"][1]["kinds"] == ["</script>", "b"]
    assert np.frombuffer(kind, np.uint8)[:4].tolist() == [0, 1, 255, 0]
    assert json.loads(file) == COLUMNS["file"]
    np.testing.assert_array_equal(np.frombuffer(seconds, "<f8"), COLUMNS["<i onmouseover=window.hacked=6>"])


def test_columns_without_room_are_left_out_from_the_last_on_and_counted(source: Source, tmp_path: Path):
    whole = write_page(source, str(tmp_path / "whole.html"))
    assert whole.columns_left_out == 0
    by_room = {}
    for room in range(whole.n_bytes - 5_000, whole.n_bytes + 1_500, 250):
        report = write_page(source, str(tmp_path / "tight.html"), max_bytes=room)
        by_room[room] = report.columns_left_out
        facts = Page((tmp_path / "tight.html").read_text(encoding="utf-8")).facts
        assert [column["name"] for column in facts["sample_columns"]] == list(COLUMNS)[: 4 - report.columns_left_out]
        assert facts["probe"]["n_columns"] == 4 - report.columns_left_out
        assert report.n_bytes <= room
    assert list(by_room.values()) == sorted(by_room.values(), reverse=True)
    assert {0, 4} < set(by_room.values())


def test_of_steps_with_gaps_no_flips_are_told(source: Source, tmp_path: Path):
    write_page(replace(source, steps=(source.steps[0], source.steps[1], source.steps[3])), str(tmp_path / "film.html"))
    steps = Page((tmp_path / "film.html").read_text(encoding="utf-8")).facts["film"]["steps"]
    assert [step["flips"] for step in steps] == [source.steps[0].flips, source.steps[1].flips, None]


def test_a_page_that_would_be_too_large_says_what_to_leave_out(source: Source, tmp_path: Path):
    steps = tuple(replace(step, bytes=100_000_000) for step in source.steps)
    with pytest.raises(InvalidData, match=r"at most 100 MB, this film of 4 steps needs 534 MB or more; take every 6th step with --every 6"):
        write_page(replace(source, steps=steps), str(tmp_path / "film.html"))
    assert not list(tmp_path.iterdir())


def test_what_a_record_says_of_its_size_is_not_believed(source: Source, tmp_path: Path):
    steps = tuple(replace(step, bytes=0) for step in source.steps)
    script = write_page(replace(source, steps=steps[:1]), str(tmp_path / "one.html")).n_bytes
    with pytest.raises(InvalidData, match="expected a page of at most"):
        write_page(replace(source, steps=steps), str(tmp_path / "film.html"), max_bytes=script + 1000)
    assert [path.name for path in tmp_path.iterdir()] == ["one.html"]


def test_texts_without_room_are_left_out_and_said_to_be(source: Source, tmp_path: Path):
    whole = write_page(source, str(tmp_path / "whole.html"), max_bytes=MAX_BYTES)
    assert not whole.media_left_out
    tight = write_page(source, str(tmp_path / "tight.html"), max_bytes=whole.n_bytes - 1)
    assert tight.media_left_out
    assert tight.n_bytes < whole.n_bytes
    facts = Page((tmp_path / "tight.html").read_text(encoding="utf-8")).facts
    assert facts["probe"]["media"] == {"kind": "none"}
