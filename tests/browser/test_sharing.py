"""What the tab gives away: pictures, films and links, read as files."""

from __future__ import annotations

import base64
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tests.browser.runs import RUN, STEPS
from tests.browser.tab import difference, n_colours, open_tab
from tests.browser.webm import read_webm

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from playwright.sync_api import Browser

    from tests.browser.tab import Tab

_SIZE = (640, 480)


@pytest.fixture
def film(tab: Callable[..., Tab], fitted: Path) -> Tab:
    """The tab with the film open at its first step and the export menu open."""
    opened = tab(fitted, f"&p.timetravel.step={STEPS[0]}").wait_for_film()
    opened.canvas.click(position={"x": 3, "y": 3})
    opened.page.keyboard.press("e")
    expect(opened.button("Download PNG")).to_be_visible()
    return opened


def _download(film: Tab, button: str) -> Path:
    with film.page.expect_download(timeout=90_000) as started:
        film.button(button).click()
    return Path(started.value.path())


def _pixels(path: Path) -> NDArray[np.uint8]:
    return np.asarray(Image.open(path).convert("RGB"))


def _order(film: Tab, **choices: str) -> None:
    section = film.frame.get_by_role("region", name="Film", exact=True)
    for label, choice in choices.items():
        section.get_by_role("combobox", name=label.capitalize(), exact=True).select_option(label=choice)


def _ink(pixels: NDArray[np.uint8]) -> float:
    return float((np.abs(pixels.astype(int) - pixels[-1, -1]).max(axis=2) > 24).mean())


