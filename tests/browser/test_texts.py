"""A run whose samples are texts: they are read in the panel, and found by their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tb_timetravel.cli import main
from tests.browser.runs import log_texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect


def test_texts_are_found_by_their_words_and_shown_as_they_are(tab: Callable[..., Tab], tmp_path: Path):
    texts = log_texts(tmp_path / "runs")
    assert main(["fit", str(tmp_path / "runs"), "--device", "cpu", "--method", "pca"]) == 0
    film = tab(tmp_path / "runs").wait_for_film()
    field = film.frame.get_by_role("combobox", name="Find samples")
    lines = film.frame.locator(".sample-line")
    for query, fits in (
        ('text:"cats & co"', lambda text: "Cats & co" in text),  # in any case
        ('text:"<b>war" label:good', lambda text: "<b>war" in text and "fine" in text),
        ('-text:"film about dogs"', lambda text: "dogs" not in text),
        ("text:nowhere", lambda _: False),
    ):
        wanted = [text for text in texts if fits(text)]
        field.fill(query)
        field.press("Enter")
        film.wait(f"s.selected === {len(wanted)}")
        expect(film.frame.locator(".query")).to_have_class("query followed")
        if wanted:
            expect(lines.first).to_contain_text(wanted[0])  # the tags are letters, not markup
    assert film.frame.locator(".sample-line b").count() == 0
