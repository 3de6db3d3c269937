"""Selecting in the tab: by pointer, by query, in the panel; what is exported; all of it by keyboard too."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel.store import DynamicsReader, probe_directory
from tests.browser.runs import N_SAMPLES, RUN, STEPS
from tests.browser.selecting import field, opened, panel, rows, select_by

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

FIRST, LAST = STEPS[0], STEPS[-1]


def corners_of(film: Tab, shares: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    box = film.canvas.bounding_box()
    assert box is not None
    return [(box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in shares]


def drag(film: Tab, shares: Sequence[tuple[float, float]], *keys: str, release: bool = True) -> None:
    mouse, keyboard = film.page.mouse, film.page.keyboard
    first, *others = corners_of(film, shares)
    for key in keys:
        keyboard.down(key)
    mouse.move(*first)
    mouse.down()
    for x, y in others:
        mouse.move(x, y, steps=4)
    if release:
        mouse.up()
        for key in keys:
            keyboard.up(key)


LEFT = [(0.01, 0.01), (0.5, 0.99)]
RIGHT = [(0.99, 0.99), (0.5, 0.01)]  # from below: the tools are above
UPPER_LEFT = [(0.01, 0.01), (0.5, 0.5)]


def test_a_key_selects_what_is_in_view(film: Tab):
    film.frame.evaluate("document.activeElement?.blur()")
    film.page.keyboard.press("x")
    assert film.state()["selected"] == N_SAMPLES
    for _ in range(8):
        film.page.keyboard.press("+")
    film.wait_painted()
    film.page.keyboard.press("x")
    seen = film.state()["selected"]
    assert 0 < seen < N_SAMPLES / 2
    for _ in range(4):
        film.page.keyboard.press("Control+ArrowRight")
    film.wait_painted()
    film.page.keyboard.press("Shift+X")
    assert seen < film.state()["selected"] < N_SAMPLES


def test_a_box_selects_adds_and_takes_away(film: Tab):
    drag(film, LEFT, "Shift")
    left = film.state()["selected"]
    assert 0 < left < N_SAMPLES
    drag(film, RIGHT, "Shift", "Control")
    assert film.state()["selected"] == N_SAMPLES
    film.button("Box").click()
    drag(film, RIGHT, "Alt")
    assert film.state()["selected"] == left
    film.keep_screen(f"box-{film.state()['renderer']}")
    film.page.keyboard.press("Escape")
    assert film.state()["selected"] == 0


def test_a_lasso_around_a_half_selects_what_a_box_around_it_does(film: Tab):
    drag(film, LEFT, "Shift")
    boxed = film.state()["selected"]
    around = [(0.01, 0.01), (0.5, 0.01), (0.5, 0.99), (0.01, 0.99), (0.01, 0.02)]
    drag(film, around, "Shift", "Alt")
    assert film.state()["selected"] == boxed
    film.button("Lasso").click()
    drag(film, [(0.01, 0.01), (0.5, 0.01), (0.01, 0.99)])
    assert 0 < film.state()["selected"] < boxed


def test_the_selection_is_live_while_drawing_and_escape_takes_it_back(film: Tab):
    drag(film, UPPER_LEFT, "Shift")
    before = film.state()["selected"]
    drag(film, LEFT, "Shift", release=False)
    during = film.state()["selected"]
    assert during > before > 0
    expect(film.frame.locator(".outline")).to_be_visible()
    film.page.keyboard.up("Shift")
    film.page.keyboard.press("Escape")
    assert film.state()["selected"] == before
    film.page.mouse.up()
    assert film.state()["selected"] == before


def test_a_held_box_follows_the_film(film: Tab):
    film.frame.get_by_role("region", name="Timeline").get_by_label("Speed").select_option("16")
    film.frame.get_by_role("region", name="Timeline").get_by_label("Speed").blur()
    drag(film, [(0.3, 0.3), (0.6, 0.6)], "Shift", release=False)
    film.page.keyboard.up("Shift")
    before = film.state()["selected"]
    film.page.keyboard.press("Space")
    film.wait(f"s.step === {LAST} && s.selected !== {before}")
    film.page.mouse.up()


def test_what_is_not_selected_is_dimmed(film: Tab):
    plain = film.picture().astype(int)
    drag(film, LEFT, "Shift")
    film.page.mouse.move(*corners_of(film, [(0.995, 0.995)])[0])
    dimmed = film.picture().astype(int)
    changed = np.abs(plain - dimmed).max(axis=2) > 40
    half = changed.shape[1] // 2
    assert changed[:, half + 20 :].mean() > 4 * changed[:, : half - 20].mean()  # the left half stays as it was


def test_clicks_select_one_add_and_take_away(cpu_film: Tab):
    film = cpu_film
    select_by(film, "id:0..299")
    box = film.canvas.bounding_box()
    assert box is not None
    spots = []
    for share in np.linspace(0.1, 0.9, 80):
        x, y = box["x"] + share * box["width"], box["y"] + (0.25 + 0.5 * share) * box["height"]
        film.page.mouse.move(x, y)
        film.picture()
        tooltip = film.frame.get_by_role("tooltip")
        if tooltip.is_visible():
            name = tooltip.locator("b").first.inner_text()
            if all(name != other for other, _ in spots):
                spots.append((name, (x, y)))
        if len(spots) == 2:
            break
    (_, one), (_, other) = spots
    film.page.mouse.click(*one)
    assert film.state()["selected"] == 1
    film.page.keyboard.down("Control")
    film.page.mouse.click(*other)
    film.page.keyboard.up("Control")
    assert film.state()["selected"] == 2
    film.page.keyboard.down("Alt")
    film.page.mouse.click(*one)
    film.page.keyboard.up("Alt")
    assert film.state()["selected"] == 1
    film.page.mouse.click(box["x"] + 2, box["y"] + 2)
    assert film.state()["selected"] == 0


def test_a_query_selects_follows_the_film_and_goes_into_the_link(cpu_film: Tab, tab: Callable[..., Tab], fitted: Path):
    film = cpu_film
    wrong_first = select_by(film, "wrong")
    assert wrong_first > 0
    film.button("Last step").click()
    wrong_last = film.wait(f"s.step === {LAST} && s.selected !== {wrong_first}")["selected"]
    assert wrong_last < wrong_first
    assert select_by(film, "-wrong") == N_SAMPLES - wrong_last
    select_by(film, f"wrong step:{FIRST}")
    film.wait(f"s.selected === {wrong_first}")  # steps that are not at hand are read first
    film.page.wait_for_function("/query=wrong%20step/.test(location.hash)")
    again = opened(tab, fitted, film.page.url.partition("#timetravel")[2])
    assert again.wait("s.selected > 0")["selected"] == wrong_first
    expect(field(again)).to_have_value(f"wrong step:{FIRST}")


def test_a_query_is_written_with_the_keyboard_alone(cpu_film: Tab):
    film = cpu_film
    film.canvas.click(position={"x": 3, "y": 3})
    press, offered = film.page.keyboard.press, film.frame.locator(".query-list [role=option]")
    press("/")
    expect(field(film)).to_be_focused()
    film.page.keyboard.type("lab")
    expect(offered).to_have_count(1)
    press("ArrowDown")
    expect(film.frame.get_by_role("option", name="label:")).to_have_attribute("aria-selected", "true")
    press("Enter")
    expect(offered).to_have_count(11)
    film.page.keyboard.type("digit 3")
    press("ArrowDown")
    press("Tab")
    expect(field(film)).to_have_value('label:"digit 3" ')
    expect(film.frame.locator("#query-words")).to_contain_text("match, Enter selects")
    press("Enter")
    labels = film.frame.get_by_role("grid").locator(".sample-rows [role=row] [role=gridcell]:nth-child(2)")
    assert set(labels.all_inner_texts()) == {"digit 3"}
    film.keep_screen("query")
    press("Escape")
    expect(field(film)).not_to_be_focused()
    press("/")
    film.page.keyboard.type(" ")
    film.frame.locator("#query-options").evaluate("(list) => { list.style.maxHeight = '40px'; }")  # as of a run with many columns
    press("Tab")
    expect(film.frame.locator(".query-help summary")).to_be_focused()


def test_a_query_that_cannot_be_read_says_where_and_selects_nothing(cpu_film: Tab):
    film = cpu_film
    count = select_by(film, "id:0..4")
    field(film).fill("wrong conf<2")
    expect(film.frame.locator("#query-words")).to_have_text('At character 12: expected a confidence from 0 to 1, got "2".')
    expect(field(film)).to_have_attribute("aria-invalid", "true")
    field(film).press("Enter")
    expect(film.frame.locator("#query-words")).to_be_visible()  # why is still there to be read
    expect(film.frame.locator(".query")).to_have_class("query trouble")
    field(film).press("Escape")
    expect(film.frame.locator("#query-words")).to_be_hidden()
    film.frame.locator(".query-help summary").click()
    film.frame.locator(".query-help").get_by_role("button", name="flipped", exact=True).click()
    expect(field(film)).to_have_value("flipped")
    assert film.state()["selected"] == count  # a slip of the pen takes nothing away


def test_half_a_word_is_no_error_until_it_is_left_or_asked(cpu_film: Tab):
    film, words = cpu_film, cpu_film.frame.locator("#query-words")
    press, offered = film.page.keyboard.press, film.frame.locator(".query-list [role=option]")
    field(film).focus()
    for typed in ("lab", 'el:"digit'):
        film.page.keyboard.type(typed)
        expect(offered.first).to_be_visible()
        film.page.wait_for_timeout(400)  # longer than it takes to ask
        expect(words).to_have_text("")
        expect(field(film)).to_have_attribute("aria-invalid", "false")
    film.keep_screen("half a word")
    field(film).fill("lab")
    press("Enter")
    expect(words).to_have_text('At character 1: expected a term such as label:cat, wrong or conf<0.6, got "lab".')
    film.keep_screen("half a word asked")
    film.page.keyboard.type("e")  # typed on
    expect(words).to_have_text("")
    film.page.keyboard.type("l wro")  # left behind
    expect(words).to_contain_text('got "label"')
    expect(offered).to_have_count(1)
    field(film).fill("labx")  # nothing begins so
    expect(words).to_contain_text('got "labx"')
    field(film).fill("wrong conf<")
    expect(words).to_have_text("Next: a confidence from 0 to 1")
    field(film).blur()
    expect(film.frame.locator(".query")).to_have_class("query trouble")
    expect(field(film)).to_have_attribute("title", re.compile("from 0 to 1, got nothing"))
    film.keep_screen("half a word left")


def test_the_panel_counts_narrows_and_focuses(cpu_film: Tab):
    film = cpu_film
    count = select_by(film, "wrong")
    expect(panel(film)).to_contain_text(f"{count} of {N_SAMPLES} samples")
    cells = film.frame.get_by_role("table", name="Label by prediction").get_by_role("button")
    assert sum(int(cell.inner_text()) for cell in cells.all()) == count
    largest = max(cells.all(), key=lambda cell: int(cell.inner_text()))
    expected = int(largest.inner_text())
    largest.click()
    assert film.state()["selected"] == expected
    expect(film.frame.locator(".query")).to_have_class("query")  # narrowed by hand: no query is followed any more
    rows(film).first.click()
    expect(film.frame.get_by_role("tooltip")).to_contain_text(f" {rows(film).first.locator('[role=gridcell]').first.inner_text()}")
    assert film.state()["selected"] == expected
    film.page.wait_for_function("location.hash.includes('p.timetravel.camera=')")
    film.keep_screen("panel")
    panel(film).get_by_role("button", name="Clear").press("Enter")
    expect(panel(film).get_by_role("button", name="Selection")).to_be_focused()  # where the keyboard was
    assert film.state()["selected"] == 0


def test_the_table_is_sorted_and_walked_with_the_keyboard(cpu_film: Tab):
    film = cpu_film
    select_by(film, "label:1")
    grid = film.frame.get_by_role("grid")
    confidences = grid.locator(".sample-rows [role=row] [role=gridcell]:nth-child(4)")
    film.frame.get_by_role("columnheader", name="conf.").get_by_role("button").click()
    film.frame.get_by_role("columnheader", name="conf.").get_by_role("button").click()
    shown = [int(text.rstrip(" %")) for text in confidences.all_inner_texts()]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) < 30  # only what is in sight exists
    grid.focus()
    film.page.keyboard.press("End")
    last = int(grid.get_attribute("aria-rowcount") or 0)
    expect(grid.locator("[role=row].active")).to_have_attribute("aria-rowindex", str(last))
    expect(grid.locator("[role=row].active")).to_be_in_viewport(ratio=1)  # the panel scrolls along
    film.page.keyboard.press("Enter")
    expect(film.frame.get_by_role("tooltip")).to_contain_text("pinned")
    assert film.state()["step"] == FIRST  # the film stays where it is


def test_csv_holds_the_selection_at_this_step(cpu_film: Tab, fitted: Path):
    film = cpu_film
    count = select_by(film, "wrong split:test")
    with film.page.expect_download() as download:
        film.button("CSV").click()
    assert download.value.suggested_filename.endswith(f"step {FIRST} selection.csv")
    with download.value.path().open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == count
    reader = DynamicsReader(probe_directory(str(fitted / RUN), "probe"))
    probe = reader.probe()
    facts = zip(reader.ids(probe).tolist(), reader.splits(probe).tolist(), reader.labels(probe).tolist(), strict=True)
    labels = {(probe.split_names[split], number): f"digit {label}" for number, split, label in facts}
    for line in lines:
        assert line["label"] == labels["test", int(line["id"])] != line["prediction"]
        assert (line["split"], line["step"]) == ("test", str(FIRST))
        assert 0 <= float(line["confidence"]) <= 1


def test_more_than_a_handful_of_drawn_samples_is_selected_again_by_the_link(cpu_film: Tab, tab: Callable[..., Tab], fitted: Path):
    film = cpu_film
    drag(film, UPPER_LEFT, "Shift")
    count = film.state()["selected"]
    assert count > 50
    film.page.wait_for_function(  # the address follows a drag behind
        """(count) => (new URLSearchParams(location.hash.slice(1)).get("p.timetravel.selected") ?? "").split(",").reduce((sum, piece) => {
          const [first, last = first] = piece.split("-").map(Number);
          return sum + last - first + 1;
        }, 0) === count""",
        arg=count,
    )
    again = opened(tab, fitted, film.page.url.partition("#timetravel")[2])
    assert again.state()["selected"] == count
