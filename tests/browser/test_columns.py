"""Columns of the samples in the tab: coloured by, found by, told in tooltip and panel; and the way to the Embedding Projector."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tests.browser.tab import difference, find_tab
from tests.store.projector.embeddings import log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

N = 120
HOSTILE = "<img src=x onerror=window.hacked=1>"
AGES = np.where(np.arange(N) == 0, np.nan, 18 + np.arange(N) * 0.5)
SOURCES = [[HOSTILE, "web crawl", "book"][i % 3] for i in range(N)]
FILES = [f"{i:03d}.png" for i in range(N)]
COLUMNS = {"age": AGES, "source": SOURCES, "file name": FILES, "label": [str(i % 2 == 0) for i in range(N)]}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logdir = tmp_path_factory.mktemp("people") / "runs"
    digits = load_digits()
    x = digits.data[:N] / 16
    film = TimeTravel(str(logdir / "people"), labels=digits.target[:N], images=digits.images[:N] / 16, columns=COLUMNS)
    for step in (0, 5):
        film.log_arrays(step, x + step * 0.1, x @ np.random.default_rng(step).normal(size=(64, 10)))
    assert main(["fit", str(logdir), "--method", "pca", "--device", "cpu"]) == 0
    return logdir


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logdir = tmp_path_factory.mktemp("embedded") / "runs"
    digits = load_digits()
    log(
        logdir / "digits",
        mat=lambda step: digits.data[:N].astype(np.float32) + step,
        metadata=[[str(digits.target[i]), str(AGES[i]), SOURCES[i], FILES[i]] for i in range(N)],
        metadata_header=["label", "age", "source", "file name"],
        label_img=torch.tensor(digits.images[:N] / 16, dtype=torch.float32)[:, None],
    )
    assert main(["fit", str(logdir), "--method", "pca", "--device", "cpu"]) == 0
    return logdir


@pytest.fixture(params=["cpu", "webgl"])
def film(request: pytest.FixtureRequest, tab: Callable[..., Tab], people: Path) -> Tab:
    return tab(people, f"&p.timetravel.renderer={request.param}").wait_for_film()


@pytest.fixture
def cpu_film(tab: Callable[..., Tab], people: Path) -> Tab:
    return tab(people, "&p.timetravel.renderer=cpu").wait_for_film()


def colour_by(film: Tab, name: str) -> None:
    film.frame.get_by_label("Colour by").select_option(label=name)


def select(film: Tab, query: str) -> int:
    field = film.frame.get_by_role("combobox", name="Find samples")
    field.fill(query)
    field.press("Enter")
    expect(film.frame.locator(".query")).to_have_class("query followed")
    return int(film.wait("s.selected >= 0")["selected"])


def test_a_column_of_numbers_colours_by_a_scale_that_tells_its_range(film: Tab):
    before = film.picture()
    colour_by(film, "age")
    ramp = film.frame.locator(".ramp")
    expect(ramp).to_contain_text("18.5")
    expect(ramp).to_contain_text("77.5")
    expect(ramp).to_contain_text("no value")
    assert difference(film.picture(), before) > 0.003
    film.keep_screen("columns number")


def test_a_column_of_few_words_colours_by_entries_that_hide_and_isolate(film: Tab):
    colour_by(film, "source")
    entries = film.frame.locator(".legend-entry")
    expect(entries).to_have_text([f"{HOSTILE}40", "book40", "web crawl40"])
    all_shown = film.picture()
    entries.nth(1).click()
    expect(entries.nth(1)).to_have_attribute("aria-pressed", "false")
    hidden = film.picture()
    assert difference(hidden, all_shown) > 0.002
    entries.nth(2).click(modifiers=["Alt"])
    assert [entries.nth(i).get_attribute("aria-pressed") for i in range(3)] == ["false", "false", "true"]
    assert film.frame.evaluate("window.hacked") is None


def test_a_film_is_opened_coloured_by_the_column_of_its_link(tab: Callable[..., Tab], people: Path):
    opened = tab(people, "&p.timetravel.colour=column&p.timetravel.column=source").wait_for_film()
    expect(opened.frame.locator(".legend-entry")).to_have_count(3)
    other = tab(people, "&p.timetravel.colour=column&p.timetravel.column=gone").wait_for_film()
    expect(other.frame.get_by_label("Colour by")).to_have_value("label")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("age>30", int((AGES > 30).sum())),
        ("age:none", 1),
        ('source:"web crawl" -age:..40', sum(s == "web crawl" and age > 40 for s, age in zip(SOURCES, AGES, strict=True))),
        ('"file name":07', sum("07" in file for file in FILES)),
        ('"label":True', N // 2),
    ],
)
def test_a_query_finds_by_columns(cpu_film: Tab, query: str, expected: int):
    select(cpu_film, query)
    cpu_film.wait(f"s.selected === {expected}")


def test_columns_are_offered_while_typing_and_listed_in_the_help(cpu_film: Tab):
    field = cpu_film.frame.get_by_role("combobox", name="Find samples")
    field.fill("fil")
    expect(cpu_film.frame.get_by_role("option")).to_contain_text(['"file name":'])
    field.fill("source:we")
    expect(cpu_film.frame.get_by_role("option")).to_contain_text(["web crawl"])
    field.fill("")
    field.press("Escape")
    cpu_film.frame.get_by_text("How to write a query").locator("..").click()
    expect(cpu_film.frame.locator(".query-help .popover")).to_contain_text("age>48")
    expect(cpu_film.frame.locator(".query-help .popover")).to_contain_text('"label":False')


def test_panel_and_tooltip_and_csv_tell_the_columns(cpu_film: Tab, tmp_path: Path):
    select(cpu_film, "id:7..9")
    head = cpu_film.frame.locator(".sample-row.head")
    expect(head).to_contain_text("age")
    rows = cpu_film.frame.locator(".sample-rows .sample-row")
    expect(rows.first).to_contain_text("21.5")
    expect(rows.first).to_contain_text("007.png")
    head.get_by_role("button", name="file name").click()
    head.get_by_role("button", name="file name").click()
    expect(rows.first).to_contain_text("009.png")
    rows.nth(2).click()
    facts = cpu_film.frame.locator(".tooltip .column-facts")
    expect(facts).to_contain_text("21.5")
    expect(facts).to_contain_text("007.png")
    with cpu_film.page.expect_download() as downloading:
        cpu_film.button("CSV").click()
    downloading.value.save_as(tmp_path / "some.csv")
    found = list(csv.DictReader((tmp_path / "some.csv").open(encoding="utf-8")))
    assert [row["age"] for row in found] == ["21.5", "22", "22.5"]
    assert [row["source"] for row in found] == SOURCES[7:10]
    assert [row["column.label"] for row in found] == COLUMNS["label"][7:10]
    assert cpu_film.frame.evaluate("window.hacked") is None
    cpu_film.keep_screen("columns panel")
    cpu_film.page.evaluate("document.body.classList.add('dark-mode')")
    colour_by(cpu_film, "source")
    expect(cpu_film.frame.locator(".legend-entry")).to_have_count(3)
    cpu_film.picture()
    cpu_film.keep_screen("columns dark")


def test_nothing_of_a_column_is_fetched_before_it_is_looked_at(cpu_film: Tab):
    asked: list[str] = []
    cpu_film.page.on("request", lambda request: asked.append(request.url))
    fetched = "performance.getEntriesByType('resource').filter((e) => e.name.includes('column_values')).length"
    assert cpu_film.frame.evaluate(fetched) == 0
    select(cpu_film, "age>30")
    cpu_film.wait("s.selected > 0")
    select(cpu_film, "age>40")
    cpu_film.wait(f"s.selected === {int((AGES > 40).sum())}")
    numbers = [url for url in asked if "column_values" in url and "column=0" in url]
    assert len(numbers) == 1


def test_embeddings_with_pictures_tell_their_columns_and_lead_to_the_projector_and_back(tab: Callable[..., Tab], embedded: Path):
    opened = tab(embedded, "&p.timetravel.renderer=cpu").wait_for_film()
    select(opened, '"file name":"007"')
    opened.wait("s.selected === 1")
    opened.frame.locator(".sample-rows .sample-row").first.click()
    facts = opened.frame.locator(".tooltip .column-facts")
    expect(facts).to_contain_text("007.png")
    expect(facts).to_contain_text("21.5")
    expect(opened.frame.locator(".tooltip canvas").first).to_be_visible()
    opened.keep_screen("columns embeddings")
    link = opened.frame.get_by_role("link", name="Projector")
    assert "choose run “digits” and a tensor of “default” there" in (link.get_attribute("title") or "")
    link.click()
    opened.page.wait_for_selector("iframe[src*='projector']", timeout=30_000)
    assert "#projector&p.timetravel.run=digits" in opened.page.url
    opened.page.keyboard.press("Escape")
    opened.page.evaluate("location.hash = location.hash.replace('#projector', '#timetravel')")
    back = find_tab(opened.page)
    assert back.wait_ready()["run"] == "digits"
