"""The timeline and the curves as a person uses them."""

from __future__ import annotations

import io
import re
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tb_timetravel.cli import main
from tests.browser.runs import STEPS, log_run
from tests.browser.tab import difference, n_colours

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.pages import Pages
    from tests.browser.tab import Tab


@pytest.fixture
def film(tab: Callable[..., Tab], fitted: Path) -> Tab:
    """The tab with the film open at its first step, and the keys going to it."""
    return _open(tab, fitted, f"&p.timetravel.step={STEPS[0]}")


def _open(tab: Callable[..., Tab], logdir: Path, link: str) -> Tab:
    opened = tab(logdir, link).wait_for_film()
    opened.canvas.click(position={"x": 3, "y": 3})
    return opened


def _link_has(film: Tab, words: str) -> None:
    film.page.wait_for_function(f"location.hash.includes({words!r})")


def _colours(locator: Locator) -> int:
    picture = np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"))
    return n_colours(picture)


def _end(film: Tab, name: str) -> Locator:
    return film.frame.get_by_role("slider", name=name, exact=True)


def test_the_pointer_on_the_timeline_shows_a_step_without_going_there(film: Tab):
    box = film.step_slider.bounding_box()
    assert box is not None
    film.page.mouse.move(box["x"] + box["width"] - 7, box["y"] + box["height"] / 2)
    card = film.frame.locator(".scrub-peek")
    expect(card).to_contain_text(f"step {STEPS[-1]}")
    expect(card).to_contain_text(re.compile(r"[\d,]+ flips?"))
    expect(card).to_contain_text(re.compile(r"accuracy: train \d+ %, test \d+ %"))
    assert _colours(card.locator("canvas")) > 50
    film.keep_screen("peek")
    last = card.locator("canvas").screenshot()
    film.page.mouse.move(box["x"] + 7, box["y"] + box["height"] / 2)
    expect(card).to_contain_text(f"step {STEPS[0]}")
    assert card.locator("canvas").screenshot() != last
    assert film.state()["step"] == STEPS[0]


def test_a_loop_set_by_keys_is_played_round_and_travels_with_the_link(film: Tab, tab: Callable[..., Tab], fitted: Path):
    press = film.page.keyboard.press
    for key in ("ArrowRight", "[", "ArrowRight", "]"):
        press(key)
    _link_has(film, f"p.timetravel.loop={STEPS[1]}..{STEPS[2]}")
    film.frame.get_by_role("region", name="Timeline").get_by_label("Speed").select_option("2")
    press("Home")
    press("Space")
    film.wait("s.playing && s.cursor > 1.5")  # it started at A, not at the first step
    film.wait("s.cursor >= 1 && s.cursor < 1.4")
    film.wait("s.cursor > 1.6")
    assert film.state()["cursor"] <= 2
    press("Space")
    again = _open(tab, fitted, film.page.url.partition("#timetravel")[2])
    expect(_end(again, "Loop from")).to_have_attribute("aria-valuetext", f"step {STEPS[1]}")
    expect(_end(again, "Loop to")).to_have_attribute("aria-valuetext", f"step {STEPS[2]}")
    again.page.keyboard.press("\\")
    expect(_end(again, "Loop to")).to_have_attribute("aria-valuetext", f"step {STEPS[-1]}")
    again.page.wait_for_function("!location.hash.includes('timetravel.loop')")


def test_the_ends_of_the_loop_are_dragged_and_moved_by_keys_and_leave_the_film_alone(film: Tab):
    slider, end = film.step_slider.bounding_box(), _end(film, "Loop from")
    grip = end.bounding_box()
    assert slider is not None
    assert grip is not None
    assert min(grip["width"], grip["height"]) >= 24
    film.page.mouse.move(grip["x"] + 12, grip["y"] + 12)
    film.page.mouse.down()
    film.page.mouse.move(slider["x"] + slider["width"] * 2 / 3, grip["y"] + 12, steps=4)
    film.page.mouse.up()
    expect(end).to_have_attribute("aria-valuetext", f"step {STEPS[2]}")
    expect(end).to_be_focused()
    film.page.keyboard.press("ArrowLeft")
    expect(end).to_have_attribute("aria-valuetext", f"step {STEPS[1]}")
    assert film.state()["step"] == STEPS[0]
    film.keep_screen("loop")
    film.page.keyboard.press("Delete")
    expect(end).to_have_attribute("aria-valuetext", f"step {STEPS[0]}")


def test_a_bookmark_is_set_named_shared_and_found_again(film: Tab, tab: Callable[..., Tab], fitted: Path):
    press = film.page.keyboard.press
    for key in ("ArrowRight", "m", "End", "m"):
        press(key)
    film.frame.locator(".bookmark-menu summary").click()
    film.frame.get_by_label(f"Name of the bookmark at step {STEPS[1]}").fill("m, it breaks")  # the m is no key here
    expect(film.frame.locator(".tick")).to_have_count(2)
    film.keep_screen("bookmarks")
    _link_has(film, "it%2520breaks")
    again = _open(tab, fitted, film.page.url.partition("#timetravel")[2])
    again.button("First step").click()
    again.button(f"Go to the bookmark at step {STEPS[1]}, m, it breaks").click()
    again.wait(f"s.step === {STEPS[1]}")
    again.page.keyboard.press("}")
    again.wait(f"s.step === {STEPS[-1]}")
    again.page.keyboard.press("{")
    again.wait(f"s.step === {STEPS[1]}")
    again.page.keyboard.press("m")
    expect(again.frame.locator(".tick")).to_have_count(1)


