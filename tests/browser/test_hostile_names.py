"""Names of runs, tags, classes, splits and texts are anybody's: in the tab they are text, and a fit that waits says its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tb_timetravel.schema import FitStatus
from tb_timetravel.store import StatusFile, probe_directory
from tests.browser.runs import RUN
from tests.export.films import CLASSES, TAG, log_and_fit
from tests.export.films import RUN as HOSTILE_RUN
from tests.serve.served import write_events

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.tab import Tab

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

ELEMENTS = "img:not([src^='data:']):not([src^='blob:']), svg[onload], b[onclick], [onerror]"


def test_no_name_becomes_html_or_script_anywhere_in_the_tab(tab: Callable[..., Tab], tmp_path: Path):
    log_and_fit(tmp_path / "runs")
    write_events(tmp_path / "runs" / HOSTILE_RUN)
    film = tab(tmp_path / "runs").wait_for_film()
    assert TAG in film.frame.content().replace("&lt;", "<").replace("&gt;", ">")
    for name in CLASSES[:2]:
        assert film.frame.get_by_role("button", name=name).count() > 0  # the legend
    field = film.frame.get_by_role("combobox", name="Find samples")
    field.fill("label:</script>")
    field.press("Enter")
    field.fill("step>=0")
    field.press("Enter")
    box = film.canvas.bounding_box()
    assert box is not None
    tooltip = film.frame.get_by_role("tooltip")
    for place in range(200):
        x, y = 0.15 + 0.7 * (place % 20) / 20, 0.15 + 0.07 * (place // 20)
        film.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        film.page.wait_for_timeout(30)
        if tooltip.is_visible():
            break
    expect(tooltip).to_be_visible()
    assert "<" in tooltip.inner_text()
    film.keep_screen("hostile names")
    assert film.frame.evaluate("window.hacked") is None
    assert film.page.evaluate("window.hacked") is None
    assert film.frame.evaluate(f'document.querySelectorAll("{ELEMENTS}").length') == 0


def test_a_fit_that_waits_says_its_place_and_can_be_cancelled(tab: Callable[..., Tab], unfitted: Path):
    directory = probe_directory(str(unfitted / RUN), "probe")
    StatusFile(directory).write(FitStatus(state="queued", position=3, method="joint", origin="tab", started_at=1.0))
    waiting = tab(unfitted)
    waiting.wait("s.phase === 'fitting'")
    expect(waiting.frame.locator(".fit-line")).to_contain_text("Waiting to fit by Joint · number 3 in line")
    expect(waiting.button("Cancel")).to_be_visible()
    waiting.keep_screen("waiting in line")
