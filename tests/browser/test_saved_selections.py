"""Selections kept beside the run: saved, restored, deleted and brought back, also where two pages do so at once."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.runs import RUN
from tests.browser.selecting import opened, panel, press, select_by

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.pages import Pages
    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect


def kept_in(logdir: Path) -> list[dict[str, Any]]:
    return json.loads((logdir / RUN / "plugins" / "timetravel" / "probe" / "selections.json").read_text())["selections"]


def test_a_selection_is_saved_restored_deleted_and_brought_back(tab: Callable[..., Tab], fitted: Path, tmp_path: Path):
    logdir = shutil.copytree(fitted, tmp_path / "runs")
    film = opened(tab, logdir)
    count = select_by(film, "wrong")
    menu = panel(film).locator("summary", has_text="Saved")
    menu.click()
    expect(film.frame.get_by_label("Name of the selection")).to_be_focused()
    film.page.keyboard.type("mixed up <b>")
    film.page.keyboard.press("Enter")
    expect(film.button("mixed up <b>")).to_be_visible()
    (kept,) = kept_in(logdir)
    assert sum(last - first + 1 for first, last in kept["ranges"]) == count
    film.keep_screen("saved")
    film.page.keyboard.press("Escape")
    press(film, "Escape")
    assert film.state()["selected"] == 0
    again = opened(tab, logdir)
    panel(again).locator("summary", has_text="Saved (1)").click()
    again.button("mixed up <b>").click()
    assert again.state()["selected"] == count
    again.button("Delete mixed up <b>").press("Enter")
    undo = again.button("Undo deleting mixed up <b>")
    expect(undo).to_be_focused()
    expect(panel(again).get_by_role("status").filter(has_text="mixed up <b> is deleted")).to_have_count(1)
    assert kept_in(logdir) == []
    again.keep_screen("deleted")
    again.page.keyboard.press("Enter")
    expect(again.button("Delete mixed up <b>")).to_be_focused()
    (back,) = kept_in(logdir)
    assert (back["name"], back["ranges"]) == (kept["name"], kept["ranges"])
    again.button("Delete mixed up <b>").click()
    undo.wait_for()
    again.page.keyboard.press("Escape")
    press(again, " ")  # a click leaves the focus to the film, which plays
    assert again.state()["playing"]
    assert kept_in(logdir) == []


def heard_of_one_refusal(pages: Pages) -> None:
    (words,) = pages.take_back()
    assert "400" in words
    assert "/selections" in words


def test_undo_gives_way_to_what_another_page_saved_under_the_name(tab: Callable[..., Tab], pages: Pages, fitted: Path, tmp_path: Path):
    logdir = shutil.copytree(fitted, tmp_path / "runs")

    def saving(film: Tab, query: str, name: str, verb: str) -> int:
        count = select_by(film, query)
        film.frame.get_by_label("Name of the selection").fill(name)
        film.button(verb).click()
        return count

    first, second = opened(tab, logdir), opened(tab, logdir)
    for film in (first, second):
        select_by(film, "id:0")
        panel(film).locator("summary", has_text="Saved").click()
    count = saving(first, "id:0..9", "mine", "Save")
    first.button("Delete mine").click()
    first.button("Undo deleting mine").wait_for()
    saving(second, "id:20..22", "theirs", "Save")
    saving(second, "id:30..32", "mine", "Save")
    second.button("Delete mine").wait_for()
    first.button("Undo deleting mine").click()
    expect(panel(first).get_by_role("alert")).to_contain_text("A selection named 'mine' was saved in the meantime")
    first.keep_screen("undo refused")
    assert [kept["name"] for kept in kept_in(logdir)] == ["mine", "theirs"]  # both are theirs
    expect(first.frame.get_by_role("list", name="Saved selections").get_by_role("listitem")).to_have_count(3)
    first.button("mine").last.click()
    assert first.state()["selected"] == count
    first.frame.get_by_label("Name of the selection").fill("mine too")
    first.page.keyboard.press("Enter")
    first.button("Delete mine too").wait_for()
    assert [kept["name"] for kept in kept_in(logdir)] == ["mine", "mine too", "theirs"]
    heard_of_one_refusal(pages)


def test_a_name_that_another_page_took_is_not_saved_over_unseen(tab: Callable[..., Tab], pages: Pages, fitted: Path, tmp_path: Path):
    logdir = shutil.copytree(fitted, tmp_path / "runs")
    films = [opened(tab, logdir), opened(tab, logdir)]
    for film, query in zip(films, ("id:0..4", "id:7"), strict=True):
        select_by(film, query)
        panel(film).locator("summary", has_text="Saved").click()
        film.frame.get_by_label("Name of the selection").fill("odd")
    films[0].button("Save").click()
    films[0].button("Delete odd").wait_for()
    films[1].button("Save").click()
    expect(panel(films[1]).get_by_role("alert")).to_contain_text("'odd' was saved in the meantime")
    films[1].button("Replace").wait_for()  # now it is known
    theirs = kept_in(logdir)
    films[1].button("Replace").click()
    expect(panel(films[1]).get_by_role("alert")).to_have_count(0)
    assert theirs != kept_in(logdir)
    heard_of_one_refusal(pages)
