"""Runs without classes in the tab: pairs, two layers of a run beside each other, and nothing but representations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tests.browser.tab import difference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.exported import FilePage
    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

N = 60
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 6)).astype(np.float32)
PARTNERS = np.concatenate([np.arange(N) + N, np.arange(N)])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logdir = tmp_path_factory.mktemp("pairs") / "runs"
    pairs = TimeTravel(str(logdir / "pairs"), pairs=PARTNERS)
    layers = [TimeTravel(str(logdir / "layers"), targets=X[:, 0], tag=tag) for tag in ("layer1", "layer2")]
    bare = TimeTravel(str(logdir / "bare"))
    for step in (0, 5):
        pairs.log_arrays(step, np.concatenate([X, X + RNG.normal(size=X.shape) / (1 + step)]))
        for depth, film in enumerate(layers):
            film.log_arrays(step, X @ RNG.normal(size=(6, 4 + depth)), predictions=X[:, 0] * step * 0.2)
        bare.log_arrays(step, X + step)
    assert main(["fit", str(logdir), "--method", "pca", "--device", "cpu"]) == 0
    return logdir


def test_lines_lead_to_partners_and_their_distance_colours(tab: Callable[..., Tab], runs: Path):
    film = tab(runs, "&p.timetravel.run=pairs&p.timetravel.renderer=cpu&p.timetravel.selected=0-9").wait_for_film()
    expect(film.frame.get_by_label("Colour by")).to_have_value("column:pair_distance")
    expect(film.frame.locator(".ramp")).to_contain_text("Euclidean distance")
    expect(film.frame.locator(".fidelity")).to_contain_text("Recall@1")
    lines = film.frame.locator(".overlay canvas").first
    expect(lines).to_be_visible()
    painted = "(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0)"
    assert lines.evaluate(painted)
    film.page.keyboard.press("Escape")
    expect(lines).to_be_hidden()


def exported(film: Tab, button: str) -> Image.Image:
    with film.page.expect_download(timeout=90_000) as started:
        film.button(button).click()
    return Image.open(started.value.path())


def n_of_colour(picture: Image.Image, colour: str, width: float) -> int:
    """Count the pixels of a colour in the part of an exported picture that lies left of its legend."""
    pixels = np.asarray(picture.convert("RGB")).astype(int)[:, : round(width * picture.width)]
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int((np.abs(pixels - wanted).max(axis=2) < 12).sum())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_exports_show_the_lines_to_partners_and_say_what_they_are(tab: Callable[..., Tab], runs: Path, scheme: str):
    film = tab(runs, "&p.timetravel.run=pairs&p.timetravel.renderer=cpu&p.timetravel.selected=0-9").wait_for_film()
    if scheme == "dark":
        film.page.evaluate("document.body.classList.add('dark-mode')")
        film.frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    colour = film.frame.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--neighbor-space').trim()")
    box = film.canvas.bounding_box()
    assert box is not None
    film.page.keyboard.press("e")
    found, share = {}, 0.0
    for scale in (1, 4):
        film.frame.get_by_role("region", name="Picture", exact=True).get_by_role("combobox").select_option(str(scale))
        picture = exported(film, "Download PNG")
        share = box["width"] * scale / picture.width
        found[scale] = n_of_colour(picture, colour, share)
        assert n_of_colour(picture, colour, 1.0) > found[scale]  # the legend's own piece of line
    assert found[1] > 5
    assert found[4] > 12 * found[1]  # four times as long and as wide; a line of one pixel is pale along its edges
    section = film.frame.get_by_role("region", name="Film", exact=True)
    for label, choice in {"Format": "GIF", "Size": "1280 × 720", "Pictures": "5 per second", "Speed": "4 steps/s"}.items():
        section.get_by_role("combobox", name=label, exact=True).select_option(label=choice)
    gif = exported(film, "Export film")
    pictures = []
    for index in range(gif.n_frames):
        gif.seek(index)
        red, _, blue = np.moveaxis(np.asarray(gif.convert("RGB")).astype(int)[:, : gif.width // 2], -1, 0)
        pictures.append(int(((blue > 150) & (blue - red > 60)).sum()))  # no dot is as blue; a GIF has few colours of its own
    assert min(pictures) > 50, pictures
    film.page.keyboard.press("Escape")
    film.page.keyboard.press("Escape")
    film.wait("s.selected === 0")
    film.page.keyboard.press("e")
    bare = exported(film, "Download PNG")
    assert n_of_colour(bare, colour, 1.0) < 0.05 * found[4]


def test_an_exported_page_draws_lines_to_partners(open_page: Callable[..., FilePage], runs: Path, tmp_path: Path):
    assert main(["export", str(runs / "pairs"), str(tmp_path / "film.html")]) == 0
    page = open_page(tmp_path / "film.html")
    expect(page.frame.get_by_label("Colour by")).to_have_value("column:pair_distance")
    lines = page.frame.locator(".overlay canvas").first
    expect(lines).to_be_hidden()
    field = page.frame.get_by_role("combobox", name="Find samples")
    field.fill("id:0..9")
    field.press("Enter")
    page.wait("s.selected === 10")
    expect(lines).to_be_visible()
    painted = "(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0)"
    assert lines.evaluate(painted)
    page.keep_screen("page of pairs")


def test_two_layers_of_a_run_stand_beside_each_other_in_the_same_colours(tab: Callable[..., Tab], runs: Path):
    film = tab(runs, "&p.timetravel.run=layers&p.timetravel.tag=layer1&p.timetravel.renderer=cpu").wait_for_film()
    film.frame.get_by_label("Beside").select_option(label="layers · layer2")
    beside = film.frame.locator(".beside canvas.picture")
    expect(film.frame.locator(".beside-head")).to_contain_text(f"{N} in common")
    expect(film.frame.get_by_label("Held at").locator("option", has_text="same accuracy")).to_be_disabled()
    film.wait_ready()
    grid = film.frame.get_by_role("grid", name="Samples whose neighbors differ most")
    expect(grid.get_by_role("columnheader")).to_have_text(["id", "split", "differ"])  # there are no labels
    expect(grid.locator(".sample-rows .sample-row").first.get_by_role("gridcell")).to_have_count(3)
    colours = """(canvas) => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
      copy.drawImage(canvas, 0, 0);
      return new Set(new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
    }"""
    film.picture()
    assert beside.evaluate(colours) > 30  # many shades of a scale, not the one grey of samples without a label
    film.page.keyboard.press("3")
    expect(film.frame.get_by_label("Colour by")).to_have_value("column:error")
    film.picture()
    assert beside.evaluate(colours) > 30
    film.keep_screen("layers beside")


def test_nothing_but_representations_is_shown_without_words_of_classes(tab: Callable[..., Tab], runs: Path):
    film = tab(runs, "&p.timetravel.run=bare&p.timetravel.renderer=cpu").wait_for_film()
    assert film.frame.get_by_label("Colour by").locator("option").all_inner_texts()[0] == "Nothing"
    expect(film.frame.locator(".looks")).to_contain_text("No territory: neither logits nor labels were logged")
    field = film.frame.get_by_role("combobox", name="Find samples")
    expect(field).to_have_attribute("placeholder", "Find samples: id:1,2,10..19")
    field.fill("w")
    expect(film.frame.get_by_role("option", name="wrong")).to_have_count(0)
    field.fill("id:0..3")
    field.press("Enter")
    film.wait("s.selected === 4")
    expect(film.frame.locator(".sample-row.head")).to_have_text("id▴")
    before = film.picture()
    film.page.evaluate("document.body.classList.add('dark-mode')")
    assert difference(film.picture(), before) > 0.5
    film.keep_screen("bare dark")
