"""The page that `timetravel export` writes, opened from a disk by a browser without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel.cli import main
from tb_timetravel.store import InsightStore
from tests.browser.runs import N_SAMPLES, RUN, STEPS
from tests.browser.tab import difference, n_colours
from tests.export.films import CLASSES, COLUMNS, log_and_fit
from tests.export.films import RUN as HOSTILE_RUN
from tests.insight.runs import log_noisy_run

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.exported import FilePage


@pytest.fixture(scope="module")
def exported(fitted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "a film & more.html"
    assert main(["export", str(fitted), str(path)]) == 0
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_shows_the_film_at_its_last_step_as_light_or_dark_as_the_reader_likes(
    open_page: Callable[..., FilePage], exported: Path, scheme: str
):
    page = open_page(exported, scheme)
    state = page.state()
    assert (state["run"], state["step"], state["nFrames"]) == (RUN, STEPS[-1], len(STEPS))
    picture = page.picture()
    assert n_colours(picture) > 200  # ink of many colours
    corner = page.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert corner == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(48, 48, 48)")
    assert page.frame.get_by_role("heading", name=RUN).is_visible()
    assert page.frame.get_by_text("nearest neighbors of a test sample").is_visible()
    page.keep_screen(f"page_{scheme}")


def test_playing_moves_the_dots_from_the_first_step_to_the_last_and_pauses(open_page: Callable[..., FilePage], exported: Path):
    page = open_page(exported)
    page.button("First step").click()
    page.wait(f"s.step === {STEPS[0]}")
    first = page.picture()
    page.frame.get_by_label("Speed").select_option("1")  # so that it is not over before it is paused
    page.button("Play").click()
    page.wait("s.playing && s.cursor > 0.5")
    page.button("Pause").click()
    stopped = page.wait("!s.playing")
    assert 0 < stopped["cursor"] < len(STEPS) - 1
    assert difference(first, page.picture()) > 0.01
    page.button("Play").click()
    page.wait(f"!s.playing && s.cursor === {len(STEPS) - 1}")


def test_scrubbing_colours_and_the_legend_work(open_page: Callable[..., FilePage], exported: Path):
    page = open_page(exported)
    page.step_slider.focus()
    page.step_slider.press("ArrowLeft")
    page.wait(f"s.step === {STEPS[-2]}")
    by_label = page.picture()
    pictures = [by_label]
    for mode in ("prediction", "correctness", "flips", "fidelity:neighborhood_preservation"):
        page.frame.get_by_label("Colour by").select_option(mode)
        page.page.wait_for_timeout(400)
        pictures.append(page.picture())
        assert difference(pictures[-1], pictures[-2]) > 0.002, mode
    page.frame.get_by_label("Colour by").select_option("label")
    page.frame.get_by_role("button", name="digit 3", exact=False).first.click()
    assert difference(page.picture(), by_label) > 0.002


def test_hovering_a_dot_tells_its_label_its_prediction_and_its_history(open_page: Callable[..., FilePage], exported: Path):
    page = open_page(exported)
    box = page.canvas.bounding_box()
    assert box is not None
    tooltip = page.frame.get_by_role("tooltip")
    places = [(x, y) for y in np.arange(0.2, 0.8, 0.03) for x in np.arange(0.3, 0.7, 0.03)]
    for x, y in places:
        page.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.page.wait_for_timeout(30)
        if tooltip.is_visible():
            break
    words = tooltip.inner_text()
    assert "label" in words
    assert "predicted" in words
    assert "digit" in words
    page.page.wait_for_timeout(400)
    assert tooltip.locator("canvas.thumb").count() == 1
    assert 0 <= int(words.split()[1]) < N_SAMPLES


def test_no_name_of_a_run_class_split_or_text_becomes_html_or_script(open_page: Callable[..., FilePage], tmp_path: Path):
    log_and_fit(tmp_path / "runs")
    assert main(["export", str(tmp_path / "runs"), str(tmp_path / "film.html")]) == 0
    page = open_page(tmp_path / "film.html")
    assert page.page.title() == f"{HOSTILE_RUN} · Time Travel"
    assert HOSTILE_RUN in page.frame.get_by_role("heading", level=1).inner_text()
    for name in CLASSES[:2]:
        assert page.frame.get_by_role("button", name=name).count() > 0
    page.button("First step").click()
    page.button("Play").click()
    page.wait("!s.playing && s.cursor === 3")
    assert page.page.evaluate("window.hacked") is None
    assert page.page.evaluate("document.querySelectorAll('img, svg[onload], b[onclick]').length") == 0
    assert page.page.evaluate("[...document.scripts].filter((script) => script.type === '').length") == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_columns_colour_stand_in_the_tooltip_and_are_found_whatever_they_are_called(
    open_page: Callable[..., FilePage], tmp_path: Path, scheme: str
):
    log_and_fit(tmp_path / "runs")
    assert main(["export", str(tmp_path / "runs"), str(tmp_path / "film.html")]) == 0
    page = open_page(tmp_path / "film.html", scheme)
    by_label = page.picture()
    colour = page.frame.get_by_label("Colour by")
    for name in ("age", "x", "<i onmouseover=window.hacked=6>"):
        colour.select_option(label=name)
        page.page.wait_for_timeout(300)
        assert difference(page.picture(), by_label) > 0.002, name
    colour.select_option(label="x")
    assert page.frame.locator(".legend").get_by_role("button", name="</script>").count() > 0
    field = page.frame.get_by_role("combobox", name="Find samples")
    ages, kinds = COLUMNS["age"], COLUMNS["x"]
    for query, wanted in {
        "age>7 x:b": sum(age > 7 and kind == "b" for age, kind in zip(ages, kinds, strict=True)),
        "age:none": 1,
        'file:"12.png"': 1,
        "x:</script> wrong": None,
        '"<i onmouseover=window.hacked=6>":1764000003.25': 1,
    }.items():
        field.fill(query)
        field.press("Enter")
        if wanted is None:
            expect(page.frame.locator(".query")).to_have_class("query followed")
        else:
            page.wait(f"s.selected === {wanted}")
    field.fill("id:84")
    field.press("Enter")
    page.wait("s.selected === 1")
    page.frame.evaluate("document.activeElement.blur()")
    page.page.keyboard.press("Escape")
    page.wait("s.selected === 0")
    field.fill("ag")
    expect(page.frame.get_by_role("option", name="age>")).to_be_visible()
    page.keep_screen(f"page columns {scheme}")
    assert page.page.evaluate("window.hacked") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_worked_out_colours_is_found_and_listed(open_page: Callable[..., FilePage], tmp_path: Path, scheme: str):
    directory, _ = log_noisy_run(tmp_path / "runs" / "noisy")
    assert main(["fit", str(tmp_path / "runs"), "--method", "pca", "--device", "cpu"]) == 0
    assert main(["insight", str(tmp_path / "runs")]) == 0
    assert main(["export", str(tmp_path / "runs"), str(tmp_path / "film.html")]) == 0
    store = InsightStore(directory)
    (insight,) = store.insights()
    suspicion = store.column(insight, "suspicion")
    page = open_page(tmp_path / "film.html", scheme)
    by_label = page.picture()
    page.frame.get_by_label("Colour by").select_option(label="Suspicion")
    page.page.wait_for_timeout(300)
    assert difference(page.picture(), by_label) > 0.002
    selection = page.frame.get_by_role("region", name="Selection")
    expect(selection).to_contain_text("Click a dot")
    field = page.frame.get_by_role("combobox", name="Find samples")
    field.fill("suspicion>2")
    field.press("Enter")
    found = np.flatnonzero(suspicion > 2)
    page.wait(f"s.selected === {len(found)}")
    table = selection.get_by_role("grid")
    for name in ("id", "label", "prediction", "confidence", "suspicion"):
        expect(table.get_by_title(f"Sort by {name}")).to_be_visible()
    table.get_by_title("Sort by suspicion").click()
    table.get_by_title("Sort by suspicion").click()
    first = table.get_by_role("row").nth(1)
    most = int(found[np.argmax(suspicion[found])])
    expect(first.get_by_role("gridcell").first).to_have_text(str(most))  # a training sample, whose id is its position
    expect(first.get_by_role("gridcell").last).to_have_text(f"{float(suspicion[most]):.5g}")
    page.keep_screen(f"page insight {scheme}")
    field.fill('looks_like:"=dog"')
    field.press("Enter")
    page.wait(f"s.selected === {int((store.column(insight, 'looks_like') == 1).sum())}")
    selection.get_by_role("button", name="Clear").click()
    page.wait("s.selected === 0")


def test_a_damaged_page_says_so(browser: Browser, exported: Path, tmp_path: Path):
    content = exported.read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(content.replace('id="facts">{', 'id="facts">'), encoding="utf-8")
    page = browser.new_page()
    page.goto(broken.as_uri())
    assert page.get_by_role("alert").inner_text().startswith("This film does not open: ")
    page.close()
