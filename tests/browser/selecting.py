"""What tests of selecting do with the tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.runs import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.tab import Tab

STEP = f"&p.timetravel.step={STEPS[0]}"


def opened(tab: Callable[..., Tab], logdir: Path, link: str = STEP) -> Tab:
    return tab(logdir, link).wait_for_film()


def press(film: Tab, key: str) -> None:
    """Press a key where nothing in particular has the focus."""
    film.frame.evaluate("document.activeElement?.blur()")
    film.page.keyboard.press(key)


def select_by(film: Tab, query: str) -> int:
    field(film).fill(query)
    field(film).press("Enter")
    from playwright.sync_api import expect  # an optional dependency of the tests

    expect(film.frame.locator(".query")).to_have_class("query followed")
    return int(film.state()["selected"])


def field(film: Tab) -> Locator:
    return film.frame.get_by_role("combobox", name="Find samples")


def panel(film: Tab) -> Locator:
    return film.frame.get_by_role("region", name="Selection", exact=True)


def rows(film: Tab) -> Locator:
    return film.frame.get_by_role("grid").locator(".sample-rows [role=row]")
