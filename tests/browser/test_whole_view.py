"""A link holds the whole view, one press of Escape closes one thing, and the camera obeys the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.runs import STEPS
from tests.browser.tab import find_tab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect


@pytest.fixture
def film(tab: Callable[..., Tab], fitted: Path) -> Tab:
    opened = tab(fitted, f"&p.timetravel.step={STEPS[1]}").wait_for_film()
    opened.page.mouse.move(0, 0)
    return opened


def press(film: Tab, *keys: str) -> None:
    """Press keys where nothing in particular has the focus."""
    film.frame.evaluate("document.activeElement?.blur()")
    for key in keys:
        film.frame.locator("body").press(key)


def link_of(film: Tab, part: str) -> str:
    film.page.wait_for_function(f"location.hash.includes({part!r})")
    return film.page.url.partition("#")[2]


def test_every_control_is_as_it_was_after_a_reload(film: Tab):
    press(film, "5")
    film.frame.locator(".legend-entry").nth(1).click()
    press(film, "3")
    film.frame.locator(".legend-entry").nth(0).click()
    press(film, "1", "t", "w", "l")
    film.frame.get_by_label("Dot size").fill("1.6")
    film.frame.get_by_role("region", name="Timeline").get_by_label("Speed").select_option("2")
    film.frame.locator(".chooser summary").click()
    film.frame.get_by_role("checkbox", name="loss/train").uncheck()
    film.frame.get_by_role("checkbox", name="Continuity").check()
    film.page.keyboard.press("Escape")
    film.frame.get_by_role("combobox", name="Find samples").fill("label:1")
    film.page.keyboard.press("Enter")
    film.wait("s.selected > 1")
    film.frame.get_by_role("grid").locator(".sample-rows [role=row]").nth(2).click()
    film.page.mouse.move(0, 0)
    press(film, "n")
    link = link_of(film, "neighbors=space")
    pinned = film.frame.get_by_role("tooltip").locator("b").first.inner_text()
    film.page.reload()
    again = find_tab(film.page).wait_for_film()
    again.wait("s.selected > 1")
    expect(again.frame.get_by_role("tooltip").locator("b").first).to_have_text(pinned)
    expect(again.frame.locator(".neighbors dd").first.get_by_role("button")).to_have_count(10)
    for name in ("Territory", "Wrong", "test"):
        expect(again.frame.get_by_role("checkbox", name=name, exact=True)).not_to_be_checked()
    expect(again.frame.get_by_label("Dot size")).to_have_value("1.6")
    expect(again.frame.get_by_role("region", name="Timeline").get_by_label("Speed")).to_have_value("2")
    expect(again.button("Loop")).to_have_attribute("aria-pressed", "true")
    expect(again.frame.locator(".chart-title", has_text="Continuity")).to_be_visible()
    expect(again.frame.locator(".chart-title", has_text="loss")).to_have_count(0)
    again.frame.locator(".colour-choice select").select_option("correctness")
    expect(again.frame.locator(".legend-entry").nth(0)).to_have_attribute("aria-pressed", "false")
    again.frame.locator(".colour-choice select").select_option("label")
    again.page.wait_for_timeout(500)
    assert again.page.url.partition("#")[2] == link


def test_escape_closes_one_thing_at_a_time(film: Tab):
    film.page.set_viewport_size({"width": 900, "height": 700})
    film.frame.get_by_role("combobox", name="Find samples").fill("id:0..9")
    film.page.keyboard.press("Enter")
    selected = film.wait("s.selected > 1")["selected"]
    film.frame.locator(".drawer-toggle").click()
    film.frame.locator(".chooser summary").click()
    press(film, "?")
    dialog, chooser, drawer = film.frame.get_by_role("dialog"), film.frame.locator(".chooser .popover"), film.frame.locator(".curves")
    for closed in (dialog, chooser, drawer):
        expect(closed).to_be_visible()
    for closed, left in ((dialog, [chooser, drawer]), (chooser, [drawer]), (drawer, [])):
        film.page.keyboard.press("Escape")
        expect(closed).not_to_be_visible()
        for other in left:
            expect(other).to_be_visible()
        assert film.state()["selected"] == selected
    film.page.keyboard.press("Escape")
    assert film.state()["selected"] == 0


def test_what_is_told_of_a_sample_keeps_clear_of_the_drawer(film: Tab):
    film.page.set_viewport_size({"width": 900, "height": 700})
    film.frame.get_by_role("combobox", name="Find samples").fill("id:0..9")
    film.page.keyboard.press("Enter")
    film.wait("s.selected > 1")
    film.frame.locator(".drawer-toggle").click()
    film.frame.get_by_role("grid").locator(".sample-rows [role=row]").first.click()
    film.page.wait_for_timeout(600)  # the flight to the sample
    told, drawer = (film.frame.locator(name).bounding_box() for name in (".tooltip", ".curves"))
    assert told is not None
    assert drawer is not None
    assert told["width"] > 200
    assert told["x"] + told["width"] <= drawer["x"]


def test_the_camera_goes_wherever_the_keyboard_takes_it(film: Tab):
    press(film, "+", "+", "Control+ArrowRight", "Control+ArrowUp")
    link_of(film, "camera=0.564%2C0.564%2C1.56")  # the last of the keys may come into a link of its own
    assert film.state()["step"] == STEPS[1]  # arrows alone go through the film
    press(film, "-", "f")
    film.page.wait_for_function("!location.hash.includes('camera=')")


def test_the_look_ahead_is_coloured_as_the_film_is(film: Tab):
    colours = """(() => {
      const canvas = document.querySelector(".scrub-peek canvas");
      const bytes = canvas?.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let n = 0;
      for (let i = 0; i < bytes.length; i += 4) n += Math.abs(bytes[i] - bytes[i + 2]) > 60 ? 1 : 0; // red against blue
      return n;
    })()"""
    press(film, "6")
    box = film.step_slider.bounding_box()
    assert box is not None
    film.page.mouse.move(box["x"] + 0.66 * box["width"], box["y"] + box["height"] / 2)
    film.frame.wait_for_function(f"{colours} > 100")  # flips of that step, not grey
    flips = film.frame.locator(".scrub-peek canvas").screenshot()
    press(film, "5")
    for _ in range(50):
        if film.frame.locator(".scrub-peek canvas").screenshot() != flips:
            break
        film.page.wait_for_timeout(50)
    else:
        raise AssertionError("another colour mode left the picture of the step under the pointer as it was")
    assert film.frame.evaluate(colours) > 100


def test_keys_go_on_working_where_a_colour_was_chosen(film: Tab):
    film.frame.get_by_label("Colour of digit 3").focus()
    film.page.keyboard.press("End")
    film.page.keyboard.press("?")
    expect(film.frame.get_by_role("dialog")).to_be_visible()
