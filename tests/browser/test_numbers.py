"""A model that predicts numbers in the tab: colours, queries, tooltip, table, CSV, curves and the exported page."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tests.browser.tab import difference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.browser.exported import FilePage
    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

N = 150
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 6))
TARGET = np.round(X[:, 0] * 10, 2)
STEPS = (0, 5, 10)
GUESSES = {step: (TARGET * share).astype(np.float32) for step, share in zip(STEPS, (0.0, 0.5, 0.9), strict=True)}


def errors_at(step: int) -> np.ndarray:
    return np.abs(GUESSES[step] - TARGET)


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logdir = tmp_path_factory.mktemp("numbers") / "runs"
    film = TimeTravel(
        str(logdir / "numbers"), targets=TARGET, splits=["train"] * 100 + ["test"] * 50, columns={"group": ["a", "b", "c"] * 50}
    )
    for step, guess in GUESSES.items():
        film.log_arrays(step, X + step, predictions=guess)
    assert main(["fit", str(logdir), "--method", "pca", "--device", "cpu"]) == 0
    return logdir


@pytest.fixture
def film(tab: Callable[..., Tab], numbers: Path) -> Tab:
    return tab(numbers, "&p.timetravel.renderer=cpu").wait_for_film()


def ask(film: Tab, query: str) -> None:
    field = film.frame.get_by_role("combobox", name="Find samples")
    field.fill(query)
    field.press("Enter")
    expect(film.frame.locator(".query")).to_have_class("query followed")


def through(film: Tab | FilePage) -> Iterator[int]:
    """Go to each step by the keyboard, from the first on."""
    for index, step in enumerate(STEPS):
        film.frame.evaluate("document.activeElement.blur()")
        film.page.keyboard.press("Home")
        for _ in range(index):
            film.page.keyboard.press("ArrowRight")
        yield step


def test_targets_colour_at_first_and_keys_go_on_to_predictions_and_errors(film: Tab):
    colour, ramp = film.frame.get_by_label("Colour by"), film.frame.locator(".ramp")
    expect(colour).to_have_value("column:target")
    expect(ramp).to_contain_text("target")
    assert colour.locator("option").all_inner_texts()[:1] == ["Split"]  # nothing of classes is offered
    target = film.picture()
    film.page.keyboard.press("2")
    expect(colour).to_have_value("column:prediction")
    expect(ramp).to_contain_text("or more")
    film.page.keyboard.press("3")
    expect(colour).to_have_value("column:error")
    expect(ramp).to_contain_text("how far the prediction is from the target")
    last = film.picture()
    assert difference(last, target) > 0.003
    film.page.keyboard.press("Home")
    film.wait("s.step === 0")
    film.wait_ready()
    assert difference(film.picture(), last) > 0.003
    film.page.keyboard.press("1")
    expect(colour).to_have_value("column:target")


def test_the_colour_of_a_step_is_in_the_address(tab: Callable[..., Tab], numbers: Path):
    opened = tab(numbers, "&p.timetravel.renderer=cpu&p.timetravel.colour=column&p.timetravel.column=error").wait_for_film()
    expect(opened.frame.get_by_label("Colour by")).to_have_value("column:error")


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ("error>4", {step: int((errors_at(step) > 4).sum()) for step in STEPS}),
        ("prediction:-2..2 split:test", {step: int((np.abs(GUESSES[step][100:]) <= 2).sum()) for step in STEPS}),
        ("step:5..10 error>4", dict.fromkeys(STEPS, int((np.maximum(errors_at(5), errors_at(10)) > 4).sum()))),
    ],
)
def test_a_query_of_numbers_follows_the_film(film: Tab, query: str, counts: dict[int, int]):
    ask(film, query)
    for step in through(film):
        film.wait(f"s.step === {step} && s.selected === {counts[step]}")


def test_tooltip_table_and_csv_tell_target_prediction_and_error_of_the_step(film: Tab, tmp_path: Path):
    ask(film, "id:7..9")
    film.wait("s.selected === 3")
    head = film.frame.locator(".sample-row.head")
    expect(head).to_contain_text("targetpredictionerrorgroup")
    expect(head).not_to_contain_text("conf.")
    rows = film.frame.locator(".sample-rows .sample-row")
    rows.first.click()
    facts = film.frame.locator(".tooltip .column-facts")
    expect(facts).to_contain_text(f"error{float(f'{errors_at(10)[7]:.5g}'):g}")
    film.keep_screen("numbers light")
    film.frame.evaluate("document.activeElement.blur()")
    film.page.keyboard.press("Home")
    expect(facts).to_contain_text("prediction0error")
    with film.page.expect_download() as downloading:
        film.button("CSV").click()
    downloading.value.save_as(tmp_path / "some.csv")
    found = list(csv.DictReader((tmp_path / "some.csv").open(encoding="utf-8")))
    assert list(found[0]) == ["id", "split", "step", "x", "y", "target", "prediction", "error", "group"]
    assert [float(row["error"]) for row in found] == pytest.approx(errors_at(0)[7:10], rel=1e-4)


def test_curves_and_figures_say_how_good_the_model_is_and_that_there_are_no_territories(film: Tab):
    panel = film.frame.locator(".fidelity")
    expect(panel.get_by_role("heading", name="How good is the model?")).to_be_visible()
    expect(panel).to_contain_text("Mean absolute error")
    expect(panel).to_contain_text("chance 0.00")
    expect(film.frame.locator(".chart", has_text="R²").first).to_be_visible()
    expect(film.frame.locator(".looks")).to_contain_text("No territory: the model predicts numbers")
    film.page.evaluate("document.body.classList.add('dark-mode')")
    panel.get_by_role("heading", name="How good is the model?").scroll_into_view_if_needed()
    film.page.keyboard.press("3")
    film.picture()
    film.keep_screen("numbers dark")


def test_the_film_plays_coloured_by_what_changes(film: Tab):
    film.page.keyboard.press("3")
    film.page.keyboard.press("Home")
    film.page.keyboard.press("Space")
    film.wait("s.step === 10 && !s.playing")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_exported_page_colours_by_targets_predictions_and_errors_and_finds_by_them(
    open_page: Callable[..., FilePage], numbers: Path, tmp_path: Path, scheme: str
):
    assert main(["export", str(numbers / "numbers"), str(tmp_path / "film.html")]) == 0
    page = open_page(tmp_path / "film.html", scheme)
    colour, ramp = page.frame.get_by_label("Colour by"), page.frame.locator(".ramp")
    expect(colour).to_have_value("column:target")
    by_target = page.picture()
    page.page.keyboard.press("3")
    expect(colour).to_have_value("column:error")
    expect(ramp).to_contain_text("how far the prediction is from the target")
    expect(page.frame.locator(".fidelity")).to_contain_text("R²")
    assert difference(page.picture(), by_target) > 0.003
    page.page.keyboard.press("1")
    expect(colour).to_have_value("column:target")
    expect(ramp).to_contain_text(f"{TARGET.min():.4g}"[:4])
    page.page.keyboard.press("9")
    page.page.keyboard.press("9")
    assert colour.input_value() != "column:target"
    colour.select_option(label="group")
    expect(page.frame.locator(".legend")).to_contain_text("b")
    ask(page, "error>4 group:b")
    for step in through(page):
        page.wait(f"s.step === {step} && s.selected === {int(((errors_at(step) > 4)[1::3]).sum())}")
    page.keep_screen(f"page of numbers {scheme}")
    ask(page, f"target:{TARGET[7]}")
    page.wait("s.selected === 1")
