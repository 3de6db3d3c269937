"""Two runs in one plane: a film laid beside another from the tab, both looked at, and what is near in the other run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tb_timetravel.insight import near_across, near_across_time
from tb_timetravel.store import FilmStore, open_reader, probe_directory
from tests.browser.test_compare_panel import STEPS, N, log_and_fit_two

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tb_timetravel.store import ProbeReader
    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return log_and_fit_two(tmp_path_factory.mktemp("planes") / "runs")


def test_a_film_is_laid_in_the_plane_of_another_runs_film(tab: Callable[..., Tab], runs: Path):
    film = tab(runs, "&p.timetravel.run=two").wait_for_film()
    film.frame.locator(".method-menu summary").click()
    film.frame.get_by_label("in the plane of").select_option(label="one")
    expect(film.frame.get_by_label("and follow")).to_have_count(0)
    film.keep_screen("fit in a plane")
    film.button("Fit").click()
    films = film.frame.get_by_role("combobox", name="Film", exact=True)
    expect(films.locator("option:checked")).to_have_text("Joint beside one", timeout=240_000)
    store = FilmStore(probe_directory(str(runs / "two"), "probe"))
    (laid,) = [found for found in store.films() if found.beside is not None]
    (other,) = [found for found in FilmStore(probe_directory(str(runs / "one"), "probe")).films() if found.method == "pca"]
    assert laid.extent == other.extent
    assert film.state()["film"] == laid.film
    expect(film.frame.get_by_text("Laid beside one, in one plane with its film")).to_be_visible()
    compared = tab(runs, "&p.timetravel.run=one&p.timetravel.beside=two/probe").wait_for_film()
    assert compared.wait("s.beside !== null")["beside"] == laid.film  # it, though another film is the one that the run shows
    expect(compared.frame.get_by_role("region", name="The film beside")).to_contain_text("two · Joint beside one")


def check_through_time(film: Tab, one: ProbeReader, two: ProbeReader) -> None:
    """What the fold says of every step is what Python says; a press sends both films to the steps of a row."""
    film.frame.get_by_text("Through time").click()
    rows = film.frame.locator(".insight-near tbody tr")
    expect(rows).to_have_count(len(STEPS))
    found = list(near_across_time(one, two, [3], 10))
    assert [(known.step, known.with_step) for known in found] == [(0, 0), (5, 5), (9, 5)]  # of 5 and 20, 5 is nearer to 9
    expect(rows.nth(2).locator("th")).to_have_text("9 · 5")
    expect(rows.nth(1)).to_have_attribute("aria-current", "step")
    for row, known in zip(rows.all(), found, strict=True):
        expect(row.locator("td").first).to_have_text(str(known.own[0]))
        names = [button.get_attribute("aria-label") or "" for button in row.locator(".insight-neighbor").all()]
        assert [int(name.split(",")[0].split()[-1]) for name in names] == known.positions[0].tolist()
    expect(film.frame.locator(".insight-fold")).to_contain_text("find themselves among the 10 nearest (by chance")
    film.keep_screen("near in the other run through time")
    film.page.evaluate("document.body.classList.add('dark-mode')")
    film.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    rows.nth(2).get_by_role("button", name="Go to step 9, and to 5 beside").click()
    film.wait("s.step === 9")
    expect(film.frame.get_by_role("heading", name="In two at step 5, from step 9 here")).to_be_visible()
    film.keep_screen("near in the other run through time dark")
    last = int(found[0].positions[0][1])
    rows.nth(0).locator(".insight-neighbor").nth(1).click()
    film.wait("s.step === 0")
    film.page.wait_for_function(f"location.hash.includes('p.timetravel.focus={last}')")
    expect(film.frame.locator(".insight-subject strong")).to_have_text(re.compile(" 3$"))
    film.page.evaluate("document.body.classList.remove('dark-mode')")
    film.step_slider.focus()
    film.frame.evaluate("document.activeElement.blur()")
    film.page.keyboard.press("ArrowRight")
    film.wait("s.step === 5")


def test_what_is_near_in_the_other_run_is_listed_with_how_far_to_believe_it(tab: Callable[..., Tab], runs: Path):
    link = "&p.timetravel.run=one&p.timetravel.beside=two/probe&p.timetravel.step=5&p.timetravel.focus=3&p.timetravel.panel=near"
    film = tab(runs, link).wait_for_film()
    film.frame.get_by_label("In the other run, two").check()
    one, two = (open_reader(probe_directory(str(runs / run), "probe")) for run in ("one", "two"))
    found = near_across(one, two, [3], 5, 5, 10)
    expect(film.frame.get_by_role("heading", name="In two at step 5, from step 5 here")).to_be_visible()
    expect(film.frame.get_by_text(f"number {found.own[0]} of {N}" if found.own[0] > 1 else "is the nearest there")).to_be_visible()
    cards = film.frame.locator(".insight-cards .insight-card")
    expect(cards).to_have_count(10)
    names = film.frame.locator(".insight-card-name").all_inner_texts()
    assert [int(name.split()[-1]) for name in names] == found.positions[0].tolist()
    expect(film.frame.get_by_text(f"Tied together by {found.n_anchors} samples of {N} in common")).to_be_visible()
    film.keep_screen("near in the other run")
    check_through_time(film, one, two)
    film.frame.get_by_label("In the other run, two").uncheck()
    expect(film.frame.get_by_role("heading", name="At step 5")).to_be_visible()