def test_a_picture_is_drawn_anew_at_each_size_with_legend_and_step(film: Tab):
    box = film.canvas.bounding_box()
    assert box is not None
    pictures = {}
    for scale in (1, 4):
        film.frame.get_by_role("region", name="Picture", exact=True).get_by_role("combobox").select_option(str(scale))
        path = _download(film, "Download PNG")
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        pictures[scale] = _pixels(path)
        height, width, _ = pictures[scale].shape
        expect(film.frame.locator(f".export-menu option[value='{scale}']").first).to_have_text(f"{scale} × ({width} × {height})")
        head = height - round(box["height"]) * scale
        right = width - round(box["width"]) * scale
        assert 25 * scale < head < 45 * scale
        assert 60 * scale < right < 0.4 * width
        assert _ink(pictures[scale][:head, : width // 2]) > 0.002  # the run's name
        assert _ink(pictures[scale][: head - 2 * scale, -right:]) > 0.002  # the step
        assert n_colours(pictures[scale][head:, -right:]) > 10  # the legend
        picture = pictures[scale][head:, :-right]
        assert n_colours(picture) > 50
        assert _ink(picture) > 0.03
    assert pictures[4].shape[0] == 4 * pictures[1].shape[0]
    coarse = pictures[4][::4, ::4].repeat(4, axis=0).repeat(4, axis=1)
    same = (coarse[: pictures[4].shape[0], : pictures[4].shape[1]] == pictures[4]).all(axis=2).mean()
    assert same < 0.98  # finer than pixels blown up


def test_a_picture_is_as_dark_as_the_screen(film: Tab):
    light = _pixels(_download(film, "Download PNG"))
    film.page.emulate_media(color_scheme="dark")
    film.page.evaluate("document.body.classList.add('dark-mode')")
    film.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    dark = _pixels(_download(film, "Download PNG"))
    assert dark.shape == light.shape
    assert light[-1, -1].min() > 200
    assert dark[-1, -1].max() < 90
    assert dark.mean() < light.mean() - 60


_PLAY = """async (address) => {
  const video = document.createElement("video");
  await new Promise((done, fail) => {
    video.onloadeddata = done;
    video.onerror = () => fail(new Error(video.error.message));
    video.src = address;
  });
  const seeked = new Promise((done) => { video.onseeked = done; });
  video.currentTime = 0.5;
  await seeked;
  return [video.videoWidth, video.videoHeight, video.duration, video.currentTime];
}"""


def test_a_film_has_every_picture_at_its_time(film: Tab):
    _order(film, format="WebM video", size="640 × 480", pictures="15 per second", speed="4 steps/s")
    expect(film.frame.locator(".export-menu")).to_contain_text("12 pictures")
    path = _download(film, "Export film")
    webm = read_webm(path.read_bytes())
    assert webm.doc_type == "webm"
    assert webm.codec in ("V_VP9", "V_VP8")
    assert (webm.width, webm.height) == _SIZE
    assert len(webm.times) == 12  # three gaps between steps at four a second, fifteen pictures a second, both ends
    np.testing.assert_allclose(webm.times, [picture * 1000 / 15 for picture in range(12)], atol=1)
    assert webm.duration is not None
    assert webm.duration == pytest.approx(1000 * 12 / 15, abs=80)
    assert webm.sizes[0] > 2000  # the first picture stands alone
    assert sum(webm.sizes[1:]) > 1000  # and the others differ from it
    expect(film.frame.locator(".export-outcome")).to_contain_text(f"steps-{STEPS[0]}-{STEPS[-1]}.webm")
    # The browser's own player opens it, and finds a moment in its middle.
    page = film.page.context.new_page()
    address = "data:video/webm;base64," + base64.b64encode(path.read_bytes()).decode()
    assert page.evaluate(_PLAY, address) == [*_SIZE, pytest.approx(0.8, abs=0.08), 0.5]


def test_a_gif_moves_and_lasts_as_long_as_the_loop(film: Tab):
    film.page.keyboard.press("Escape")
    film.canvas.click(position={"x": 3, "y": 3})
    for key in ("ArrowRight", "[", "ArrowRight", "ArrowRight", "e"):
        film.page.keyboard.press(key)
    _order(film, format="GIF", range=f"loop, steps {STEPS[1]} to {STEPS[3]}", size="640 × 480", pictures="10 per second")
    gif = Image.open(_download(film, "Export film"))
    assert gif.format == "GIF"
    assert gif.size == _SIZE
    assert gif.n_frames == 6
    pictures, lasted = [], 0
    for index in range(gif.n_frames):
        gif.seek(index)
        lasted += gif.info["duration"]
        pictures.append(np.asarray(gif.convert("RGB")).astype(int))
    assert lasted == 600
    for before, after in itertools.pairwise(pictures):
        assert (np.abs(before - after).max(axis=2) > 32).mean() > 0.003
    assert _ink(pictures[0].astype(np.uint8)) > 0.03


def test_an_export_can_be_cancelled_while_the_film_goes_on(film: Tab):
    _order(film, format="WebM video", size="1920 × 1080", pictures="60 per second", speed="½ step/s")
    film.button("Export film").click()
    expect(film.frame.get_by_role("progressbar", name="Film export")).to_be_visible()
    expect(film.frame.locator(".export-menu summary")).to_contain_text("%")
    expect(film.button("Export film")).to_be_disabled()
    film.keep_screen("exporting")
    film.page.keyboard.press("Escape")
    film.button("Next step").click()
    film.wait(f"s.step === {STEPS[1]}")
    film.frame.locator(".export-menu summary").click()
    film.button("Cancel export").click()
    expect(film.frame.get_by_text("The export was cancelled.")).to_be_visible()
    expect(film.button("Export film")).to_be_enabled()


def test_the_menu_is_loaded_when_it_is_first_opened_and_asked_for_again_where_it_does_not_come(
    browser: Browser, served: Callable[[Path], str], fitted: Path
):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = open_tab(context.new_page(), f"{served(fitted)}#timetravel").wait_for_film()
    loaded = "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/export.js')).length"
    assert opened.frame.evaluate(loaded) == 0
    opened.page.route("**/export.js", lambda route: route.abort())
    opened.frame.get_by_text("Export", exact=True).click()
    expect(opened.frame.locator(".export-menu").get_by_role("alert")).to_contain_text("It does not load: ")
    opened.keep_screen("export does not load")
    opened.page.unroute("**/export.js")
    opened.button("Try again").click()
    expect(opened.button("Download PNG")).to_be_visible()
    context.close()


def test_the_parts_that_write_files_are_loaded_only_then(film: Tab):
    loaded = "performance.getEntriesByType('resource').map(({ name }) => name.split('/').pop())"
    assert not {"webm.js", "gif_worker.js"} & set(film.frame.evaluate(loaded))
    _order(film, format="WebM video", size="640 × 480", pictures="15 per second", speed="16 steps/s")
    _download(film, "Export film")
    assert "webm.js" in film.frame.evaluate(loaded)


def test_without_the_encoder_a_film_is_recorded(film: Tab):
    film.frame.evaluate("delete window.VideoEncoder")
    _order(film, format="WebM video", size="640 × 480", pictures="15 per second", speed="½ step/s")
    webm = read_webm(_download(film, "Export film").read_bytes())
    assert webm.doc_type == "webm"
    assert (webm.width, webm.height) == _SIZE
    assert len(webm.times) > 1  # a recorder drops what it has no time for
    assert webm.sizes[0] > 2000


def test_the_picture_and_the_link_go_to_the_clipboard(film: Tab):
    film.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    film.button("Copy image").click()
    expect(film.frame.get_by_text("The picture is on the clipboard.")).to_be_visible()
    film.button("Copy link").click()
    expect(film.frame.get_by_text("Copied", exact=True)).to_be_visible()
    copied = film.frame.evaluate("navigator.clipboard.readText()")
    assert copied == film.page.url
    assert f"p.timetravel.step={STEPS[0]}" in copied
    assert RUN.split(" ")[0] in copied


def _colourful(pixels: NDArray[np.uint8]) -> int:
    return int((pixels.max(axis=2).astype(int) - pixels.min(axis=2) > 60).sum())


def test_what_lies_over_the_picture_on_screen_goes_with_it(film: Tab):
    film.page.keyboard.press("Escape")
    film.frame.get_by_role("combobox", name="Find samples").fill("label:3")
    film.page.keyboard.press("Enter")
    film.wait("s.selected > 1")
    film.frame.get_by_role("grid").locator(".sample-rows [role=row]").nth(0).click()
    body = film.frame.locator("body")
    film.frame.evaluate("document.activeElement?.blur()")
    body.press("End")
    film.wait(f"s.step === {STEPS[-1]}")
    film.page.wait_for_timeout(600)  # the flight to the sample
    body.press("f")
    pictures = []
    for keys in ("a", "ar", "n", "a"):  # names off, on again with trails, lines too, names off
        for key in keys:
            body.press(key)
        body.press("e")
        pictures.append(_pixels(_download(film, "Download PNG")).astype(int))
        film.page.keyboard.press("Escape")
        film.frame.evaluate("document.activeElement?.blur()")
    box = film.canvas.bounding_box()
    assert box is not None
    width = round(2 * box["width"])  # the picture, without the legend, whose width follows its words
    for before, after in itertools.pairwise(pictures):
        assert (np.abs(before[:, :width] - after[:, :width]).max(axis=2) > 32).sum() > 200


def test_two_films_beside_each_other_leave_together(film: Tab):
    alone = _pixels(_download(film, "Download PNG"))
    film.page.keyboard.press("Escape")
    film.frame.get_by_role("combobox", name="Beside").select_option(label="Preview")
    film.wait("s.beside !== null")
    film.wait_painted()
    film.frame.evaluate("document.activeElement?.blur()")
    film.frame.locator("body").press("End")
    film.frame.locator("body").press("e")
    picture = _pixels(_download(film, "Download PNG"))
    box = film.canvas.bounding_box()
    assert box is not None
    width = round(2 * box["width"])  # of each, at two times the screen's size
    assert 2 * width < picture.shape[1] < 2 * width + alone.shape[1] - round(1.9 * width)
    left, right = picture[80:, 4 : width - 4], picture[80:, width + 4 : 2 * width - 4]
    assert min(_colourful(left), _colourful(right)) > 1000
    assert difference(left, right) > 0.02  # each its own film
    _order(film, format="GIF", size="640 × 480", pictures="5 per second", speed="16 steps/s")
    with film.page.expect_download(timeout=90_000) as started:
        film.button("Export film").click()
    assert "beside" in started.value.suggested_filename
    gif = Image.open(started.value.path())
    gif.seek(gif.n_frames - 1)
    last = np.asarray(gif.convert("RGB"))[60:]
    assert min(_colourful(last[:, :200]), _colourful(last[:, 230:430])) > 200


def test_a_film_coloured_by_difference_is_so_at_every_step_and_names_the_other(film: Tab):
    film.page.keyboard.press("Escape")
    film.frame.get_by_role("combobox", name="Beside").select_option(label="Preview")
    film.wait("s.beside !== null")
    film.frame.evaluate("document.activeElement?.blur()")
    for key in "8oh":  # without outline and hatching: what is coloured then is a dot
        film.frame.locator("body").press(key)
    expect(film.frame.locator(".ramp")).to_be_visible()
    film.frame.locator("body").press("e")
    _order(film, format="GIF", size="640 × 480", pictures="5 per second", speed="4 steps/s")
    with film.page.expect_download(timeout=90_000) as started:
        film.button("Export film").click()
    assert "difference-to" in started.value.suggested_filename
    assert "Preview" in started.value.suggested_filename
    gif = Image.open(started.value.path())
    coloured = []
    for index in range(gif.n_frames):
        gif.seek(index)
        coloured.append(_colourful(np.asarray(gif.convert("RGB"))[60:, :400]))
    assert min(coloured) > 0.3 * max(coloured) > 50