def test_curves_are_smoothed_put_on_a_logarithmic_axis_and_go_to_a_step(film: Tab):
    chart = film.frame.locator(".chart", has_text="loss")
    plot = chart.locator(".plot")
    logged = plot.screenshot()
    film.frame.get_by_role("slider", name=re.compile("^Smoothing")).fill("0.9")
    expect(chart).to_contain_text(re.compile(r"\d\.\d+ *\(\d\.\d+\)"))
    smooth = plot.screenshot()
    chart.get_by_role("button", name="Logarithmic axis for loss").click()
    _link_has(film, "p.timetravel.smoothing=0.9&p.timetravel.log=loss")
    assert len({logged, smooth, plot.screenshot()}) == 3
    film.keep_screen("curves")
    over = plot.locator(".u-over").bounding_box()
    assert over is not None
    title, reading = chart.locator(".chart-title"), chart.locator(".reading")
    there = reading.inner_text()
    film.page.mouse.move(over["x"] + over["width"] - 1, over["y"] + 20)
    expect(title).to_have_text(f"loss at {STEPS[-1]}")  # what it tells is of the step under the pointer
    expect(reading).not_to_have_text(there)
    film.page.mouse.move(0, 0)
    expect(title).to_have_text("loss")
    expect(reading).to_have_text(there)
    film.page.mouse.click(over["x"] + over["width"] - 1, over["y"] + 20)
    film.wait(f"s.step === {STEPS[-1]}")


def test_live_follows_the_newest_step_until_a_hand_moves_the_cursor(tab: Callable[..., Tab], fitted: Path, tmp_path: Path):
    logdir = shutil.copytree(fitted, tmp_path / "runs")
    opened = _open(tab, logdir, "")
    live = opened.button("Live")
    expect(live).to_have_count(0)
    log_run(logdir, steps=(40,))
    expect(live).to_have_attribute("aria-pressed", "true", timeout=30_000)
    assert main(["fit", str(logdir), "--device", "cpu", "--method", "pca"]) == 0
    opened.wait("s.step === 40", timeout_s=60)
    opened.keep_screen("live")
    opened.button("Previous step").click()
    expect(live).to_have_attribute("aria-pressed", "false")
    live.click()
    opened.wait("s.step === 40")
    expect(live).to_have_attribute("aria-pressed", "true")


def test_a_step_that_is_logged_while_the_tab_follows_appears_in_the_film_and_earlier_ones_stay(
    tab: Callable[..., Tab], fitted: Path, tmp_path: Path
):
    logdir = shutil.copytree(fitted, tmp_path / "runs")
    opened = _open(tab, logdir, "")
    menu = opened.frame.locator("details", has=opened.frame.locator("summary", has_text="Fit…"))
    menu.locator("summary").click()
    menu.get_by_role("checkbox", name="and follow").check()
    opened.keep_screen("follow_offer")
    menu.get_by_role("button", name="Fit", exact=True).click()
    following = opened.frame.get_by_text("Following the training · ")
    expect(following).to_contain_text(f"{len(STEPS)} steps placed", timeout=60_000)
    opened.wait(f"s.step === {STEPS[-1]} && s.loadedFrames === s.nFrames", timeout_s=60)
    before = opened.picture()
    log_run(logdir, steps=(40,))
    opened.wait("s.step === 40", timeout_s=90)
    expect(following).to_contain_text(f"{len(STEPS) + 1} steps placed")
    expect(opened.frame.locator("output.instant")).to_have_text("step 40")
    opened.wait_ready()
    opened.keep_screen("following")
    opened.button("Previous step").click()
    opened.wait(f"s.step === {STEPS[-1]}")
    opened.wait_ready()
    assert difference(before, opened.picture()) < 0.01
    opened.button("Stop").click()
    expect(opened.frame.get_by_text("Placed step by step.")).to_be_visible(timeout=30_000)
    expect(opened.button("Refit")).to_be_visible()
    opened.keep_screen("followed")


def test_a_step_that_cannot_be_read_says_why_and_is_passed_over(tab: Callable[..., Tab], pages: Pages, fitted: Path, tmp_path: Path):
    logdir = shutil.copytree(fitted, tmp_path / "runs")
    for frame in logdir.rglob(f"{STEPS[1]:012d}.*.frame.gz"):
        frame.write_bytes(b"no frame")
    opened = tab(logdir, f"&p.timetravel.step={STEPS[1]}")
    expect(opened.frame.get_by_role("status").filter(has_text=f"the frame of step {STEPS[1]} of film")).to_contain_text("is damaged; fit")
    assert opened.frame.evaluate("getComputedStyle(document.querySelector('canvas.picture')).visibility") == "hidden"  # it would be black
    opened.keep_screen("damaged-step")
    opened.button("First step").click()
    opened.wait_ready()
    assert n_colours(opened.picture()) > 50
    opened.button("Play").click()
    opened.wait(f"s.step === {STEPS[-1]} && !s.playing")
    assert n_colours(opened.picture()) > 50
    complaints = pages.take_back()
    assert complaints
    assert all("409" in words and "/frame?" in words for words in complaints)
