"""Two runs compared in the tab: where predictions agree, how alike representations are, and whose neighbors differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.insight import compare, neighbor_difference
from tb_timetravel.store import open_reader, probe_directory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator

    from tb_timetravel.store import ProbeReader
    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

N = 150
STEPS, WITH_STEPS = (0, 5, 9), (0, 4, 5, 20)
NAMES = ["<b>zero</b>", *(f"digit {c}" for c in range(1, 10))]
LABELS = load_digits().target[:N]
FIRST = np.where(np.arange(N) % 10 == 0, (LABELS + 1) % 10, LABELS)  # a tenth is wrong
SECOND = np.where(np.arange(N) % 15 == 0, (LABELS + 1) % 10, LABELS)  # and a fifteenth, a thirtieth in both


def log(directory: Path, steps: tuple[int, ...], predictions: np.ndarray, *, seed: int) -> None:
    """Log representations that are unrelated at first and the digits themselves at last."""
    digits, rng = load_digits(), np.random.default_rng(seed)
    x = digits.data[:N] / 16
    rotation = np.linalg.qr(rng.normal(size=(64, 64)))[0]
    film = TimeTravel(
        str(directory),
        labels=LABELS,
        class_names=NAMES,
        images=digits.images[:N] / 16,
        splits=["train"] * 120 + ["test"] * 30,
        ids=range(N),
    )
    for number, step in enumerate(steps):
        share = number / (len(steps) - 1)
        mixed = share * x @ rotation + (1 - share) * rng.normal(size=x.shape)
        film.log_arrays(step, mixed, 9 * np.eye(10)[predictions])


def log_and_fit_two(logdir: Path) -> Path:
    """Log runs `one` and `two` and fit a film of each; give their directory back."""
    log(logdir / "one", STEPS, FIRST, seed=0)
    log(logdir / "two", WITH_STEPS, SECOND, seed=1)
    assert main(["fit", str(logdir), "--method", "pca", "--device", "cpu"]) == 0
    return logdir


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return log_and_fit_two(tmp_path_factory.mktemp("compared") / "runs")


@pytest.fixture
def film(tab: Callable[..., Tab], runs: Path) -> Tab:
    return tab(runs, "&p.timetravel.run=one&p.timetravel.step=9&p.timetravel.renderer=cpu").wait_for_film()


def readers(runs: Path) -> tuple[ProbeReader, ProbeReader]:
    one, other = (open_reader(probe_directory(str(runs / name), "probe")) for name in ("one", "two"))
    return one, other


def panel(film: Tab) -> Locator:
    return film.frame.get_by_role("region", name="Two films compared")


def put_beside(film: Tab) -> None:
    film.frame.get_by_role("combobox", name="Beside").select_option(label="two")
    film.wait("s.beside !== null")
    expect(panel(film)).to_be_visible()


def test_agreement_is_counted_and_each_cell_and_outcome_selects_its_samples(film: Tab):
    expect(panel(film)).to_have_count(0)
    put_beside(film)
    agreed = int((FIRST == SECOND).sum())
    expect(panel(film)).to_contain_text(f"{100 * agreed / N:.0f} % of {N} predictions")
    row, column = 1, 0  # a zero that the first film takes for a one
    count = int(((row == FIRST) & (column == SECOND)).sum())
    assert count > 0
    cell = panel(film).get_by_role("button", name=f"{count} predicted digit 1 here and <b>zero</b> beside; select only these")
    cell.click()
    assert film.state()["selected"] == count
    panel(film).get_by_role("button", name="only beside right").click()
    assert film.state()["selected"] == int(((FIRST != LABELS) & (SECOND == LABELS)).sum())
    panel(film).get_by_role("button", name="both wrong").click()
    assert film.state()["selected"] == int(((FIRST != LABELS) & (SECOND != LABELS)).sum())
    panel(film).get_by_role("combobox", name="Split").select_option(label="test")
    expect(panel(film)).to_contain_text("of 30 predictions")
    film.frame.get_by_role("button", name="Close the film beside").click()
    expect(panel(film)).to_have_count(0)


def test_a_pair_of_steps_is_gone_to_in_the_map_by_mouse_by_keys_and_by_link(film: Tab, runs: Path, tab: Callable[..., Tab]):
    put_beside(film)
    found = compare(*readers(runs))
    panel(film).get_by_text("Similarity of all steps").click()
    cells = film.frame.get_by_role("application")
    expect(cells).to_be_visible()
    expect(panel(film)).to_contain_text(f"{N} samples in common")
    cells.scroll_into_view_if_needed()
    box = cells.bounding_box()
    assert box is not None
    film.page.mouse.click(box["x"] + box["width"] * 1.5 / 3, box["y"] + box["height"] * (1 - 3.5 / 4))  # the second step, and the fourth
    film.wait("s.step === 5")
    beside = film.frame.get_by_role("region", name="The film beside")
    expect(beside).to_contain_text("step 20 ·")
    expect(panel(film)).to_contain_text(f"step 5 × step 20 beside: {found.cka[1, 3]:.3f}")
    expect(film.frame.get_by_role("combobox", name="Held at")).to_have_value("held")
    film.keep_screen("compared")
    film.page.mouse.move(10, 10)
    cells.focus()
    film.page.keyboard.press("ArrowLeft")
    film.page.keyboard.press("ArrowDown")
    film.wait("s.step === 0")
    expect(beside).to_contain_text("step 5 ·")
    expect(panel(film)).to_contain_text(f"step 0 × step 5 beside: {found.cka[0, 2]:.3f}")
    film.page.wait_for_function("location.hash.includes('timetravel.held=5')")
    again = tab(runs, film.page.url.partition("#timetravel")[2])
    again.wait("s.step === 0 && s.beside !== null")
    expect(again.frame.get_by_role("region", name="The film beside")).to_contain_text("step 5 ·")
    again.frame.get_by_role("combobox", name="Held at").select_option(label="same step")
    expect(again.frame.get_by_role("region", name="The film beside")).to_contain_text("step 0 ·")


def test_neighbors_that_differ_are_listed_of_the_picture_or_of_the_representation(film: Tab, runs: Path):
    put_beside(film)
    grid = film.frame.get_by_role("grid", name="Samples whose neighbors differ most")
    expect(grid).to_be_visible()
    first = grid.locator(".sample-rows .sample-row").first.inner_text()
    panel(film).get_by_text("in the representation").click()
    shares = neighbor_difference(*readers(runs), 9, 5).shares  # step 9 has none at the same step: the nearest of the film beside
    expect(panel(film)).to_contain_text(f"{100 * shares.mean():.0f} % of neighbors differ, of {N} samples measured")
    most = int(np.argmax(np.round(shares * 254)))
    row = grid.locator(".sample-rows .sample-row").first
    expect(row).to_contain_text(f"{100 * shares[most]:.0f} %")
    assert row.locator("span").first.inner_text() == str(most)
    expect(row.locator(".row-thumb")).to_be_visible()
    row.click()
    assert film.state()["selected"] == 1
    panel(film).get_by_text("in the picture").click()
    expect(grid.locator(".sample-rows .sample-row").first).to_have_text(first, use_inner_text=True)
