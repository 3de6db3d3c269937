"""Two films beside each other."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from tests.browser.runs import N_SAMPLES, RUN, STEPS
from tests.browser.tab import difference, n_colours

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Locator, expect


@pytest.fixture
def film(tab: Callable[..., Tab], fitted: Path) -> Tab:
    """The tab with the film open at its last step, and the keys going to it."""
    opened = tab(fitted, f"&p.timetravel.step={STEPS[-1]}").wait_for_film()
    opened.canvas.click(position={"x": 3, "y": 120})
    return opened


def beside(tab: Tab) -> Locator:
    return tab.frame.get_by_role("region", name="The film beside")


def picture_beside(tab: Tab) -> NDArray[np.uint8]:
    tab.wait_painted()
    return np.asarray(Image.open(io.BytesIO(beside(tab).locator("canvas").screenshot())).convert("RGB"))


def test_another_film_is_put_beside_and_follows_cursor_and_camera(film: Tab):
    film.frame.get_by_role("combobox", name="Beside").select_option(label="Preview")
    state = film.wait("s.beside !== null")
    assert state["beside"] != state["film"]
    expect(beside(film)).to_contain_text(f"step {STEPS[-1]} · {N_SAMPLES} in common")
    expect(beside(film)).to_contain_text("of neighbors differ")
    film.keep_screen("two-films")
    at_last = picture_beside(film)
    assert n_colours(at_last) > 50
    film.page.keyboard.press("Home")
    expect(beside(film)).to_contain_text(f"step {STEPS[0]} ")
    at_first = picture_beside(film)
    assert difference(at_last, at_first) > 0.02
    film.canvas.hover()
    film.page.mouse.wheel(0, -600)
    film.page.wait_for_timeout(300)
    assert difference(at_first, picture_beside(film)) > 0.05


def test_what_is_clicked_beside_is_selected_in_both(film: Tab):
    film.frame.get_by_role("combobox", name="Beside").select_option(label="Preview")
    film.wait("s.beside !== null")
    box = beside(film).locator("canvas").bounding_box()
    assert box is not None
    for part in np.linspace(0.3, 0.7, 40):  # until a dot lies under the pointer
        film.page.mouse.click(box["x"] + part * box["width"], box["y"] + 0.5 * box["height"])
        if film.state()["selected"] > 0:
            break
    assert film.state()["selected"] == 1
    expect(film.frame.locator(".tooltip")).to_be_visible()


def test_dots_are_coloured_by_how_much_their_neighbourhood_differs(film: Tab):
    assert not film.frame.locator("option", has_text="Difference").count()
    film.frame.get_by_role("combobox", name="Beside").select_option(label="Preview")
    film.wait("s.beside !== null")
    expect(beside(film)).to_contain_text("of neighbors differ")
    before = film.picture()
    film.frame.get_by_role("combobox", name="Colour by").select_option(label="Difference")
    expect(film.frame.get_by_label("Legend")).to_contain_text("not among the nearest in the film beside")
    assert difference(before, film.picture()) > 0.005


def test_the_picture_of_a_step_under_the_pointer_is_coloured_by_difference_too(film: Tab):
    film.frame.get_by_role("combobox", name="Beside").select_option(label="Preview")
    film.wait("s.beside !== null")
    film.frame.get_by_role("combobox", name="Colour by").select_option(label="Difference")
    box = film.step_slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    film.page.mouse.move(box["x"] + 7, middle)
    card = film.frame.locator(".scrub-peek")
    expect(card).to_contain_text(f"step {STEPS[0]}")
    coloured = """(canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let found = 0;
      for (let at = 0; at < data.length; at += 4) {
        const pixel = data.subarray(at, at + 3);
        if (Math.max(...pixel) - Math.min(...pixel) > 60) found++;
      }
      return found > 200;
    }"""
    canvas = card.locator("canvas").element_handle()
    film.frame.wait_for_function(coloured, arg=canvas)
    film.keep_screen("peek difference")
    last = card.locator("canvas").screenshot()
    film.page.mouse.move(box["x"] + box["width"] / 3 + 3, middle)
    expect(card).to_contain_text(f"step {STEPS[1]}")
    film.frame.wait_for_function(coloured, arg=card.locator("canvas").element_handle())
    film.page.mouse.move(box["x"] + 7, middle)
    expect(card).to_contain_text(f"step {STEPS[0]}")
    assert card.locator("canvas").screenshot() == last  # at once, as it is known
    film.page.evaluate("document.body.classList.add('dark-mode')")
    film.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    film.keep_screen("peek difference dark")
    assert film.state()["step"] == STEPS[-1]


def test_the_film_beside_is_in_the_link_and_goes_by_its_key(film: Tab, tab: Callable[..., Tab], fitted: Path):
    film.page.keyboard.press("c")
    film.wait("s.beside !== null")
    film.page.wait_for_function("location.hash.includes('timetravel.beside=')")
    beside(film).get_by_role("combobox", name="Held at").select_option(label="same accuracy")
    film.page.wait_for_function("location.hash.includes('timetravel.align=accuracy')")
    film.frame.get_by_role("combobox", name="Colour by").select_option(label="Difference")
    film.page.wait_for_function("location.hash.includes('timetravel.colour=difference')")
    again = tab(fitted, film.page.url.partition("#timetravel")[2])
    again.wait("s.beside !== null")
    expect(again.frame.get_by_role("combobox", name="Colour by")).to_have_value("difference")
    film.canvas.click(position={"x": 3, "y": 120})
    film.page.keyboard.press("c")
    expect(beside(film)).to_have_count(0)
    film.page.wait_for_function("!location.hash.includes('timetravel.beside=')")
    for close in ("click", "Enter"):
        film.canvas.click(position={"x": 3, "y": 120})
        film.page.keyboard.press("c")
        button = beside(film).get_by_role("button", name="Close the film beside")
        button.click() if close == "click" else button.press(close)
        expect(beside(film)).to_have_count(0)
    expect(film.frame.get_by_role("combobox", name="Beside")).to_be_focused()


def test_the_most_different_samples_are_listed_and_taken_by_mouse_and_by_keyboard(film: Tab):
    film.frame.get_by_role("combobox", name="Beside").select_option(label="Preview")
    film.wait("s.beside !== null")
    grid = film.frame.get_by_role("grid", name="Samples whose neighbors differ most")
    expect(grid).to_be_visible()
    shares = [int(text.split()[0]) for text in grid.locator(".sample-rows .sample-row span:last-child").all_inner_texts() if "%" in text]
    assert len(shares) > 5
    assert shares == sorted(shares, reverse=True)
    rows = grid.locator(".sample-rows .sample-row")
    rows.nth(1).click()
    assert film.state()["selected"] == 1
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    expect(film.frame.locator(".tooltip")).to_contain_text(f" {rows.nth(1).locator('span').first.inner_text()}")
    grid.focus()
    film.page.keyboard.press("ArrowDown")
    film.page.keyboard.press("Enter")
    expect(rows.nth(2)).to_have_attribute("aria-selected", "true")
    assert film.state()["selected"] == 1


def test_another_run_opens_at_the_same_step_and_what_was_beside_changes_places_with_it(
    tab: Callable[..., Tab], fitted: Path, tmp_path: Path
):
    logdir = shutil.copytree(fitted, tmp_path / "runs")
    shutil.copytree(logdir / RUN, logdir / "other")
    film = tab(logdir, f"&p.timetravel.run={quote(RUN)}&p.timetravel.step={STEPS[1]}").wait_for_film()
    film.frame.get_by_role("combobox", name="Beside").select_option(label="other")
    film.wait("s.beside !== null")
    expect(beside(film).locator(".class-names span", has_text="digit 3")).to_be_visible()
    film.frame.get_by_role("combobox", name="Run").select_option("other")
    film.wait(f"s.run === 'other' && s.phase === 'fitted' && s.step === {STEPS[1]} && s.beside !== null")
    film.page.wait_for_function("location.hash.includes('timetravel.beside=')")
    expect(beside(film).locator("strong")).to_contain_text(RUN)
