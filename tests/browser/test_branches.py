"""A training that was continued in several ways: its branches above the timeline, and the ways from one to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.trees import import_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

LINK = "&p.timetravel.run=faults%2FEpoch_7&p.timetravel.step=6"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return import_tree(tmp_path_factory.mktemp("tree"))


def test_branches_are_drawn_and_a_press_leads_to_another_run_at_that_step(tab: Callable[..., Tab], runs: Path):
    film = tab(runs, LINK).wait_for_film()
    tree = film.frame.get_by_role("region", name="Branches")
    expect(tree.get_by_role("button")).to_have_text(["1", "2", "3", "4", "5", "6", "7", "8"])
    expect(tree.locator("[aria-current=step]")).to_have_accessible_name("Step 6 of faults/Epoch_7")
    film.keep_screen("branches")
    shared = tree.get_by_role("button", name="Step 2 of faults/Epoch_7, shared by 2 runs")
    shared.click()
    film.wait("s.step === 2 && s.run === 'faults/Epoch_7'")  # it has that step too: nobody wants to leave it
    expect(shared).to_have_attribute("aria-current", "step")
    other = tree.get_by_role("button", name="Step 4 of faults/Epoch_5")
    expect(other).to_have_attribute("title", "Step 4 of faults/Epoch_5")
    other.click()
    film.wait("s.step === 4 && s.run === 'faults/Epoch_5' && s.loadedFrames === s.nFrames")
    expect(other).to_have_attribute("aria-current", "step")
    film.page.wait_for_function("location.hash.includes('run=faults%2FEpoch_5') && location.hash.includes('step=4')")
    film.page.evaluate("document.body.classList.add('dark-mode')")
    film.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    film.keep_screen("branches dark")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_has_nothing_to_say_of_branches(tab: Callable[..., Tab], runs: Path, theme: str):
    base = pytest.importorskip("axe_playwright_python.base")
    film = tab(runs, LINK).wait_for_film()
    expect(film.frame.get_by_role("region", name="Branches")).to_be_visible()
    film.page.evaluate(f"document.body.classList.toggle('dark-mode', {str(theme == 'dark').lower()})")
    film.frame.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
    film.frame.evaluate(base.AXE_SCRIPT)
    found = film.frame.evaluate("axe.run(document).then((results) => results.violations)")
    assert [(rule["id"], node["target"], node["failureSummary"]) for rule in found for node in rule["nodes"]] == []


def test_keys_lead_along_branches_and_across(tab: Callable[..., Tab], runs: Path):
    film = tab(runs, LINK).wait_for_film()
    tree = film.frame.get_by_role("region", name="Branches")
    tree.locator("[aria-current=step]").focus()
    names = []
    for key in ("ArrowRight", "Home", "ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown", "ArrowDown"):
        film.page.keyboard.press(key)
        names.append(film.frame.evaluate("document.activeElement.textContent"))
    assert names == ["7", "6", "3", "3", "4", "6", "8"]  # from the first of a branch to the step that it left
    assert film.state()["step"] == 6  # they move the focus alone
    assert tree.locator("button[tabindex='0']").count() == 1
    film.page.keyboard.press("ArrowLeft")
    film.page.keyboard.press("Enter")
    film.wait("s.run === 'faults/Epoch_7' && s.step === 1")


def test_a_branch_without_a_film_leads_there_and_back(tab: Callable[..., Tab], runs: Path):
    film = tab(runs, LINK).wait_for_film()
    tree = film.frame.get_by_role("region", name="Branches")
    tree.get_by_role("button", name="Step 8 of faults/Epoch_8, not fitted yet").click()
    expect(film.frame.get_by_role("heading", name="Logged, not fitted yet")).to_be_visible()
    tree.get_by_role("button", name="Step 5 of faults/Epoch_5").click()
    film.wait("s.run === 'faults/Epoch_5' && s.step === 5")


def test_nothing_is_drawn_or_loaded_for_a_run_without_branches(tab: Callable[..., Tab], fitted: Path):
    film = tab(fitted).wait_for_film()
    assert film.frame.locator(".branches").count() == 0
    loaded = film.frame.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert not [name for name in loaded if "branches" in name]
