"""What axe-core has to say of the tab, in its states, light and dark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.runs import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

base = pytest.importorskip("axe_playwright_python.base")

THEMES = ("light", "dark")


def violations(tab: Tab) -> list[str]:
    """Run axe-core inside the plugin's frame; one line per rule and element that breaks it."""
    tab.frame.evaluate(base.AXE_SCRIPT)
    found: list[dict[str, Any]] = tab.frame.evaluate("axe.run(document).then((results) => results.violations)")
    return [f"{rule['id']}: {' '.join(node['target'])} ({node['failureSummary']})" for rule in found for node in rule["nodes"]]


@pytest.fixture
def film(tab: Callable[..., Tab], fitted: Path, request: pytest.FixtureRequest) -> Tab:
    opened = tab(fitted, f"&p.timetravel.step={STEPS[1]}&p.timetravel.query=label:%22digit%203%22&p.timetravel.bookmarks={STEPS[2]}:here")
    if request.param == "dark":
        opened.page.get_by_role("button", name=re.compile("dark theme")).click()
        opened.page.get_by_role("menuitem", name=re.compile("^Dark")).click()
        opened.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
        opened.page.keyboard.press("Escape")
    opened.wait("s.phase === 'fitted' && s.loadedFrames === s.nFrames && s.selected > 1")
    return opened


@pytest.mark.parametrize("film", THEMES, indirect=True)
def test_a_film_with_a_selection_another_beside_and_every_menu_open(film: Tab):
    assert violations(film) == []
    film.frame.get_by_role("combobox", name="Beside").select_option(label="Preview")
    film.wait("s.beside !== null")
    assert violations(film) == []
    for menu in film.frame.locator("header.top details > summary").all():
        menu.click()
        film.frame.wait_for_function("![...document.querySelectorAll('p')].some((p) => p.textContent === 'Loading')")
        assert violations(film) == []
        film.page.keyboard.press("Escape")
    film.button("Keyboard help").click()
    film.frame.get_by_text("play or pause").wait_for()
    assert violations(film) == []


def test_the_table_of_fidelity_is_one_stop_of_the_tab_key_and_arrows_walk_it(tab: Callable[..., Tab], fitted: Path):
    film = tab(fitted, f"&p.timetravel.step={STEPS[1]}").wait_for_film()
    table = film.frame.get_by_role("region", name="How faithful is this picture")
    rows = table.locator("summary")
    assert rows.count() > 15
    focused = "(summary) => summary === document.activeElement"
    film.frame.evaluate("document.querySelector('.fidelity').previousElementSibling.querySelector('input, button').focus()")
    for _ in range(40):  # over what is left of the curves
        film.page.keyboard.press("Tab")
        if rows.first.evaluate(focused):
            break
    last = rows.count() - 1
    for key, at in (("ArrowDown", 1), ("End", last), ("ArrowDown", last), ("ArrowUp", last - 1), ("Home", 0)):
        film.page.keyboard.press(key)
        assert rows.nth(at).evaluate(focused), key
        assert table.locator("summary[tabindex='0']").count() == 1
    assert film.state()["step"] == STEPS[1]  # the film stays: these keys are the list's
    film.page.keyboard.press("Enter")
    expect(table.locator("details[open] p")).to_be_visible()
    film.keep_screen("fidelity by keyboard")
    film.page.keyboard.press("ArrowRight")
    film.wait(f"s.step === {STEPS[2]}")  # and these the film's, beside which the numbers change
    film.page.keyboard.press("Tab")
    assert film.frame.evaluate("document.activeElement.closest('.fidelity') === null")
    film.page.keyboard.press("Shift+Tab")
    assert rows.first.evaluate(focused)  # where it was left
    at_step = table.get_by_role("table", name=f"Step {STEPS[2]}")
    named = at_step.get_by_role("rowheader", name="Neighbors kept, higher is better")
    assert named.count() == 1
    expect(named.locator("xpath=..").get_by_role("cell").first).to_have_text(re.compile(r"^[\d.]+.*chance"))
    assert {head.inner_text() for head in table.get_by_role("columnheader").all()} >= {f"Step {STEPS[2]}", "train", "test"}


def test_nothing_makes_the_page_longer_than_its_window_and_what_opens_comes_into_view(tab: Callable[..., Tab], fitted: Path):
    film = tab(fitted, f"&p.timetravel.step={STEPS[1]}&p.timetravel.query=wrong").wait_for_film()
    film.wait("s.selected > 0")
    film.page.set_viewport_size({"width": 1200, "height": 560})
    column = film.frame.locator(".curves")
    assert column.evaluate("(box) => box.scrollHeight > box.clientHeight")
    # What is for screen readers alone is as long as the column, and lies in it.
    assert film.frame.evaluate("document.scrollingElement.scrollHeight <= innerHeight")
    chooser = column.locator(".chooser")
    chooser.evaluate("(menu) => menu.scrollIntoView({ block: 'end' })")
    chooser.locator("summary").click()
    expect(chooser.locator(".popover")).to_be_in_viewport(ratio=0.95)
    film.keep_screen("chooser_below")


@pytest.mark.parametrize("theme", THEMES)
def test_an_empty_logdir_and_an_unfitted_run(tab: Callable[..., Tab], unfitted: Path, tmp_path: Path, theme: str):
    (tmp_path / "none").mkdir()
    for logdir in (tmp_path / "none", unfitted):
        opened = tab(logdir)
        opened.frame.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        opened.wait("s.phase === 'empty' || s.phase === 'logged'")
        assert violations(opened) == []
