"""The tab as a person uses it, in every state."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pytest

from tb_timetravel.schema import DEFAULT_METHOD, METHODS, FitStatus, find_method
from tb_timetravel.store import StatusFile, probe_directory
from tests.browser.runs import N_CLASSES, N_FEATURES, N_SAMPLES, RUN, STEPS
from tests.browser.tab import n_colours

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
import itertools

from playwright.sync_api import expect

FIRST, LAST = STEPS[0], STEPS[-1]


@pytest.fixture
def film(tab: Callable[..., Tab], fitted: Path) -> Tab:
    """The tab with the film open at its first step."""
    opened = tab(fitted, f"&p.timetravel.step={FIRST}")
    opened.wait("s.phase === 'fitted' && s.loadedFrames === s.nFrames")
    opened.wait_ready()
    return opened


def test_with_nothing_logged_the_tab_shows_the_lines_to_add(tab: Callable[..., Tab], tmp_path: Path):
    (tmp_path / "runs").mkdir()
    opened = tab(tmp_path / "runs")
    expect(opened.frame.get_by_role("heading", name="Nothing to show yet")).to_be_visible()
    expect(opened.frame.get_by_label("the lines to add to your training", exact=True)).to_contain_text("film.log(epoch)")
    assert opened.wait_ready()["phase"] == "empty"
    opened.keep_screen("nothing-logged")


def test_an_unfitted_run_is_fitted_by_its_button_and_then_plays(tab: Callable[..., Tab], unfitted: Path):
    opened = tab(unfitted)
    expect(opened.button("Fit")).to_be_visible()
    facts = opened.frame.locator("dl.facts")
    for number, name in ((N_SAMPLES, "samples"), (N_FEATURES, "features"), (N_CLASSES, "classes"), (len(STEPS), "steps")):
        expect(facts.locator("div", has_text=name)).to_contain_text(str(number))
    assert opened.state()["phase"] == "logged"
    opened.keep_screen("unfitted")
    opened.button("Fit").click()
    expect(opened.frame.get_by_role("progressbar", name="The whole fit")).to_be_visible(timeout=30_000)
    opened.keep_screen("fitting")
    opened.wait("s.phase === 'fitted'", timeout_s=120)
    expect(opened.button("Fit")).to_have_count(0)
    opened.wait("s.loadedFrames === s.nFrames")
    opened.button("First step").click() if opened.state()["cursor"] > 0 else None
    opened.button("Play").click()
    assert opened.wait(f"s.step === {LAST} && !s.playing")["nFrames"] == len(STEPS)
    opened.keep_screen("fitted-by-the-button")


def test_the_picture_has_ink_and_changes_between_steps(film: Tab):
    pictures = []
    for step in STEPS:
        film.wait(f"s.step === {step}")
        pictures.append(film.picture())
        film.keep_screen(f"film-step-{step:02d}")
        film.page.keyboard.press("ArrowRight") if step == -1 else film.button("Next step").click() if step != LAST else None
    for picture in pictures:
        assert n_colours(picture) > 50
        assert (picture < 250).any(axis=2).mean() > 0.1
    for before, after in itertools.pairwise(pictures):
        assert (np.abs(before.astype(int) - after).max(axis=2) > 32).mean() > 0.01


def test_play_goes_on_and_pause_stops(film: Tab):
    film.frame.get_by_role("region", name="Timeline").get_by_label("Speed").select_option("1")
    film.button("Play").click()
    film.wait("s.playing && s.cursor > 0.3")
    film.button("Pause").click()
    stopped = film.wait("!s.playing")["cursor"]
    assert 0.3 < stopped < len(STEPS) - 1
    drawn = film.picture()
    assert film.state()["cursor"] == stopped
    assert (film.picture() == drawn).all()


def test_the_keyboard_moves_the_film(film: Tab):
    film.canvas.click(position={"x": 3, "y": 3})  # the keys go to the iframe
    press = film.page.keyboard.press
    for key, step in (("ArrowRight", 10), ("ArrowRight", 20), ("ArrowLeft", 10), ("End", LAST), ("Home", FIRST)):
        press(key)
        film.wait(f"s.step === {step} && s.cursor === {STEPS.index(step)}")
    press("Space")
    film.wait("s.playing && s.cursor > 0")
    press("Space")
    film.wait("!s.playing")


def test_the_cursor_of_the_curves_moves_with_the_film(film: Tab):
    head = film.frame.locator(".chart", has_text="loss").locator(".playhead").first
    expect(head).to_be_attached()
    places = []
    for name in ("First step", "Next step", "Last step"):
        film.button(name).click() if film.button(name).is_enabled() else None
        box = head.bounding_box()
        assert box is not None
        places.append(box["x"])
    assert places[0] < places[1] < places[2]


def test_whoever_comes_first_is_told_what_there_is_to_see_once(film: Tab, tab: Callable[..., Tab], fitted: Path):
    hint = film.frame.get_by_role("complementary", name="What this is")
    expect(hint).to_contain_text("A dot is a sample")
    hint.get_by_role("button", name="Got it").click()
    expect(hint).to_have_count(0)
    again = tab(fitted)
    again.wait_ready()
    expect(again.frame.get_by_role("complementary", name="What this is")).to_have_count(0)


def test_the_tab_follows_tensorboards_dark_mode(film: Tab):
    background = "getComputedStyle(document.body).backgroundColor"
    light, picture = film.frame.evaluate(background), film.picture()
    film.page.get_by_role("button", name=re.compile("dark theme")).click()
    film.page.get_by_role("menuitem", name=re.compile("^Dark")).click()
    film.frame.wait_for_function(f"{background} !== '{light}'")
    film.page.keyboard.press("Escape")
    assert film.picture().mean() < picture.mean() - 40
    film.keep_screen("dark")


def test_the_address_carries_the_run_and_the_step(film: Tab, tab: Callable[..., Tab], fitted: Path):
    film.button("Next step").click()
    film.page.wait_for_function(f"location.hash.includes('p.timetravel.step={STEPS[1]}')")
    link = film.page.url.partition("#timetravel")[2]
    assert f"p.timetravel.run={quote(RUN)}" in link
    again = tab(fitted, link)
    assert again.wait(f"s.step === {STEPS[1]}")["run"] == RUN


def test_a_dot_tells_its_label_and_what_was_predicted(film: Tab):
    film.button("Last step").click()
    film.wait(f"s.step === {LAST}")
    box = film.canvas.bounding_box()
    assert box is not None
    tooltip = film.frame.get_by_role("tooltip")
    for share in np.linspace(0.1, 0.9, 60):  # somewhere on the way over the picture lies a dot
        film.page.mouse.move(box["x"] + share * box["width"], box["y"] + (0.3 + 0.4 * share) * box["height"])
        film.picture()
        if tooltip.is_visible():
            break
    expect(tooltip).to_contain_text(re.compile(r"label\s*digit \d.*predicted\s*digit \d.*step 30", re.DOTALL))
    film.keep_screen("tooltip")


def test_a_failed_fit_says_why_and_offers_to_retry(tab: Callable[..., Tab], unfitted: Path):
    sentence = "the disk is full; free some space and press Retry"
    StatusFile(probe_directory(str(unfitted / RUN), "probe")).write(
        FitStatus(state="failed", error=sentence, last_words=("No space left",))
    )
    opened = tab(unfitted)
    expect(opened.frame.get_by_role("alert")).to_have_text("The" + sentence.removeprefix("the"))
    expect(opened.button("Retry")).to_be_visible()
    copy, card = opened.frame.locator(".copyable button").bounding_box(), opened.frame.locator(".card").bounding_box()
    assert copy["x"] + copy["width"] < card["x"] + card["width"]  # however long the command is that does the same in a shell
    assert opened.state()["phase"] == "failed"
    opened.keep_screen("failed")


def test_a_fit_of_what_is_no_number_says_so_in_a_sentence_that_is_whole(tab: Callable[..., Tab], unfitted: Path):
    last = max((unfitted / RUN).rglob("*.representations.npy"))
    values = np.load(last)
    values[3, 2] = np.nan  # which nothing logs: a damaged file
    np.save(last, values)
    opened = tab(unfitted)
    opened.wait("s.phase === 'logged'")
    opened.button("Fit").click()
    opened.wait("s.phase === 'failed'")
    said = opened.frame.get_by_role("alert")
    expect(said).to_contain_text(f"got NaN or infinity in number {len(STEPS)} of the {len(STEPS)} steps")
    opened.page.set_viewport_size({"width": 800, "height": 600})
    option = said.locator("code", has_text="--end")
    expect(option).to_have_text("--end")
    assert option.evaluate("(option) => option.getClientRects().length") == 1  # not broken after a hyphen
    button, header = opened.button("Keyboard help").bounding_box(), opened.frame.locator("header.top").bounding_box()
    assert button is not None
    assert header is not None
    assert button["x"] + button["width"] > header["width"] - 30  # where it is on a wide screen
    opened.keep_screen("failed-nan")


def test_the_words_of_the_header_are_whole_where_the_field_can_give_way(tab: Callable[..., Tab], fitted: Path):
    opened = tab(fitted)
    opened.wait_ready()
    for width in (2500, 1300, 1150):
        opened.page.set_viewport_size({"width": width, "height": 700})
        assert opened.frame.locator(".summary").evaluate("(words) => words.scrollWidth <= words.clientWidth"), width


def test_a_fitted_run_is_fitted_by_another_method_whose_film_is_then_shown(tab: Callable[..., Tab], fitted: Path, tmp_path: Path):
    opened = tab(shutil.copytree(fitted, tmp_path / "runs"))
    default, baseline = find_method(DEFAULT_METHOD), find_method("pca")
    before = opened.wait("s.phase === 'fitted' && s.film !== null && s.loadedFrames === s.nFrames")["film"]
    films = opened.frame.get_by_role("combobox", name="Film", exact=True)
    assert films.locator("option:checked").inner_text() == default.label
    menu = opened.frame.locator("summary", has_text="Fit…")
    menu.press("Enter")
    for info in METHODS:
        choice = opened.frame.get_by_role("radio", name=info.label, exact=True)
        expect(choice).to_be_visible()
        expect(choice).to_have_accessible_description(re.compile(re.escape(info.summary)))
    opened.keep_screen("methods")
    expect(opened.frame.get_by_role("radio", name=default.label, exact=True)).to_be_checked()
    opened.frame.get_by_role("radio", name=baseline.label, exact=True).check()
    opened.page.keyboard.press("Enter")
    opened.wait("s.phase === 'fitting'")
    assert opened.state()["film"] == before  # stays on screen meanwhile
    expect(menu).to_have_count(0)  # one fit at a time
    shown = opened.wait(f"s.phase === 'fitted' && s.film !== {before!r} && s.loadedFrames === s.nFrames", timeout_s=60)
    expect(films.locator("option:checked")).to_have_text(baseline.label)
    opened.wait_ready()
    opened.keep_screen("fitted-by-another-method")
    opened.page.wait_for_function(f"location.hash.includes('p.timetravel.film={shown['film']}')")  # a link shows it too


def test_escape_closes_the_methods_and_gives_the_focus_back(film: Tab):
    menu = film.frame.locator("summary", has_text="Fit…")
    menu.click()
    film.frame.get_by_role("radio", name="PCA", exact=True).check()
    film.page.keyboard.press("Escape")
    expect(film.frame.get_by_role("radio", name="PCA", exact=True)).to_be_hidden()
    expect(menu).to_be_focused()
