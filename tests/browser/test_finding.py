"""Finding one's way in the picture: colours, names, legend; and seeing how far to trust it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel.palette import class_colors
from tests.browser.runs import N_CLASSES, STEPS
from tests.browser.tab import difference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from playwright.sync_api import Route

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

FIRST, LAST = STEPS[0], STEPS[-1]


@pytest.fixture
def film(tab: Callable[..., Tab], fitted: Path) -> Tab:
    """The tab with the film open at its last step, and the keys going to it."""
    return opened(tab(fitted, f"&p.timetravel.step={LAST}"))


def opened(tab: Tab) -> Tab:
    tab.wait_for_film().canvas.click(position={"x": 3, "y": 3})
    tab.page.mouse.move(0, 0)
    return tab


def show(tab: Tab, key: str, before: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Press a key and look at the picture once it has changed."""
    tab.page.keyboard.press(key)
    for _ in range(50):
        picture = tab.picture()
        if difference(before, picture) > 0.0005:
            return picture
        tab.page.wait_for_timeout(50)
    raise AssertionError(f"the key {key} changed nothing")


@pytest.mark.parametrize("renderer", ["cpu", "webgl"])
def test_every_colour_mode_has_a_key_and_paints_another_picture(tab: Callable[..., Tab], fitted: Path, renderer: str):
    film = opened(tab(fitted, f"&p.timetravel.step={LAST}&p.timetravel.renderer={renderer}"))
    assert film.state()["renderer"] == renderer
    picture = film.picture()
    for key in "3456721":
        picture = show(film, key, picture)
    film.page.keyboard.press("6")
    expect(film.frame.get_by_label("Legend")).to_contain_text("changes of prediction up to this step")
    film.keep_screen(f"flips-{renderer}")


def test_the_step_shows_its_own_flips(film: Tab):
    film.page.keyboard.press("6")
    film.page.wait_for_function("location.hash.includes('colour=flips')")
    with film.page.expect_response(re.compile(r"sample_values\?.*column=flips")) as asked:
        film.page.reload()
    assert asked.value.status == 200
    assert "max-age=31536000" in asked.value.headers["cache-control"]


def test_colours_and_trust_are_chosen_by_measure(film: Tab):
    choice = film.frame.get_by_role("combobox", name="Colour by")
    choice.select_option(label="Continuity")
    expect(film.frame.get_by_role("img", name="Continuity, 0 to 1")).to_be_visible()
    film.page.wait_for_function("location.hash.includes('colour=fidelity') && location.hash.includes('measure=continuity')")
    choice.select_option(label="Label")
    expect(film.frame.get_by_role("button", name="digit 3", exact=False).first).to_be_visible()


@pytest.mark.parametrize("renderer", ["cpu", "webgl"])
def test_dots_fade_and_wear_rings_by_their_fidelity(tab: Callable[..., Tab], fitted: Path, renderer: str):
    film = opened(tab(fitted, f"&p.timetravel.step={LAST}&p.timetravel.renderer={renderer}&p.timetravel.without=names"))
    plain = film.picture()
    legend = film.frame.get_by_label("Legend")
    faded = show(film, "d", plain)
    assert faded.mean() > plain.mean()
    expect(legend).to_contain_text("paler: less “neighbors kept”")
    ringed = show(film, "d", faded)
    assert ringed.mean() < plain.mean()  # rings are dark
    expect(legend).to_contain_text("wider ring")
    film.page.wait_for_function("location.hash.includes('trust=ring')")
    assert difference(show(film, "d", ringed), plain) == 0


@pytest.mark.parametrize("renderer", ["cpu", "webgl"])
def test_hatching_outline_and_marks_are_switched_by_their_keys_and_kept_in_the_link(tab: Callable[..., Tab], fitted: Path, renderer: str):
    film = opened(tab(fitted, f"&p.timetravel.step={FIRST}&p.timetravel.renderer={renderer}"))
    expect(film.frame.get_by_label("Legend")).to_contain_text("hatched: do not believe")
    picture = film.picture()
    for key in "how":
        picture = show(film, key, picture)
    film.page.wait_for_function("decodeURIComponent(location.hash).includes('without=wrong,contour,doubt')")
    expect(film.frame.get_by_label("Legend")).not_to_contain_text("hatched")
    expect(film.frame.get_by_label("Legend")).not_to_contain_text("wrong")
    again = opened(tab(fitted, film.page.url.partition("#timetravel")[2]))
    assert difference(again.picture(), picture) == 0


def test_both_renderers_draw_the_same_picture(tab: Callable[..., Tab], fitted: Path):
    link = f"&p.timetravel.step={FIRST}"
    cpu, webgl = (opened(tab(fitted, f"{link}&p.timetravel.renderer={renderer}")).picture() for renderer in ("cpu", "webgl"))
    bare = opened(tab(fitted, f"{link}&p.timetravel.renderer=cpu&p.timetravel.without=doubt")).picture()
    apart = float(np.abs(blurred(cpu) - blurred(webgl)).mean())
    assert apart < 1.5
    assert np.abs(blurred(cpu) - blurred(bare)).mean() > 1.5 * apart  # so that the bound sees what is missing


