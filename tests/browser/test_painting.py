"""Pictures without a graphics processor, which a worker paints beside the page."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import expect

from tb_timetravel import TimeTravel
from tb_timetravel.errors import FitCancelled
from tb_timetravel.pipeline import FitOptions, build_film
from tb_timetravel.store import find_probes
from tests.browser.tab import difference, n_colours, open_tab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.tab import Tab

N_SAMPLES, LAST = 60_000, 5
BY_CPU = "&p.timetravel.renderer=cpu"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of more samples than the processor draws within a frame, with the preview that a fit shows first."""
    logdir = tmp_path_factory.mktemp("large")
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 3, N_SAMPLES)
    centers = np.float32([[4, 0, 1], [-4, 1, 0], [0, 5, -1]])
    log = TimeTravel(str(logdir / "drift"), labels=labels)
    head = (centers, -0.5 * (centers**2).sum(1))
    for step in range(LAST + 1):
        x = centers[labels] * (step + 1) / (LAST + 1) + generator.normal(size=(N_SAMPLES, 3)).astype(np.float32)
        log.log_arrays(step, x, x @ head[0].T + head[1], head=head)

    def enough(_: str) -> None:
        raise FitCancelled

    with contextlib.suppress(FitCancelled):
        build_film(
            find_probes(str(logdir))[0].directory,
            FitOptions(device="cpu"),
            progress=lambda *_: None,
            on_preview=enough,
            on_key=lambda _: None,
        )
    return logdir


def test_a_large_film_plays_while_the_page_is_free_and_ends_with_a_whole_picture(tab: Callable[..., Tab], large: Path):
    def at(step: int) -> Tab:
        film = tab(large, f"{BY_CPU}&p.timetravel.step={step}&p.timetravel.without=names")
        film.wait("s.nFrames > 0 && s.loadedFrames === s.nFrames")
        film.wait_ready()
        return film

    still = at(LAST).picture()
    assert n_colours(still) > 50
    film = at(0)
    assert difference(film.picture(), still) > 0.05
    film.button("Play").click()
    ended = film.wait(f"s.step === {LAST} && !s.playing")
    assert 0 < ended["jsMsPerFrame"] < ended["paintMsPerFrame"] / 3
    assert difference(film.picture(), still) == 0


def test_where_the_painting_part_does_not_come_a_sentence_says_so(browser: Browser, served: Callable[[Path], str], fitted: Path):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.route("**/cpu_worker.js", lambda route: route.abort())
    tab = open_tab(page, f"{served(fitted)}#timetravel{BY_CPU}")
    expect(tab.frame.get_by_role("alert").filter(has_text="does not run")).to_contain_text("reload to try again")
    context.close()