def dots(picture: NDArray[np.uint8]) -> int:
    """Count the pixels that have the very colour of a class, which territory never has."""
    return sum(int((picture == color).all(axis=2).sum()) for color in class_colors(N_CLASSES))


def blurred(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Average over squares of ten pixels a side: rims and lines are smoothed differently."""
    height, width = (side // 10 * 10 for side in picture.shape[:2])
    return picture[:height, :width].reshape(height // 10, 10, width // 10, 10, 3).mean((1, 3))


@pytest.mark.parametrize("renderer", ["cpu", "webgl"])
def test_a_zoom_that_rests_refines_the_territory_until_it_moves(tab: Callable[..., Tab], fitted: Path, renderer: str):
    link = f"&p.timetravel.step={LAST}&p.timetravel.camera=0.5,0.5,6&p.timetravel.without=names&p.timetravel.renderer={renderer}"
    film = opened(tab(fitted, link))
    film.wait("s.refined")
    held: list[Route] = []
    film.page.route(re.compile(r"/territory_part\?"), lambda route: held.append(route))
    film.button("Previous step").click()
    film.wait("!s.refined")
    film.button("Next step").click()
    coarse = film.picture()
    while not held or f"step={LAST}&" not in held[-1].request.url:
        film.page.wait_for_timeout(50)
    assert not film.state()["refined"]
    held[-1].continue_()
    film.wait("s.refined")
    fine = film.picture()
    assert 0 < difference(fine, coarse) < 0.2  # the same territory, with finer borders
    assert dots(fine) == pytest.approx(dots(coarse), rel=0.02)
    film.keep_screen(f"refined-{renderer}")
    film.button("Fit view").click()
    film.wait("!s.refined")


def test_names_stand_over_their_classes_and_follow_the_camera(film: Tab):
    names = film.frame.locator(".class-names span")
    expect(names).to_have_count(N_CLASSES)
    box = film.canvas.bounding_box()
    assert box is not None

    def places() -> list[tuple[float, float]]:
        film.picture()
        return film.frame.evaluate(
            "[...document.querySelectorAll('.class-names span')].filter((e) => getComputedStyle(e).visibility === 'visible')"
            ".map((e) => { const r = e.getBoundingClientRect(); return [r.x, r.y]; })"
        )

    before = places()
    assert len(before) >= N_CLASSES - 2
    film.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    film.page.mouse.wheel(0, -400)
    film.page.wait_for_function("location.hash.includes('camera=')")
    assert places() != before
    film.canvas.click(position={"x": 3, "y": 3})
    film.page.keyboard.press("a")
    expect(names).to_have_count(0)


def test_the_legend_hides_isolates_and_recolours(film: Tab):
    plain = film.picture()
    entry = film.frame.get_by_role("button", name=re.compile(r"^digit 3"))
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "false")
    expect(film.frame.locator(".class-names span", has_text="digit 3")).to_be_hidden()
    entry.click(modifiers=["Alt"])
    expect(film.frame.locator(".legend-entry[aria-pressed=true]")).to_have_count(1)
    film.page.wait_for_function("decodeURIComponent(location.hash).includes('hidden=0-2,4-10')")
    film.button("Show all").press("Enter")
    expect(film.frame.locator(".legend-entry[aria-pressed=true]")).to_have_count(N_CLASSES)
    expect(film.frame.locator(".legend-entry:focus")).to_have_count(1)  # the button went, the keyboard is still there
    film.frame.get_by_label("Colour of digit 3", exact=True).last.fill("#00ff00")
    film.page.wait_for_function("decodeURIComponent(location.hash).includes('colours=3:00ff00')")
    film.page.mouse.move(0, 0)
    green = (film.picture() == (0, 255, 0)).all(axis=2).sum()
    assert green > 200
    assert not (plain == (0, 255, 0)).all(axis=2).any()
    film.keep_screen("own-colour")


def test_the_legend_is_one_stop_of_the_tab_key_and_arrows_walk_it(film: Tab):
    first = film.frame.get_by_role("button", name=re.compile(r"^digit 0"))
    first.focus()
    film.page.keyboard.press("ArrowDown")
    expect(film.frame.get_by_role("button", name=re.compile(r"^digit 1"))).to_be_focused()
    assert film.state()["step"] == LAST
    film.page.keyboard.press("Tab")
    only = film.frame.get_by_role("button", name="Only digit 1", exact=True)
    expect(only).to_be_focused()
    film.page.keyboard.press("Enter")
    expect(film.frame.locator(".legend-entry[aria-pressed=true]")).to_have_count(1)
    film.page.keyboard.press("Tab")
    assert film.frame.evaluate("document.activeElement.closest('.legend-list') === null")


def test_a_picture_with_all_of_it_costs_little_more_than_one_without(film: Tab):
    def play() -> float:
        film.button("First step").click()
        film.button("Play").click()
        ended = film.wait(f"s.step === {LAST} && !s.playing")
        assert ended["drawnFrames"] > 3
        return float(ended["paintMsPerFrame"])  # the median of all pictures so far, by the CPU renderer

    plain = play()
    film.page.keyboard.press("6")
    film.page.keyboard.press("d")
    full = [play() for _ in range(3)][-1]  # now most pictures are such
    assert full < 3.0 * plain
